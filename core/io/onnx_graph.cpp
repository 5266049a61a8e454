// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/onnx_graph.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/base/error.h"
#include "core/data/data.h"
#include "core/io/onnx_names.h"
#include "core/io/protobuf_fields.h"
#include "core/io/utf8.h"

namespace lineament::io {

namespace {

constexpr ErrorText kModel{"onnx.model", "Read {file} as ONNX", "{problem}", "",
                           "Download or export the model again"};

using nlohmann::json;
using Bytes = std::span<const std::byte>;
using Wire = ProtobufField::Wire;

constexpr int kDeepest = 32;
constexpr std::size_t kMostShown = 16;      // numbers of an attribute
constexpr std::size_t kLongestShown = 120;  // bytes of a text
constexpr std::uint64_t kMostParts = 4'000'000;
constexpr std::uint64_t kStepsToPause = 4096;  // a step takes less than 10 us
constexpr std::string_view kReading = "Reading the graph";

std::string typeText(std::uint64_t type) {
  if (const auto dtype = onnxDtype(type)) return std::string(name(*dtype));
  return onnxTypeName(type);
}

// A node before its attributes are looked at, which may come first in the file.
struct Node {
  std::string name, type;
  std::vector<std::string> inputs, outputs;
  std::vector<Bytes> attributes;
};

// The first items of a list, and how many there are.
struct ItemList {
  json shown = json::array();
  std::uint64_t count = 0;

  bool full() const { return count >= kMostShown; }
  void add(json item) {
    if (!full()) shown.push_back(std::move(item));
    ++count;
  }
};

// Walks through the graphs and collects.
class Walk {
 public:
  Walk(Bytes whole, const std::string& file, const Context& context, OnnxModel& model)
      : whole_(whole), file_(file), context_(context), names_(file), model_(model) {}

  // GraphProto: 1 node, 2 name, 5 initializer, 11 input, 12 output, 15 sparse_initializer.
  json graph(Bytes message, OnnxScope scope, int depth) {
    if (depth == kDeepest) fail("its graphs are nested more than 32 deep");
    count();
    reached(message);
    context_.checkpoint(fraction_, kReading);
    // First of all, as the nodes that read them mostly come before them.
    ProtobufFields initialisers(message, file_);
    while (const auto field = initialisers.next()) {
      pause();
      if (field->number == 5 && field->wire == Wire::bytes) tensor(field->bytes, scope, {});
    }
    json graph = json::object();
    json inputs = json::array(), outputs = json::array(), nodes = json::array();
    ProtobufFields fields(message, file_);
    while (const auto field = fields.next()) {
      if (field->wire != Wire::bytes) continue;
      if (field->number == 2) graph["name"] = utf8OrLatin1(field->text());
      if (field->number == 11) inputs.push_back(value(field->bytes));
      if (field->number == 12) outputs.push_back(value(field->bytes));
      if (field->number == 15) ++sparse_;
    }
    // Older files count every tensor among the inputs.
    std::erase_if(inputs.get_ref<json::array_t&>(), [&](const json& input) {
      const auto& name = input.at("name").get_ref<const std::string&>();
      OnnxNames::addValue(scope, name);
      return !scope.names.at(name).empty();
    });
    ProtobufFields bodies(message, file_);
    while (const auto field = bodies.next()) {
      if (field->number == 1 && field->wire == Wire::bytes) {
        nodes.push_back(node(field->bytes, scope, nodes.size(), depth));
      }
    }
    graph["inputs"] = std::move(inputs);
    graph["outputs"] = std::move(outputs);
    graph["nodes"] = std::move(nodes);
    return graph;
  }

  // FunctionProto: 1 name, 7 node.
  json function(Bytes message) {
    count();
    std::string name;
    std::vector<Bytes> bodies;
    ProtobufFields fields(message, file_);
    while (const auto field = fields.next()) {
      if (field->number == 1) name = utf8OrLatin1(field->text());
      if (field->number == 7) bodies.push_back(field->bytes);
    }
    json nodes = json::array();
    OnnxScope scope{nullptr, name + ".", {}};
    for (const Bytes body : bodies) nodes.push_back(node(body, scope, nodes.size(), 1));
    return {{"name", name}, {"nodes", std::move(nodes)}};
  }

  std::uint64_t sparse() const { return sparse_; }
  json operators() const { return operators_; }
  [[noreturn]] void fail(std::string_view problem) const {
    throw Error(kModel, {{"file", file_}, {"problem", problem}});
  }

 private:
  // Before anything is kept that is larger here than in the file.
  void count() {
    if (++parts_ > kMostParts) fail("it has more than 4 million nodes, tensors and other parts");
  }

  void reached(Bytes message) {
    if (message.empty()) return;
    fraction_ =
        static_cast<double>(message.data() - whole_.data()) / static_cast<double>(whole_.size());
  }

  void pause() {
    if (++steps_ % kStepsToPause == 0) context_.checkpoint(fraction_, kReading);
  }

