// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/gguf.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "core/base/error.h"
#include "core/base/memory.h"
#include "core/base/parallel.h"
#include "core/io/gguf_configuration.h"
#include "core/io/gguf_header.h"
#include "core/io/gguf_values.h"
#include "core/io/json_text.h"
#include "core/io/model_folder.h"
#include "core/io/utf8.h"

namespace lineament::io {

namespace {

constexpr ErrorText kQuantised{"gguf.quantised", "Get the values of '{name}'",
                               "they are quantised as {type}, which this program does not read", "",
                               "Convert the model to a type such as Q8_0, Q4_K or F16"};
constexpr ErrorText kParts{"gguf.parts", "Read {file} with the other files of its model",
                           "{problem}", "{folder}",
                           "Put all files of the model into one folder under their own names"};

using nlohmann::json;
using std::filesystem::path;

constexpr std::uint64_t kLongestShown = 64;            // elements of a list in the metadata
constexpr std::uint64_t kLongestVocabulary = 1 << 24;  // elements of a list of the tokenizer

// One file of a model, mapped.
struct Part {
  SharedArray<std::byte> bytes;
  std::string file;
  GgufHeader header;

  explicit Part(const path& at)
      : bytes(mapFile(at)),
        file(at.filename().string()),
        header(parseGgufHeader(bytes.span(), file)) {}

  json value(const GgufHeader::Pair& pair, std::uint64_t longest) const {
    ByteCursor cursor(bytes.span().subspan(pair.at), file);
    return ggufValue(cursor, pair.type, longest);
  }

  // The values of all keys that begin so.
  json keys(std::string_view start, std::uint64_t longest) const {
    json values = json::object();
    for (const GgufHeader::Pair& pair : header.pairs) {
      if (pair.key.starts_with(start)) values[utf8OrLatin1(pair.key)] = value(pair, longest);
    }
    return values;
  }
};
using Parts = std::vector<std::shared_ptr<const Part>>;

// "NAME-00002-of-00003.gguf" taken apart; nothing for other names.
struct PartName {
  std::string start;
  std::uint32_t number = 0, count = 0;

