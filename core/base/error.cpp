// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"

namespace lineament {

namespace {

ErrorTranslator& translator() {
  static ErrorTranslator instance;
  return instance;
}

// A value as part of a sentence: names out of broken files hold zero bytes, at which what() would
// end, and line ends, and may be as long as the file.
std::string legible(std::string_view value) {
  constexpr std::size_t kLongest = 4096;  // as long as a path may be
  std::string text(value.substr(0, kLongest));
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return value.size() > kLongest ? text + "..." : text;
}

// Replaces {name} by the argument of that name; an unknown name stays as it is, so that a slip in
// a template is visible instead of fatal.
std::string fill(std::string_view pattern, const std::vector<ErrorArgument>& arguments) {
  std::string filled;
  while (!pattern.empty()) {
    const std::size_t open = pattern.find('{');
    const std::size_t close = open == pattern.npos ? pattern.npos : pattern.find('}', open);
    if (close == pattern.npos) break;
    filled += pattern.substr(0, open);
    const std::string_view name = pattern.substr(open + 1, close - open - 1);
    std::string_view value = pattern.substr(open, close - open + 1);
    for (const ErrorArgument& argument : arguments) {
      if (argument.name == name) value = argument.value;
    }
    filled += legible(value);
    pattern.remove_prefix(close + 1);
  }
  return filled += pattern;
}

std::string render(std::string_view key, std::string_view english,
                   const std::vector<ErrorArgument>& arguments) {
  if (!translator() || english.empty()) return fill(english, arguments);
  return fill(translator()(key, english), arguments);
}

}  // namespace

Error::Error(const ErrorText& text, std::initializer_list<ErrorArgument> arguments, Cause cause)
    : key_(text.key), arguments_(arguments), cause_(cause) {
  asked_ = render(key_, text.asked, arguments_);
  found_ = render(key_, text.found, arguments_);
  where_ = render(key_, text.where, arguments_);
  remedy_ = render(key_, text.remedy, arguments_);
  line_ = asked_ + ": " + found_;
  if (!where_.empty()) line_ += " (" + where_ + ")";
  line_ += ".";
  if (!remedy_.empty()) line_ += " " + remedy_ + ".";
}

Error Error::usage(const ErrorText& text, std::initializer_list<ErrorArgument> arguments) {
  return Error(text, arguments, Cause::usage);
}

void setErrorTranslator(ErrorTranslator new_translator) {
  translator() = std::move(new_translator);
}

}  // namespace lineament