  // NodeProto: 1 input, 2 output, 3 name, 4 op_type, 5 attribute.
  json node(Bytes message, OnnxScope& scope, std::size_t index, int depth) {
    count();
    reached(message);
    Node node;
    ProtobufFields fields(message, file_);
    while (const auto field = fields.next()) {
      pause();
      if (field->number == 1) node.inputs.push_back(utf8OrLatin1(field->text()));
      if (field->number == 2) node.outputs.push_back(utf8OrLatin1(field->text()));
      if (field->number == 3) node.name = utf8OrLatin1(field->text());
      if (field->number == 4) node.type = utf8OrLatin1(field->text());
      if (field->number == 5) node.attributes.push_back(field->bytes);
    }
    json& sum = operators_[node.type];
    sum = (sum.is_null() ? 0 : sum.get<std::uint64_t>()) + 1;
    json out{{"operator", node.type}, {"inputs", meant(node.inputs, scope)}};
    if (!node.name.empty()) out["name"] = node.name;
    const std::string path = node.name.empty() ? fmt::format("{}_{}", node.type, index) : node.name;
    for (const Bytes each : node.attributes) attribute(each, node, scope, path, depth, out);
    for (const std::string& output : node.outputs) OnnxNames::addValue(scope, output);
    out["outputs"] = meant(node.outputs, scope);
    return out;
  }

  json meant(const std::vector<std::string>& names, const OnnxScope& scope) {
    json meant = json::array();
    for (const std::string& name : names) {
      count();
      meant.push_back(names_.meant(scope, name));
    }
    return meant;
  }

  // AttributeProto: 1 name, 2 f, 3 i, 4 s, 5 t, 6 g, 7 floats, 8 ints, 9 strings, 11 graphs.
  void attribute(Bytes message, const Node& node, OnnxScope& scope, const std::string& path,
                 int depth, json& out) {
    count();
    std::string key;
    json one;
    ItemList list;
    std::vector<Bytes> inner;
    ProtobufFields fields(message, file_);
    while (const auto field = fields.next()) {
      pause();
      if (field->number == 1) key = utf8OrLatin1(field->text());
      if (field->number == 2) one = field->real();
      if (field->number == 3) one = static_cast<std::int64_t>(field->value);
      if (field->number == 4) one = shortText(*field);
      if (field->number == 5) one = tensorAttribute(field->bytes, node, scope);
      if (field->number == 6 || field->number == 11) inner.push_back(field->bytes);
      if (field->number == 7) reals(*field, list);
      if (field->number == 8) wholes(*field, list);
      if (field->number == 9) list.add(shortText(*field));
    }
    for (std::size_t i = 0; i < inner.size(); ++i) {
      const std::string name = inner.size() == 1 ? key : fmt::format("{}{}", key, i);
      const OnnxScope within{&scope, names_.innerPrefix(scope, path, name), {}};
      out["graphs"][name] = graph(inner[i], within, depth + 1);
    }
    if (list.count > kMostShown) {
      one = fmt::format("{} values", countText(list.count));
    } else if (list.count > 0) {
      one = std::move(list.shown);
    }
    if (!one.is_null()) out["attributes"][key] = std::move(one);
  }

  static json shortText(const ProtobufField& field) {
    if (field.bytes.size() <= kLongestShown) return utf8OrLatin1(field.text());
    return fmt::format("{} bytes", countText(field.bytes.size()));
  }

  void reals(const ProtobufField& field, ItemList& list) const {
    if (field.wire == Wire::fixed32) return list.add(field.real());
    ByteCursor cursor(field.bytes, file_);
    while (cursor.remaining() > 0 && !list.full()) list.add(cursor.number<float>());
    list.count += cursor.remaining() / sizeof(float);
  }

  void wholes(const ProtobufField& field, ItemList& list) {
    if (field.wire == Wire::varint) return list.add(static_cast<std::int64_t>(field.value));
    ProtobufFields packed(field.bytes, file_);
    while (!packed.atEnd()) {
      pause();
      list.add(static_cast<std::int64_t>(packed.varint()));
    }
  }

  // A Constant's is one of the model's tensors; of others only what it is like is told.
  json tensorAttribute(Bytes message, const Node& node, OnnxScope& scope) {
    if (node.type == "Constant") {
      const std::string& name = node.outputs.empty() ? node.name : node.outputs.front();
      return {{"tensor", tensor(message, scope, name)}};
    }
    const OnnxTensor tensor = parseOnnxTensor(message, file_);
    return fmt::format("{} [{}]", typeText(tensor.type), fmt::join(tensor.shape, ", "));
  }

  // Adds a tensor, and gives the name that it got.
  std::string tensor(Bytes message, OnnxScope& scope, const std::string& name) {
    count();
    OnnxTensor tensor = parseOnnxTensor(message, file_);
    tensor.name = names_.addTensor(scope, name.empty() ? tensor.name : name);
    model_.tensors.push_back(std::move(tensor));
    return model_.tensors.back().name;
  }