  std::string of(std::uint32_t part) const {
    return fmt::format("{}-{:05}-of-{:05}.gguf", start, part, count);
  }
};
std::optional<PartName> partName(const std::string& file) {
  constexpr std::size_t kEnding = std::string_view("-00001-of-00003.gguf").size();
  if (file.size() < kEnding) return std::nullopt;
  PartName name{file.substr(0, file.size() - kEnding)};
  const auto number = [&](std::size_t at, std::uint32_t& value) {
    const char* first = file.data() + name.start.size() + at;
    return std::from_chars(first, first + 5, value).ptr == first + 5;
  };
  if (!number(1, name.number) || !number(10, name.count) || name.of(name.number) != file) {
    return std::nullopt;
  }
  return name;
}

std::uint64_t wholeOf(const json& keys, const char* key) {
  const auto found = keys.find(key);
  return found != keys.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

// All files of the model that `at` is one of, itself among them, in order.
Parts partsOf(const path& at, const Context& context) {
  auto given = std::make_shared<const Part>(at);
  const std::uint64_t count = wholeOf(given->keys("split.count", 0), "split.count");
  if (count < 2) return {std::move(given)};
  const path folder = at.parent_path();
  const auto fail = [&](const std::string& problem) {
    throw Error(kParts, {{"file", given->file}, {"problem", problem}, {"folder", folder.string()}});
  };
  const auto name = partName(given->file);
  if (!name || name->count != count) {
    fail(
        fmt::format("it is one of {} files, but its name does not end with "
                    "'-00001-of-{:05}.gguf' or alike",
                    count, count));
  }
  std::vector<std::string> missing;
  for (std::uint32_t i = 1; i <= name->count; ++i) {
    if (!std::filesystem::exists(folder / name->of(i))) missing.push_back(name->of(i));
  }
  if (!missing.empty()) fail(fmt::format("not in the same folder: {}", fmt::join(missing, ", ")));
  Parts parts;
  for (std::uint32_t i = 1; i <= name->count; ++i) {
    context.checkpoint(0, "Reading the model's files");
    parts.push_back(i == name->number ? given : std::make_shared<const Part>(folder / name->of(i)));
  }
  return parts;
}

Tensor load(const Part& part, const GgufHeader::Entry& entry) {
  const auto stored = part.bytes.slice(entry.begin, entry.bytes);
  const GgufType& type = *entry.type;
  if (type.plain) return Tensor(*type.plain, entry.shape, stored);
  if (!type.dequantise) {
    throw Error(kQuantised, {{"name", utf8OrLatin1(entry.name)}, {"type", type.name}});
  }
  const std::uint64_t blocks = entry.bytes / type.bytes;
  const auto room = reserveMemory(blocks * type.elements * sizeof(float),
                                  fmt::format("the numbers of '{}'", utf8OrLatin1(entry.name)));
  std::vector<float> numbers(blocks * type.elements);
  constexpr std::size_t kBlocksAtOnce = 4096;
  forBlocks(blocks, kBlocksAtOnce, {}, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      type.dequantise(stored.data() + i * type.bytes, numbers.data() + i * type.elements);
    }
  });
  return Tensor::of(entry.shape, std::move(numbers));
}

Checkpoint::Entry listed(const GgufHeader::Entry& entry) {
  const GgufType& type = *entry.type;
  std::string note;
  if (type.dequantise) note = fmt::format("stored as {}", type.name);
  if (!type.dequantise && !type.plain) {
    note = fmt::format("quantised ({}): its values are not read", type.name);
  }
  return {utf8OrLatin1(entry.name), type.plain.value_or(DType::f32), entry.shape, entry.bytes,
          std::move(note)};
}

// The keys of the first file, which has all but what the others say of themselves, and what the
// tensors are.
json metadataOf(const Parts& parts) {
  json metadata = parts.front()->keys("", kLongestShown);
  json types = json::object();
  double bits = 0, elements = 0;
  for (const auto& part : parts) {
    for (const GgufHeader::Entry& entry : part->header.entries) {
      json& count = types[std::string(entry.type->name)];
      count = (count.is_null() ? 0 : count.get<std::uint64_t>()) + 1;
      bits += 8.0 * static_cast<double>(entry.bytes);
      elements += static_cast<double>(entry.bytes / entry.type->bytes * entry.type->elements);
    }
  }
  metadata["format"] = fmt::format("GGUF, version {}", parts.front()->header.version);
  metadata["types"] = std::move(types);
  if (elements > 0) metadata["bits_per_weight"] = bits / elements;
  if (parts.size() > 1) metadata["files"] = parts.size();
  return metadata;
}

TokenizerFiles tokenizerOf(const Part& part) {
  const json keys = part.keys("tokenizer.", kLongestVocabulary);
  if (keys.empty()) return {};
  return {{{"gguf", jsonText(keys)}}};
}

Checkpoint checkpointOf(const Parts& parts) {
  std::vector<Checkpoint::Entry> entries;
  std::vector<std::pair<std::shared_ptr<const Part>, std::size_t>> places;
  for (const auto& part : parts) {
    for (std::size_t i = 0; i < part->header.entries.size(); ++i) {
      entries.push_back(listed(part->header.entries[i]));
      places.emplace_back(part, i);
    }
  }
  json metadata = metadataOf(parts);
  json configuration = ggufConfiguration(metadata, entries);
  auto give = [places = std::move(places)](std::size_t index) {
    const auto& [part, entry] = places.at(index);
    return load(*part, part->header.entries[entry]);
  };
  return Checkpoint(std::move(entries), std::move(give), std::move(metadata))
      .withConfiguration(std::move(configuration))
      .withTokenizer([first = parts.front()] { return tokenizerOf(*first); });
}

class GgufReader final : public Reader {
 public:
  std::string_view id() const override { return "gguf"; }
  std::string_view title() const override { return "GGUF checkpoint"; }
  std::vector<std::string> extensions() const override { return {".gguf"}; }

  Confidence probe(const Probe& probe) const override {
    if (probe.startsWith("GGUF")) return Confidence::certain;
    return probe.hasExtension(".gguf") ? Confidence::likely : Confidence::no;
  }

  Data read(const path& path, const Parameters&, const Context& context) const override {
    return Data(besideModel(checkpointOf(partsOf(path, context)), path));
  }
};

}  // namespace

std::unique_ptr<Reader> makeGgufReader() {
  return std::make_unique<GgufReader>();
}

}  // namespace lineament::io
