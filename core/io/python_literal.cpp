// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/python_literal.h"

#include "core/io/utf8.h"

#include <charconv>

#include "core/base/error.h"

namespace lineament::io {

namespace {

constexpr ErrorText kHeader{"npy.header", "Read {file}",
                            "the array's header is malformed: {problem}", "letter {position}",
                            "The file is damaged: save it again with numpy.save"};

constexpr int kDeepest = 32;

class Parser {
 public:
  Parser(std::string_view text, bool latin1, const std::string& file)
      : text_(text), latin1_(latin1), file_(file) {}

  PythonLiteral whole() {
    PythonLiteral value = literal(0);
    skipSpace();
    if (at_ != text_.size()) fail("more follows its end");
    return value;
  }

 private:
  [[noreturn]] void fail(std::string_view problem) const {
    throw Error(kHeader, {{"file", file_}, {"problem", problem}, {"position", at_}});
  }

  void skipSpace() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r')) {
      ++at_;
    }
  }

  char peek() {
    skipSpace();
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool accept(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }

  bool acceptWord(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  PythonLiteral literal(int depth) {
    if (depth > kDeepest) fail("it is nested too deeply");
    const char c = peek();
    if (c == '{') return dictionary(depth);
    if (c == '(' || c == '[') return sequence(depth);
    if (c >= '0' && c <= '9') return number();
    PythonLiteral value;
    if (acceptWord("True")) {
      value.boolean = true;
      return value;
    }
    if (acceptWord("False")) return value;
    return quoted();
  }

  PythonLiteral number() {
    PythonLiteral value;
    value.kind = PythonLiteral::Kind::number;
    const char* end = text_.data() + text_.size();
    const auto [stop, error] = std::from_chars(text_.data() + at_, end, value.number);
    if (error != std::errc{}) fail("a number is too large");
    at_ = static_cast<std::size_t>(stop - text_.data());
    if (at_ < text_.size() && text_[at_] == 'L') ++at_;  // Python 2's long numbers
    return value;
  }

  PythonLiteral quoted() {
    if (at_ + 1 < text_.size() && (text_[at_] == 'u' || text_[at_] == 'b')) ++at_;
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    if (quote != '\'' && quote != '"') fail("a name, number or list was expected");
    ++at_;
    PythonLiteral value;
    value.kind = PythonLiteral::Kind::text;
    while (at_ < text_.size() && text_[at_] != quote) {
      const char c = text_[at_++];
      if (c == '\\') {
        escape(value.text);
      } else if (latin1_) {
        appendUtf8(value.text, static_cast<unsigned char>(c));
      } else {
        value.text += c;
      }
    }
    if (at_ == text_.size()) fail("a quote is never closed");
    ++at_;
    return value;
  }

  void escape(std::string& text) {
    if (at_ == text_.size()) fail("a quote is never closed");
    const char c = text_[at_++];
    switch (c) {
      case 'n':
        text += '\n';
        return;
      case 't':
        text += '\t';
        return;
      case 'r':
        text += '\r';
        return;
      case 'x':
        return hexadecimal(text, 2);
      case 'u':
        return hexadecimal(text, 4);
      case 'U':
        return hexadecimal(text, 8);
      default:
        text += c;
    }
  }

  void hexadecimal(std::string& text, std::size_t digits) {
    if (text_.size() - at_ < digits) fail("an escape is cut short");
    std::uint32_t code_point = 0;
    const char* begin = text_.data() + at_;
    const auto [stop, error] = std::from_chars(begin, begin + digits, code_point, 16);
    if (error != std::errc{} || stop != begin + digits) fail("an escape is malformed");
    at_ += digits;
    appendUtf8(text, code_point);
  }

  PythonLiteral sequence(int depth) {
    PythonLiteral value;
    value.kind = PythonLiteral::Kind::sequence;
    value.tuple = text_[at_] == '(';
    const char close = value.tuple ? ')' : ']';
    ++at_;
    while (!accept(close)) {
      value.items.push_back(literal(depth + 1));
      if (accept(',')) continue;
      if (!accept(close)) fail("a list is never closed");
      if (value.tuple && value.items.size() == 1) return std::move(value.items[0]);  // brackets
      return value;
    }
    return value;
  }

  PythonLiteral dictionary(int depth) {
    PythonLiteral value;
    value.kind = PythonLiteral::Kind::dictionary;
    ++at_;
    while (!accept('}')) {
      peek();
      value.keys.push_back(quoted().text);
      if (!accept(':')) fail("a colon was expected");
      value.items.push_back(literal(depth + 1));
      if (accept(',')) continue;
      if (accept('}')) return value;
      fail("a dictionary is never closed");
    }
    return value;
  }

  std::string_view text_;
  bool latin1_;
  const std::string& file_;
  std::size_t at_ = 0;
};

}  // namespace

PythonLiteral parsePythonLiteral(std::string_view text, bool latin1, const std::string& file) {
  return Parser(text, latin1, file).whole();
}

}  // namespace lineament::io
