// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "core/base/json.h"
#include "core/text/tokenizer_errors.h"

namespace lineament::text {

// Fields of a tokenizer's JSON. What is missing or null has the fallback; another type is an Error
// "tokenizer.malformed" that names the field.
class JsonFields {
 public:
  JsonFields(std::string file, const nlohmann::json& json) : file_(std::move(file)), json_(&json) {}

  const std::string& file() const { return file_; }
  const nlohmann::json& json() const { return *json_; }
  bool has(const char* name) const {
    return json_->is_object() && json_->contains(name) && !json_->at(name).is_null();
  }

  template <class T>
  T get(const char* name, T fallback) const {
    return has(name) ? as<T>(json_->at(name), name) : fallback;
  }
  template <class T>
  T get(const char* name) const {
    if (!has(name)) fail("it is missing", name);
    return as<T>(json_->at(name), name);
  }
  // An object or a list within it; an empty object where there is none.
  JsonFields at(const char* name) const {
    static const nlohmann::json none = nlohmann::json::object();
    return {file_, has(name) ? json_->at(name) : none};
  }
  std::string type() const { return get<std::string>("type", ""); }

  [[noreturn]] void fail(std::string_view problem, std::string_view where) const {
    throwMalformed(file_, problem, where);
  }

 private:
  template <class T>
  T as(const nlohmann::json& value, const char* name) const {
    try {
      return value.get<T>();
    } catch (const nlohmann::json::exception&) {
      fail(std::string("it is not of the expected type but ") + value.type_name(), name);
    }
  }

  std::string file_;
  const nlohmann::json* json_;
};

}  // namespace lineament::text
