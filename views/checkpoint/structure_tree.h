// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTreeView>

#include "core/data/checkpoint.h"
#include "views/checkpoint/structure_model.h"

namespace lineament::views {

// The modules or operators of a checkpoint, unfolded where they are few. Its rows are made when it
// is first seen.
class StructureTree : public QTreeView {
  Q_OBJECT

 public:
  explicit StructureTree(QWidget* parent = nullptr);

  void show(const Checkpoint& checkpoint);
  const StructureModel& rows() const { return *model_; }
  QString copied() const;  // the chosen rows, or all that have been made

 Q_SIGNALS:
  void chosen(const QStringList& reads);  // the names that the current operator reads

 protected:
  void showEvent(QShowEvent* event) override;
  void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;

 private:
  void makeRows();

  StructureModel* model_;
  Checkpoint checkpoint_;
  bool made_ = true;  // the checkpoint's rows
};

}  // namespace lineament::views
