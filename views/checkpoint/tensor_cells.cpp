// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/checkpoint/tensor_cells.h"

#include <QCoreApplication>

#include "core/base/memory.h"
#include "views/common/number_text.h"
#include "views/common/tensor_portrait.h"

namespace lineament::views {

namespace {

struct Words {
  Q_DECLARE_TR_FUNCTIONS(TensorCells)
};

QString counted(std::uint64_t count) {
  return numberText(static_cast<double>(count), 15);
}

}  // namespace

QString bytesLabel(std::uint64_t bytes) {
  return QString::fromStdString(bytesText(static_cast<double>(bytes)));
}

QString TensorCells::head(int column) {
  switch (column) {
    case name:
      return Words::tr("Name");
    case shape:
      return Words::tr("Shape");
    case dtype:
      return Words::tr("Type");
    case parameters:
      return Words::tr("Parameters");
    case bytes:
      return Words::tr("Size");
    default:
      return {};
  }
}

QString TensorCells::text(const Checkpoint& checkpoint, const TensorTree::Node& node, int column) {
  const Checkpoint::Entry* entry = node.group() ? nullptr : &checkpoint.entries()[node.entry];
  switch (column) {
    case name:
      return QString::fromStdString(node.name);
    case shape:
      return entry ? shapeLabel(entry->shape) : Words::tr("%1 tensors").arg(counted(node.tensors));
    case dtype:
      return entry ? dtypeLabel(entry->dtype) : QString();
    case parameters:
      return counted(node.parameters);
    case bytes:
      return bytesLabel(node.bytes);
    default:
      return {};
  }
}

}  // namespace lineament::views
