// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/safetensors_header.h"

#include <algorithm>
#include <array>
#include <set>
#include <unordered_set>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/io/byte_cursor.h"

namespace lineament::io {

namespace {

constexpr ErrorText kHeader{"safetensors.header", "Read {file} as safetensors",
                            "its header is malformed: {problem}", "byte {offset}",
                            "Download the file again, or save it again"};
constexpr ErrorText kDuplicate{"safetensors.duplicate", "Read {file} as safetensors",
                               "its header names '{name}' twice", "",
                               "The file was made by hand or to deceive: do not use it"};
constexpr ErrorText kTensor{"safetensors.tensor", "Read {file} as safetensors",
                            "the entry is wrong: {problem}", "tensor '{name}'",
                            "Download the file again, or save it again"};
constexpr ErrorText kOffsets{
    "safetensors.offsets", "Read {file} as safetensors",
    "its data should begin at byte {expected} of the buffer, the header says {found}",
    "tensor '{name}'", "Tensors have to follow each other without gaps: save the file again"};
constexpr ErrorText kIncomplete{"safetensors.incomplete", "Read {file} as safetensors",
                                "its header says {expected} bytes of tensor data, the file has "
                                "{found}",
                                "", "The download is incomplete: fetch the file again"};
constexpr ErrorText kNoDtype{"safetensors.dtype", "Write {dtype} as safetensors",
                             "the format has no such type", "", "Write it as NPY"};

constexpr std::uint64_t kLongestHeader = 100'000'000;
constexpr std::size_t kLongestName = 64 << 10;
constexpr std::size_t kMostTensors = 1'000'000;
constexpr std::size_t kMostDimensions = 32;

struct Name {
  std::string_view text;
  DType dtype;
};

constexpr Name kNames[] = {{"BOOL", DType::boolean},
                           {"U8", DType::u8},
                           {"I8", DType::i8},
                           {"U16", DType::u16},
                           {"I16", DType::i16},
                           {"U32", DType::u32},
                           {"I32", DType::i32},
                           {"U64", DType::u64},
                           {"I64", DType::i64},
                           {"F16", DType::f16},
                           {"BF16", DType::bf16},
                           {"F32", DType::f32},
                           {"F64", DType::f64},
                           {"C64", DType::c64},
                           {"F8_E4M3", DType::f8_e4m3},
                           {"F8_E5M2", DType::f8_e5m2},
                           {"F8_E8M0", DType::f8_e8m0},
                           {"F8_E4M3FNUZ", DType::f8_e4m3fnuz},
                           {"F8_E5M2FNUZ", DType::f8_e5m2fnuz},
                           {"F4", DType::f4},
                           {"F6_E2M3", DType::f6_e2m3},
                           {"F6_E3M2", DType::f6_e3m2}};

// Receives the header's JSON piece by piece. A document tree would keep only the last of two equal
// keys and turn large numbers into floating point; both are attacks this has to see.
class HeaderHandler final : public nlohmann::json_sax<nlohmann::json> {
 public:
  HeaderHandler(SafetensorsHeader& header, std::string file)
      : header_(header), file_(std::move(file)) {}

  bool null() override { return unexpected("null"); }
  bool boolean(bool) override { return unexpected("a boolean"); }
  bool number_integer(number_integer_t) override { return unexpected("a negative number"); }
  bool number_float(number_float_t, const string_t&) override {
    return unexpected("a number that is not whole or too large");
  }
  bool binary(binary_t&) override { return unexpected("binary data"); }

  bool number_unsigned(number_unsigned_t value) override {
    if (place_ != Place::list) return unexpected("a number");
    if (list_.size() == kMostDimensions) return unexpected("a list of more than 32 numbers");
    list_.push_back(value);
    return true;
  }

  bool string(string_t& value) override {
    if (place_ == Place::metadata) {
      if (!header_.metadata.emplace(key_, value).second) duplicate(key_);
      return true;
    }
    if (place_ != Place::tensor || key_ != "dtype") return unexpected("text");
    for (const Name& known : kNames) {
      if (known.text != value) continue;
      entry_.dtype = known.dtype;
      return true;
    }
    wrong(fmt::format("the type '{}' is not known", value));
  }

  bool start_object(std::size_t) override {
    switch (place_) {
      case Place::start:
        place_ = Place::top;
        return true;
      case Place::top:
        place_ = key_ == "__metadata__" ? Place::metadata : Place::tensor;
        entry_ = {};
        entry_.name = key_;
        members_.clear();
        return true;
      default:
        return unexpected("an object");
    }
  }

