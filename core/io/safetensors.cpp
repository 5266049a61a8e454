// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/safetensors.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "core/base/base64.h"
#include "core/base/file.h"
#include "core/io/byte_cursor.h"
#include "core/io/json_text.h"
#include "core/io/model_file.h"
#include "core/io/model_folder.h"
#include "core/io/safetensors_header.h"
#include "core/io/utf8.h"

namespace lineament::io {

namespace {

constexpr ErrorText kIndex{"safetensors.index", "Read {file} as a list of shards", "{problem}", "",
                           "Download the index again together with its shards"};
constexpr ErrorText kShards{"safetensors.shards", "Read the shards of {file}",
                            "not in the same folder: {missing}", "{folder}",
                            "Download the missing shards into this folder"};

constexpr const char* kConfigurationKey = "lineament.configuration";
// An object of the tokenizer's files: a text as it is, other bytes as {"base64": "..."}.
constexpr const char* kTokenizerKey = "lineament.tokenizer";
constexpr std::string_view kIndexEnding = ".safetensors.index.json";
constexpr std::uint64_t kLongestIndex = 100'000'000;

using nlohmann::json;

// The first byte of the header's JSON after white space, if the first eight bytes give a length
// that fits the file.
bool looksLikeHeader(const Probe& probe) {
  if (probe.head.size() < 10) return false;
  std::uint64_t length = 0;
  std::memcpy(&length, probe.head.data(), sizeof length);
  if (length > kLongestIndex || length > probe.size - 8) return false;
  const std::string_view header = probe.text().substr(8);
  const std::size_t first = header.find_first_not_of(" \t\r\n");
  return first != header.npos && first < length && header[first] == '{';
}

class SafetensorsReader final : public Reader {
 public:
  std::string_view id() const override { return "safetensors"; }
  std::string_view title() const override { return "safetensors checkpoint"; }
  std::vector<std::string> extensions() const override {
    return {".safetensors", std::string(kIndexEnding)};
  }

  Confidence probe(const Probe& probe) const override {
    if (probe.hasExtension(kIndexEnding)) return Confidence::certain;
    if (looksLikeHeader(probe)) return Confidence::certain;
    return probe.hasExtension(".safetensors") ? Confidence::likely : Confidence::no;
  }

