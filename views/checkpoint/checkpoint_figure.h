// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <memory>
#include <optional>
#include <vector>

#include "core/data/checkpoint.h"
#include "views/checkpoint/tensor_tree.h"
#include "views/common/figure.h"
#include "views/common/ruled_grid.h"
#include "views/common/tensor_portrait.h"

namespace lineament::views {

// The tensors of a checkpoint, grouped by their names, as far as the groups are unfolded, and what
// the values of the chosen one are like. Options: "filter", "tensor" (the chosen one's name).
// Figure id "checkpoint".
class CheckpointFigure : public Copied<CheckpointFigure, Figure> {
  Q_DECLARE_TR_FUNCTIONS(CheckpointFigure)

 public:
  QString id() const override { return QStringLiteral("checkpoint"); }
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  nlohmann::json options() const override;
  void prepare(const Context& context) override;  // sums up the chosen tensor's values
  void paint(QPainter& painter, const QSizeF& size, const Theme& theme) const override;
  QSizeF naturalSize(double width) const override;
  QString caption() const override;

  const Checkpoint& checkpoint() const { return checkpoint_; }
  const QString& filter() const { return filter_; }
  // Unfolds all of a few tensors or of what a filter leaves; of many the first groups. What the
  // filter hides is not chosen any more.
  void setFilter(const QString& filter);
  const std::shared_ptr<const TensorTree>& tree() const { return tree_; }  // of what it leaves
  bool unfolded(std::size_t node) const { return unfolded_[node]; }
  void setUnfolded(std::size_t node, bool unfolded) { unfolded_[node] = unfolded; }

  // The entry whose values are shown; not chosen where the filter hides it.
  const std::optional<std::size_t>& chosen() const { return chosen_; }
  void choose(std::optional<std::size_t> entry);
  const std::optional<TensorPortrait>& portrait() const { return portrait_; }
  void setPortrait(const TensorPortrait& portrait) { portrait_ = portrait; }  // of the chosen one

 private:
  void unfold();
  RuledGrid unfoldedRows() const;
  void addRows(std::size_t parent, int depth, RuledGrid& grid) const;
  double portraitWidth(double width) const;

  Checkpoint checkpoint_;
  QString filter_;
  std::shared_ptr<const TensorTree> tree_ = std::make_shared<const TensorTree>(treeOf({}, {}));
  std::vector<bool> unfolded_ = {true};  // by node
  std::optional<std::size_t> chosen_;
  std::optional<TensorPortrait> portrait_;
};

}  // namespace lineament::views