  bool key(string_t& value) override {
    if (value.size() > kLongestName) return unexpected("a name longer than 64 kB");
    key_ = value;
    if (place_ == Place::top && !names_.insert(value).second) duplicate(value);
    if (place_ == Place::tensor) {
      if (value != "dtype" && value != "shape" && value != "data_offsets") {
        wrong(fmt::format("the member '{}' is not known", value));
      }
      if (!members_.insert(value).second) duplicate(entry_.name + "." + value);
    }
    return true;
  }

  bool end_object() override {
    if (place_ == Place::tensor) {
      if (members_.size() != 3) wrong("dtype, shape or data_offsets is missing");
      if (header_.entries.size() == kMostTensors) return unexpected("more than 1,000,000 tensors");
      header_.entries.push_back(std::move(entry_));
    }
    place_ = place_ == Place::top ? Place::end : Place::top;
    return true;
  }

  bool start_array(std::size_t) override {
    if (place_ != Place::tensor || key_ == "dtype") return unexpected("a list");
    place_ = Place::list;
    list_.clear();
    return true;
  }

  bool end_array() override {
    place_ = Place::tensor;
    if (key_ == "shape") {
      entry_.shape = list_;
    } else if (list_.size() != 2) {
      wrong("data_offsets are not two numbers");
    } else {
      entry_.begin = list_[0];
      entry_.end = list_[1];
    }
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    throw Error(
        kHeader,
        {{"file", file_}, {"problem", "it is not valid JSON in UTF-8"}, {"offset", position + 8}});
  }

 private:
  enum class Place { start, top, tensor, list, metadata, end };

  bool unexpected(std::string_view what) const {
    if (!entry_.name.empty()) wrong(fmt::format("{} is out of place", what));
    throw Error(
        kHeader,
        {{"file", file_}, {"problem", fmt::format("{} is out of place", what)}, {"offset", 8}});
  }
  [[noreturn]] void wrong(std::string_view problem) const {
    throw Error(kTensor, {{"file", file_}, {"name", entry_.name}, {"problem", problem}});
  }
  [[noreturn]] void duplicate(const std::string& name) const {
    throw Error(kDuplicate, {{"file", file_}, {"name", name}});
  }

  SafetensorsHeader& header_;
  std::string file_;
  Place place_ = Place::start;
  std::string key_;
  SafetensorsHeader::Entry entry_;
  std::vector<std::uint64_t> list_;
  std::set<std::string> members_;
  std::unordered_set<std::string> names_;
};

void checkEntries(SafetensorsHeader& header, std::uint64_t present, const std::string& file) {
  std::stable_sort(header.entries.begin(), header.entries.end(), [](const auto& a, const auto& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  std::uint64_t expected = 0;
  for (const SafetensorsHeader::Entry& entry : header.entries) {
    if (entry.begin != expected || entry.end < entry.begin) {
      throw Error(kOffsets, {{"file", file},
                             {"name", entry.name},
                             {"expected", expected},
                             {"found", fmt::format("{} to {}", entry.begin, entry.end)}});
    }
    std::uint64_t bytes = 0;
    if (!tensorBytes(entry.dtype, entry.shape, bytes) || bytes != entry.end - entry.begin) {
      throw Error(kTensor,
                  {{"file", file},
                   {"name", entry.name},
                   {"problem",
                    fmt::format("shape {} of {} does not fill its {} bytes", shapeText(entry.shape),
                                safetensorsName(entry.dtype), entry.end - entry.begin)}});
    }
    expected = entry.end;
  }
  if (expected != present) {
    throw Error(kIncomplete, {{"file", file}, {"expected", expected}, {"found", present}});
  }
}

}  // namespace

SafetensorsHeader parseSafetensorsHeader(std::span<const std::byte> file, const std::string& name) {
  ByteCursor cursor(file, name);
  const auto length = cursor.number<std::uint64_t>();
  if (length > kLongestHeader) {
    throw Error(kHeader, {{"file", name},
                          {"problem", fmt::format("it says it has {} bytes", length)},
                          {"offset", 0}});
  }
  const std::string_view json = cursor.text(length);
  SafetensorsHeader header;
  header.data_offset = cursor.position();
  HeaderHandler handler(header, name);
  nlohmann::json::sax_parse(json.begin(), json.end(), &handler);
  checkEntries(header, file.size() - header.data_offset, name);
  return header;
}

std::string_view safetensorsName(DType dtype) {
  for (const Name& known : kNames) {
    if (known.dtype == dtype) return known.text;
  }
  throw Error::usage(kNoDtype, {{"dtype", name(dtype)}});
}

}  // namespace lineament::io
