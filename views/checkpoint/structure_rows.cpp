// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/checkpoint/structure_rows.h"

#include <QCoreApplication>

namespace lineament::views {

namespace {

using nlohmann::json;

constexpr int kDeepest = 128;  // as no reader makes it, but a project of a stranger's might

struct Words {
  Q_DECLARE_TR_FUNCTIONS(StructureRow)
};

QString textOf(const json& part, const char* key) {
  const auto found = part.find(key);
  return found != part.end() && found->is_string()
             ? QString::fromStdString(found->get_ref<const std::string&>())
             : QString();
}

QStringList namesIn(const json& part, const char* key) {
  QStringList names;
  const auto found = part.find(key);
  if (found == part.end() || !found->is_array()) return names;
  for (const json& name : *found) {
    if (name.is_string()) names << QString::fromStdString(name.get_ref<const std::string&>());
  }
  return names;
}

// Numbers as single precision has them: 1e-05, not 9.99999974737875e-06.
QString valueText(const json& value) {
  if (value.is_number_float()) return QString::number(value.get<double>(), 'g', 7);
  if (value.is_string()) return QString::fromStdString(value.get_ref<const std::string&>());
  if (!value.is_array()) {
    return QString::fromStdString(value.dump(-1, ' ', false, json::error_handler_t::replace));
  }
  QStringList items;
  for (const json& item : value) {
    items << (item.is_array() ? QStringLiteral("[…]") : valueText(item));
  }
  return QLatin1Char('[') + items.join(QStringLiteral(", ")) + QLatin1Char(']');
}

QString attributesOf(const json& part) {
  const auto found = part.find("attributes");
  if (found == part.end() || !found->is_object()) return {};
  QStringList texts;
  for (const auto& [key, value] : found->items()) {
    texts << QString::fromStdString(key) + QLatin1Char(' ') + valueText(value);
  }
  return texts.join(QStringLiteral(", "));
}

StructureRow moduleRow(const QString& name, const json& module, int depth) {
  StructureRow row{name, textOf(module, "type"), {}, {}, attributesOf(module), {}};
  const auto children = module.find("children");
  if (depth == kDeepest || children == module.end() || !children->is_object()) return row;
  for (const QString& key : namesIn(module, "order")) {
    const auto child = children->find(key.toStdString());
    if (child != children->end()) row.parts.push_back(moduleRow(key, *child, depth + 1));
  }
  return row;
}

std::vector<StructureRow> operatorRows(const json& graph, int depth);

StructureRow holderRow(const QString& name, const QString& kind, const json& graph, int depth) {
  return {name, kind, {}, {}, {}, operatorRows(graph, depth)};
}

std::vector<StructureRow> operatorRows(const json& graph, int depth) {
  std::vector<StructureRow> rows;
  const auto nodes = graph.find("nodes");
  if (depth == kDeepest || nodes == graph.end() || !nodes->is_array()) return rows;
  rows.reserve(nodes->size());
  for (const json& node : *nodes) {
    StructureRow row{textOf(node, "name"),     textOf(node, "operator"), namesIn(node, "inputs"),
                     namesIn(node, "outputs"), attributesOf(node),       {}};
    if (const auto graphs = node.find("graphs"); graphs != node.end() && graphs->is_object()) {
      for (const auto& [key, inner] : graphs->items()) {
        row.parts.push_back(
            holderRow(QString::fromStdString(key), Words::tr("graph"), inner, depth + 1));
      }
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

bool hasItems(const json& structure, const char* key) {
  const auto found = structure.find(key);
  return found != structure.end() && found->is_array() && !found->empty();
}

}  // namespace

bool isOperatorGraph(const json& structure) {
  return structure.is_object() && structure.contains("nodes");
}

bool hasStructureRows(const json& structure) {
  if (isOperatorGraph(structure)) {
    return hasItems(structure, "nodes") || hasItems(structure, "functions");
  }
  return structure.is_object() && structure.contains("type");
}

std::vector<StructureRow> structureRows(const json& structure) {
  if (!structure.is_object()) return {};
  if (!isOperatorGraph(structure)) {
    return structure.contains("type") ? std::vector{moduleRow({}, structure, 0)}
                                      : std::vector<StructureRow>();
  }
  std::vector<StructureRow> rows = operatorRows(structure, 0);
  if (const auto functions = structure.find("functions");
      functions != structure.end() && functions->is_array()) {
    for (const json& function : *functions) {
      rows.push_back(holderRow(textOf(function, "name"), Words::tr("function"), function, 1));
    }
  }
  return rows;
}

}  // namespace lineament::views
