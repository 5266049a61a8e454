// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTreeWidget>

#include "views/checkpoint/structure_rows.h"

namespace lineament::views {

// The modules or operators of a checkpoint, unfolded where they are few.
class StructureTree : public QTreeWidget {
  Q_OBJECT

 public:
  explicit StructureTree(QWidget* parent = nullptr);

  void show(const std::vector<StructureRow>& rows);
  QString copied() const;  // the chosen rows, or all

 Q_SIGNALS:
  void chosen(const QStringList& reads);  // the names that the current operator reads
};

}  // namespace lineament::views
