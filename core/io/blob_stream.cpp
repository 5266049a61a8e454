// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/blob_stream.h"

#include "core/base/error.h"
#include "core/io/json_text.h"

namespace lineament::io {

namespace {

constexpr ErrorText kMalformed{"blob.malformed", "Read the stored data", "{problem}",
                               "byte {offset}",
                               "Restore the project from a copy, or run the analysis again"};
constexpr ErrorText kTooDeep{"blob.too_deep", "Store the data",
                             "its description is nested more than {most} levels deep", "",
                             "Export it as a file of its own instead"};

enum class Tag : std::uint8_t { null, no, yes, integer, natural, real, text, list, object };

}  // namespace

void BlobWriter::texts(const std::vector<std::string>& values) {
  count(values.size());
  for (const std::string& value : values) text(value);
}

void BlobWriter::json(const nlohmann::json& value, int depth) {
  if (depth > kDeepestJson) throw Error(kTooDeep, {{"most", kDeepestJson}});
  using Type = nlohmann::json::value_t;
  switch (value.type()) {
    case Type::boolean:
      return number(value.get<bool>() ? Tag::yes : Tag::no);
    case Type::number_integer:
      number(Tag::integer);
      return number(value.get<std::int64_t>());
    case Type::number_unsigned:
      number(Tag::natural);
      return number(value.get<std::uint64_t>());
    case Type::number_float:
      number(Tag::real);
      return number(value.get<double>());
    case Type::string:
      number(Tag::text);
      return text(value.get_ref<const std::string&>());
    case Type::array:
      number(Tag::list);
      count(value.size());
      for (const auto& item : value) json(item, depth + 1);
      return;
    case Type::object:
      number(Tag::object);
      count(value.size());
      for (const auto& [key, item] : value.items()) {
        text(key);
        json(item, depth + 1);
      }
      return;
    default:
      return number(Tag::null);
  }
}

bool BlobReader::flag() {
  const auto value = number<std::uint8_t>();
  if (value > 1) malformed("a flag is neither 0 nor 1");
  return value == 1;
}

std::size_t BlobReader::count(std::size_t each) {
  const auto value = number<std::uint64_t>();
  if (value > cursor_.remaining() / each) malformed("a count is larger than what follows");
  return value;
}

std::vector<std::string> BlobReader::texts() {
  std::vector<std::string> values(count(sizeof(std::uint64_t)));
  for (std::string& value : values) value = text();
  return values;
}

nlohmann::json BlobReader::json(int depth) {
  if (depth > kDeepestJson) malformed("a description is nested too deeply");
  switch (number<Tag>()) {
    case Tag::null:
      return nullptr;
    case Tag::no:
      return false;
    case Tag::yes:
      return true;
    case Tag::integer:
      return number<std::int64_t>();
    case Tag::natural:
      return number<std::uint64_t>();
    case Tag::real:
      return number<double>();
    case Tag::text:
      return text();
    case Tag::list: {
      nlohmann::json list = nlohmann::json::array();
      for (std::size_t left = count(1); left > 0; --left) list.push_back(json(depth + 1));
      return list;
    }
    case Tag::object: {
      nlohmann::json object = nlohmann::json::object();
      for (std::size_t left = count(1); left > 0; --left) {
        std::string key = text();
        object[std::move(key)] = json(depth + 1);
      }
      return object;
    }
  }
  malformed("a value's tag is not known");
}

void BlobReader::malformed(std::string_view problem) const {
  throw Error(kMalformed, {{"problem", problem}, {"offset", cursor_.position()}});
}

}  // namespace lineament::io