  // ValueInfoProto: 1 name, 2 type; TypeProto: 1 tensor_type; TypeProto.Tensor: 1 elem_type, 2
  // shape.
  json value(Bytes message) {
    count();
    json value{{"name", ""}};
    ProtobufFields fields(message, file_);
    while (const auto field = fields.next()) {
      if (field->number == 1) value["name"] = utf8OrLatin1(field->text());
      if (field->number != 2) continue;
      ProtobufFields types(field->bytes, file_);
      while (const auto type = types.next()) {
        if (type->number == 1) tensorType(type->bytes, value);
      }
    }
    return value;
  }

  void tensorType(Bytes message, json& value) {
    ProtobufFields fields(message, file_);
    while (const auto field = fields.next()) {
      if (field->number == 1) value["type"] = typeText(field->value);
      if (field->number != 2) continue;
      value["shape"] = json::array();
      ProtobufFields dimensions(field->bytes, file_);
      while (const auto dimension = dimensions.next()) {
        if (dimension->number != 1) continue;
        count();
        value["shape"].push_back(size(dimension->bytes));
      }
    }
  }

  // TensorShapeProto.Dimension: 1 dim_value, 2 dim_param; neither where nothing is known.
  json size(Bytes message) const {
    json size = "?";
    ProtobufFields fields(message, file_);
    while (const auto field = fields.next()) {
      if (field->number == 1) size = static_cast<std::int64_t>(field->value);
      if (field->number == 2) size = utf8OrLatin1(field->text());
    }
    return size;
  }

  Bytes whole_;
  const std::string& file_;
  const Context& context_;
  OnnxNames names_;
  OnnxModel& model_;
  json operators_ = json::object();
  std::uint64_t sparse_ = 0, parts_ = 0, steps_ = 0;
  double fraction_ = 0;  // of the file, where the last node or graph begins
};

// As "input: float32 [1, 3, n]".
json valueTexts(const json& values) {
  json texts = json::array();
  for (const json& value : values) {
    std::string text = value.at("name").get<std::string>();
    if (value.contains("type")) text += ": " + value.at("type").get<std::string>();
    if (value.contains("shape")) {
      std::vector<std::string> sizes;
      for (const json& size : value.at("shape")) {
        sizes.push_back(size.is_string() ? size.get<std::string>() : size.dump());
      }
      text += fmt::format(" [{}]", fmt::join(sizes, ", "));
    }
    texts.push_back(std::move(text));
  }
  return texts;
}

// OperatorSetIdProto and StringStringEntryProto: 1 domain or key, 2 version or value.
std::pair<std::string, json> entryOf(Bytes message, const std::string& file) {
  std::pair<std::string, json> entry;
  ProtobufFields fields(message, file);
  while (const auto field = fields.next()) {
    if (field->number == 1) entry.first = utf8OrLatin1(field->text());
    if (field->number != 2) continue;
    entry.second =
        field->wire == Wire::varint ? json(field->value) : json(utf8OrLatin1(field->text()));
  }
  return entry;
}

// Fields of ModelProto beside its graph and functions.
void describe(const ProtobufField& field, const std::string& file, json& metadata) {
  switch (field.number) {
    case 1:
      metadata["ir_version"] = field.value;
      return;
    case 2:
      metadata["producer"] = utf8OrLatin1(field.text());
      return;
    case 3:
      if (!field.bytes.empty()) metadata["producer_version"] = utf8OrLatin1(field.text());
      return;
    case 4:
      if (!field.bytes.empty()) metadata["domain"] = utf8OrLatin1(field.text());
      return;
    case 8: {
      auto [domain, version] = entryOf(field.bytes, file);
      metadata["opsets"][domain.empty() ? "ai.onnx" : domain] = std::move(version);
      return;
    }
    case 14: {
      auto [key, value] = entryOf(field.bytes, file);
      metadata["properties"][key] = std::move(value);
      return;
    }
    default:
      return;
  }
}

}  // namespace

OnnxModel parseOnnxModel(std::span<const std::byte> file, const std::string& name,
                         const Context& context) {
  OnnxModel model;
  model.metadata = json::object();
  Walk walk(file, name, context, model);
  json functions = json::array();
  ProtobufFields fields(file, name);
  while (const auto field = fields.next()) {
    if (field->number == 7 && field->wire == Wire::bytes) {
      if (!model.structure.is_null()) walk.fail("it holds two graphs");
      model.structure = walk.graph(field->bytes, {}, 0);
    } else if (field->number == 25) {
      functions.push_back(walk.function(field->bytes));
    } else {
      describe(*field, name, model.metadata);
    }
  }
  if (model.structure.is_null()) walk.fail("it holds no graph");
  model.structure["format"] = "onnx";
  if (!functions.empty()) model.structure["functions"] = std::move(functions);
  model.metadata["inputs"] = valueTexts(model.structure.at("inputs"));
  model.metadata["outputs"] = valueTexts(model.structure.at("outputs"));
  model.metadata["operators"] = walk.operators();
  if (walk.sparse() > 0) model.metadata["sparse_tensors_left_out"] = walk.sparse();
  return model;
}

}  // namespace lineament::io
