// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <optional>

#include "views/common/background.h"
#include "views/common/tensor_portrait.h"

namespace lineament::views {

// The portrait of one tensor. Its values are summed up in the background; until that is done the
// card says so.
class TensorCard : public QWidget {
  Q_OBJECT

 public:
  explicit TensorCard(QWidget* parent = nullptr);
  ~TensorCard() override;

  void show(const TensorPortrait& portrait, Background& background);
  void clear();  // nothing is chosen
  const std::optional<TensorPortrait>& portrait() const { return portrait_; }

 Q_SIGNALS:
  void summedUp();

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  void ended(const Outcome<Nothing>& outcome, const TensorPortrait& made);

  std::optional<TensorPortrait> portrait_;
  Background::Cancel summing_;  // empty: nothing to cancel
  int shown_ = 0;               // counts the tensors, so that an overtaken one is known
};

}  // namespace lineament::views
