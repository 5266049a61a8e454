// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/measure_table.h"

namespace lineament {

Table measureTable(const AttentionStack& stack) {
  TextBuilder layers, heads;
  for (const std::string& layer : stack.layers) {
    for (const std::string& head : stack.heads) {
      layers.add(layer);
      heads.add(head);
    }
  }
  std::vector<Column> columns{Column("layer", layers.finish()), Column("head", heads.finish())};
  for (const HeadMeasure& measure : stack.measures) {
    columns.emplace_back(measure.name, SharedArray<double>(measure.values),
                         SharedArray<std::uint8_t>(), measure.unit);
  }
  return Table(std::move(columns));
}

}  // namespace lineament
