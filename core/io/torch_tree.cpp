// SPDX-License-Identifier: GPL-3.0-or-later
#include <unordered_map>

#include "core/base/error.h"
#include "core/io/torch_file.h"

namespace lineament::io {

namespace {

constexpr ErrorText kTooDeep{"torch.too_deep", "Read {file}",
                             "its values are nested too deeply or refer to themselves", "",
                             "Save the model's state_dict() again"};

using nlohmann::json;
using Kind = PickleValue::Kind;

constexpr int kDeepest = 64;
constexpr std::uint64_t kMostVisits = 10'000'000;
constexpr std::size_t kMostValues = 10'000;
constexpr std::size_t kLongestText = 4096;
constexpr std::size_t kLongestPath = 4096;

// The class's name without its modules and the compiler's numbering of modules:
// "__torch__.torch.nn.modules.linear.___torch_mangle_66.Linear" is "Linear".
std::string className(const PickleValue& record) {
  const std::string& name = record.of->text;
  return name.substr(name.rfind('.') + 1);
}

class Walker {
 public:
  explicit Walker(const TorchFile& file) : file_(file) {}

  TorchTree walk() {
    const PickleValue& root = *file_.root;
    if (root.is(Kind::record)) {
      tree_.structure = module(root, "", 0);
      return std::move(tree_);
    }
    const std::string wrapped = wrapperKey(root);
    if (!wrapped.empty()) {
      list(*root.find(wrapped), "", 1);
      tree_.values["root"] = wrapped;
    }
    if (root.is(Kind::tensor)) {
      leaf(root, "tensor");
    } else {
      list(root, "", 0, wrapped);
    }
    return std::move(tree_);
  }

 private:
  // The key under which a dictionary without tensors of its own holds the model's.
  static std::string wrapperKey(const PickleValue& root) {
    if (!root.is(Kind::dictionary)) return {};
    for (std::size_t i = 0; i + 1 < root.items.size(); i += 2) {
      if (root.items[i + 1]->is(Kind::tensor)) return {};
    }
    for (const char* key : {"state_dict", "model_state_dict", "model", "module", "ema", "params"}) {
      const PickleValue* inner = root.find(key);
      if (!inner || !inner->is(Kind::dictionary)) continue;
      for (std::size_t i = 0; i + 1 < inner->items.size(); i += 2) {
        if (inner->items[i + 1]->is(Kind::tensor)) return key;
      }
    }
    return {};
  }

  void visit(int depth, const std::string& path) {
    if (depth > kDeepest || ++visits_ > kMostVisits || path.size() > kLongestPath) {
      throw Error(kTooDeep, {{"file", file_.objects.file()}});
    }
  }

  static std::string keyText(const PickleValue& key) {
    if (key.is(Kind::text) || key.is(Kind::bytes)) return key.text;
    return std::to_string(key.integer);
  }

  static std::string joined(const std::string& path, const std::string& part) {
    return path.empty() ? part : path + "." + part;
  }

  void leaf(const PickleValue& tensor, const std::string& path) {
    const auto number = static_cast<std::size_t>(tensor.integer);
    const auto [place, added] = places_.try_emplace(path, tree_.leaves.size());
    if (added) {
      tree_.leaves.push_back({path, number});
    } else {
      tree_.leaves[place->second].tensor = number;  // a key set again replaces the value
    }
  }

  // Lists what lies in a container; `skip` is a key of it that was listed before.
  void list(const PickleValue& value, const std::string& path, int depth,
            const std::string& skip = {}) {
    visit(depth, path);
    const bool keyed = value.is(Kind::dictionary) || value.is(Kind::record);
    const bool container = value.is(Kind::list) || value.is(Kind::tuple);
    if (value.is(Kind::tensor)) return leaf(value, path);
    if (!keyed && !container) return scalar(value, path);
    for (std::size_t i = keyed ? 1 : 0; i < value.items.size(); i += keyed ? 2 : 1) {
      const std::string key = keyed ? keyText(*value.items[i - 1]) : std::to_string(i);
      if (depth == 0 && !skip.empty() && key == skip) continue;
      list(*value.items[i], joined(path, key), depth + 1);
    }
  }

  void scalar(const PickleValue& value, const std::string& path) {
    if (path.empty() || tree_.values.size() >= kMostValues) return;
    json made = scalarJson(value);
    if (!made.is_discarded()) tree_.values[path] = std::move(made);
  }

  static json scalarJson(const PickleValue& value) {
    switch (value.kind) {
      case Kind::none:
        return nullptr;
      case Kind::boolean:
        return value.integer != 0;
      case Kind::integer:
        return value.integer;
      case Kind::real:
        return value.real;
      case Kind::text:
        return value.text.substr(0, kLongestText);
      default:
        return json(json::value_t::discarded);
    }
  }

  // An attribute of a module that is no module itself.
  json attribute(const PickleValue& value, const std::string& path, int depth) {
    visit(depth, path);
    if (value.is(Kind::tensor)) {
      leaf(value, path);
      return {{"tensor", path}};
    }
    if (value.is(Kind::record)) return module(value, path, depth);
    if (value.is(Kind::dictionary)) {
      json object = json::object();
      for (std::size_t i = 1; i < value.items.size(); i += 2) {
        const std::string key = keyText(*value.items[i - 1]);
        object[key] = attribute(*value.items[i], joined(path, key), depth + 1);
      }
      return object;
    }
    if (value.is(Kind::list) || value.is(Kind::tuple)) {
      json items = json::array();
      for (std::size_t i = 0; i < value.items.size(); ++i) {
        items.push_back(attribute(*value.items[i], joined(path, std::to_string(i)), depth + 1));
      }
      return items;
    }
    json made = scalarJson(value);
    return made.is_discarded() ? json(nullptr) : made;
  }

  json module(const PickleValue& record, const std::string& path, int depth) {
    visit(depth, path);
    json children = json::object(), order = json::array(), attributes = json::object();
    for (std::size_t i = 1; i < record.items.size(); i += 2) {
      const std::string key = keyText(*record.items[i - 1]);
      const PickleValue& value = *record.items[i];
      if (value.is(Kind::record)) {
        if (!children.contains(key)) order.push_back(key);
        children[key] = module(value, joined(path, key), depth + 1);
      } else {
        attributes[key] = attribute(value, joined(path, key), depth + 1);
      }
    }
    return {{"type", className(record)},
            {"children", std::move(children)},
            {"order", std::move(order)},
            {"attributes", std::move(attributes)}};
  }

  const TorchFile& file_;
  TorchTree tree_;
  std::unordered_map<std::string, std::size_t> places_;
  std::uint64_t visits_ = 0;
};

}  // namespace

TorchTree walkTorchTree(const TorchFile& file) {
  return Walker(file).walk();
}

}  // namespace lineament::io
