// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>
#include <vector>

#include "core/base/json.h"

namespace lineament::views {

// What a checkpoint says of how its tensors work together, one row for each part: the modules of a
// TorchScript archive, or the operators of an ONNX graph in the order they run in, with the graphs
// within them.
struct StructureRow {
  QString name;
  QString kind;        // "Conv", "Linear"; "graph" and "function" of what holds operators
  QStringList reads;   // names of an operator's inputs; tensors of the checkpoint among them
  QStringList gives;   // of its outputs
  QString attributes;  // "strides [1, 1], group 1"
  std::vector<StructureRow> parts;
};

// Whether it is of operators, not of modules.
bool isOperatorGraph(const nlohmann::json& structure);

// Whether there are rows, without making them.
bool hasStructureRows(const nlohmann::json& structure);

// None where the checkpoint says nothing, or nothing that this program knows.
std::vector<StructureRow> structureRows(const nlohmann::json& structure);

}  // namespace lineament::views
