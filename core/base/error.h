// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <fmt/format.h>

#include <exception>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lineament {

// What a failure says, as a constant beside the code that throws it. Each part is a sentence
// without a full stop in which {name} stands for an argument; `key` names the message for
// translations, tests and scripts ("csv.unclosed_quote").
struct ErrorText {
  const char* key;
  const char* asked;   // what was to be done:           "Read {file} as a table"
  const char* found;   // expected against found:        "the quote is never closed"
  const char* where;   // byte, line, column or tensor:  "line {line}"; may be empty
  const char* remedy;  // what the person can do:        "Close the quote, or choose another one"
};

// An argument of a message, already turned into text.
struct ErrorArgument {
  template <class T>
  ErrorArgument(std::string_view argument_name, const T& argument_value)
      : name(argument_name), value(fmt::format("{}", argument_value)) {}

  std::string name;
  std::string value;
};

// The one exception of Lineament besides Cancelled. It is thrown in core and caught in two places
// only: the job runner of the window and the command line's main.
class Error : public std::exception {
 public:
  enum class Cause {
    failure,  // the work could not be done (exit status 1)
    usage,    // the call was wrong (exit status 2)
  };

  explicit Error(const ErrorText& text, std::initializer_list<ErrorArgument> arguments = {},
                 Cause cause = Cause::failure);

  // For calls that were wrong: an unknown id, a parameter out of range.
  static Error usage(const ErrorText& text, std::initializer_list<ErrorArgument> arguments = {});

  const std::string& key() const { return key_; }
  const std::string& asked() const { return asked_; }
  const std::string& found() const { return found_; }
  const std::string& where() const { return where_; }
  const std::string& remedy() const { return remedy_; }
  Cause cause() const { return cause_; }
  const std::vector<ErrorArgument>& arguments() const { return arguments_; }

  // All four parts on one line.
  const char* what() const noexcept override { return line_.c_str(); }

 private:
  std::string key_, asked_, found_, where_, remedy_, line_;
  std::vector<ErrorArgument> arguments_;
  Cause cause_;
};

// Thrown by Context::checkpoint when the person has asked the work to stop.
class Cancelled : public std::exception {
 public:
  const char* what() const noexcept override { return "cancelled"; }
};

// Gives the sentences of another language: called with the key and the English template, returns
// the translated template. The window sets it once at start; core itself knows English only.
using ErrorTranslator = std::function<std::string(std::string_view key, std::string_view english)>;
void setErrorTranslator(ErrorTranslator translator);

}  // namespace lineament