  Data read(const std::filesystem::path& path, const Parameters&,
            const Context& context) const override {
    const std::string name = path.filename().string();
    if (name.ends_with(kIndexEnding)) {
      return Data(besideModel(readSafetensorsIndex(path, context), path));
    }
    Checkpoint checkpoint = readSafetensors(path);
    if (holdsModel(checkpoint)) return Data(modelOf(checkpoint, name));
    return Data(besideModel(checkpoint, path));
  }
};

std::map<std::string, std::string> weightMap(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  const auto fail = [&](std::string_view problem) {
    throw Error(kIndex, {{"file", name}, {"problem", problem}});
  };
  const InputFile file(path);
  if (file.size() > kLongestIndex) fail("it is larger than 100 MB");
  const std::optional<json> index = parseJson(file.readAll());
  if (!index || !index->is_object() || !index->contains("weight_map") ||
      !index->at("weight_map").is_object()) {
    fail("it is not JSON with a 'weight_map'");
  }
  std::map<std::string, std::string> shards;
  for (const auto& [tensor, shard] : index->at("weight_map").items()) {
    if (!shard.is_string()) fail("a shard's name is not text");
    std::string plain = shard.get<std::string>();
    const std::string_view banned("/\\:\0", 4);
    if (plain.empty() || plain == "." || plain == ".." ||
        plain.find_first_of(banned) != plain.npos) {
      fail(fmt::format("the shard '{}' is not a plain file name", plain));
    }
    shards.emplace(tensor, std::move(plain));
  }
  return shards;
}

std::map<std::string, Checkpoint> readShards(const std::filesystem::path& index,
                                             const std::map<std::string, std::string>& weights,
                                             const Context& context) {
  const std::filesystem::path folder = index.parent_path();
  std::map<std::string, Checkpoint> shards;
  for (const auto& [tensor, shard] : weights) shards.try_emplace(shard);
  std::string missing;
  for (const auto& [shard, unread] : shards) {
    if (!std::filesystem::exists(folder / shard)) missing += (missing.empty() ? "" : ", ") + shard;
  }
  if (!missing.empty()) {
    throw Error(
        kShards,
        {{"file", index.filename().string()}, {"missing", missing}, {"folder", folder.string()}});
  }
  for (auto& [shard, checkpoint] : shards) {
    context.checkpoint(0, "Reading shards");
    checkpoint = readSafetensors(folder / shard);
  }
  return shards;
}

Checkpoint withNetwork(Checkpoint checkpoint, const std::map<std::string, std::string>& metadata) {
  if (const auto at = metadata.find(kConfigurationKey); at != metadata.end()) {
    std::optional<json> configuration = parseJson(at->second);
    if (configuration && configuration->is_object()) {
      checkpoint = checkpoint.withConfiguration(std::move(*configuration));
    }
  }
  const auto at = metadata.find(kTokenizerKey);
  const std::optional<json> files = at == metadata.end() ? std::nullopt : parseJson(at->second);
  if (!files || !files->is_object()) return checkpoint;
  TokenizerFiles tokenizer;
  for (const auto& [name, content] : files->items()) {
    if (content.is_string()) {
      tokenizer.files[name] = content.get<std::string>();
    } else if (const auto coded = content.find("base64");
               coded != content.end() && coded->is_string()) {
      auto bytes = bytesOfBase64(coded->get_ref<const std::string&>());
      if (bytes) tokenizer.files[name] = std::move(*bytes);
    }
  }
  return checkpoint.withTokenizer([tokenizer = std::move(tokenizer)] { return tokenizer; });
}

// Of every shard, which tensor is which of its entries. Points into the shards.
std::map<std::string, std::unordered_map<std::string_view, std::size_t>> namesOf(
    const std::map<std::string, Checkpoint>& shards) {
  std::map<std::string, std::unordered_map<std::string_view, std::size_t>> names;
  for (const auto& [shard, checkpoint] : shards) {
    const auto& entries = checkpoint.entries();
    for (std::size_t i = 0; i < entries.size(); ++i) names[shard].emplace(entries[i].name, i);
  }
  return names;
}

struct Planned {
  const std::pair<std::string, Tensor>* tensor;
  std::uint64_t begin;
};

std::vector<Planned> plan(const NamedTensors& tensors) {
  std::vector<Planned> order;
  for (const auto& tensor : tensors) order.push_back({&tensor, 0});
  std::stable_sort(order.begin(), order.end(), [](const Planned& a, const Planned& b) {
    const std::size_t wide_a = bitsPerElement(a.tensor->second.dtype());
    const std::size_t wide_b = bitsPerElement(b.tensor->second.dtype());
    return wide_a != wide_b ? wide_a > wide_b : a.tensor->first < b.tensor->first;
  });
  std::uint64_t begin = 0;
  for (Planned& entry : order) {
    entry.begin = begin;
    begin += entry.tensor->second.bytes().size();
  }
  return order;
}

std::string headerText(const std::vector<Planned>& order,
                       const std::map<std::string, std::string>& metadata) {
  json header = json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  for (const auto& [tensor, begin] : order) {
    const Tensor& values = tensor->second;
    header[tensor->first] = {{"dtype", safetensorsName(values.dtype())},
                             {"shape", values.shape()},
                             {"data_offsets", {begin, begin + values.bytes().size()}}};
  }
  std::string text = jsonText(header);
  text.append((8 - text.size() % 8) % 8, ' ');
  return text;
}

}  // namespace

Checkpoint readSafetensors(const std::filesystem::path& path) {
  const SharedArray<std::byte> file = mapFile(path);
  const SafetensorsHeader header = parseSafetensorsHeader(file.span(), path.filename().string());
  std::vector<Checkpoint::Entry> entries;
  std::vector<std::uint64_t> begins;
  for (const SafetensorsHeader::Entry& entry : header.entries) {
    entries.push_back({entry.name, entry.dtype, entry.shape, entry.end - entry.begin, {}});
    begins.push_back(header.data_offset + entry.begin);
  }
  auto listed = entries;
  auto load = [file, listed = std::move(listed), begins = std::move(begins)](std::size_t index) {
    const Checkpoint::Entry& entry = listed.at(index);
    return Tensor(entry.dtype, entry.shape, file.slice(begins[index], entry.bytes));
  };
  return withNetwork(Checkpoint(std::move(entries), std::move(load), json(header.metadata)),
                     header.metadata);
}

std::map<std::string, std::string> networkMetadata(const Checkpoint& checkpoint) {
  std::map<std::string, std::string> metadata;
  if (!checkpoint.configuration().is_null()) {
    metadata[kConfigurationKey] = jsonText(checkpoint.configuration());
  }
  json tokenizer = json::object();
  for (const auto& [name, content] : checkpoint.tokenizer().files) {
    tokenizer[name] = isUtf8(content) ? json(content) : json{{"base64", base64(content)}};
  }
  if (!tokenizer.empty()) metadata[kTokenizerKey] = jsonText(tokenizer);
  return metadata;
}

Checkpoint readSafetensorsIndex(const std::filesystem::path& path, const Context& context) {
  const auto weights = weightMap(path);
  const auto shards = readShards(path, weights, context);
  auto names = namesOf(shards);
  std::vector<Checkpoint::Entry> entries;
  std::vector<std::pair<Checkpoint, std::size_t>> places;
  for (const auto& [tensor, shard] : weights) {
    const Checkpoint& checkpoint = shards.at(shard);
    const auto index = names[shard].find(tensor);
    if (index == names[shard].end()) {
      throw Error(kIndex, {{"file", path.filename().string()},
                           {"problem",
                            fmt::format("the shard '{}' lacks the tensor '{}'", shard, tensor)}});
    }
    entries.push_back(checkpoint.entries()[index->second]);
    places.emplace_back(checkpoint, index->second);
  }
  json metadata = shards.empty() ? json::object() : shards.begin()->second.metadata();
  metadata["shards"] = shards.size();
  auto load = [places = std::move(places)](std::size_t index) {
    return places.at(index).first.tensor(places[index].second);
  };
  return Checkpoint(std::move(entries), std::move(load), std::move(metadata));
}

void writeSafetensors(const NamedTensors& tensors,
                      const std::map<std::string, std::string>& metadata,
                      const std::filesystem::path& path) {
  const std::vector<Planned> order = plan(tensors);
  const std::string header = headerText(order, metadata);
  const std::uint64_t length = header.size();
  OutputFile file(path);
  file.write(std::as_bytes(std::span(&length, 1)));
  file.write(header);
  for (const Planned& entry : order) file.write(entry.tensor->second.bytes().span());
  file.commit();
}

std::unique_ptr<Reader> makeSafetensorsReader() {
  return std::make_unique<SafetensorsReader>();
}

}  // namespace lineament::io
