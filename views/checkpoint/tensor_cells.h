// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "core/data/checkpoint.h"
#include "views/checkpoint/tensor_tree.h"

namespace lineament::views {

// The columns of a checkpoint's tensors and what they say, on the screen and in print.
struct TensorCells {
  enum Column { name, shape, dtype, parameters, bytes, columns };

  static QString head(int column);
  static QString text(const Checkpoint& checkpoint, const TensorTree::Node& node, int column);
  static bool numeric(int column) { return column == parameters || column == bytes; }
};

QString bytesLabel(std::uint64_t bytes);  // "1.3 GB"

}  // namespace lineament::views
