// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/regex_classes.h"

#include <fmt/format.h>

#include "core/text/tokenizer_errors.h"

namespace lineament::text {

namespace {

constexpr std::string_view kWord = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}";
// Outside of sets Oniguruma counts six signs of Latin-1 in, superscripts and fractions.
constexpr std::string_view kWordAlone =
    "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\xB2\\xB3\\xB9\\xBC-\\xBE";
constexpr std::string_view kHexadecimal = "0-9a-fA-F";
constexpr int kDeepest = 16;

// What stands between the brackets of a set, but for \W: PCRE has no name for what is no letter of
// a word, so it goes beside the set.
struct Set {
  bool negated = false;
  bool other_than_word = false;
  std::string members;
};

std::string textOf(const Set& set) {
  if (!set.other_than_word) {
    return fmt::format("[{}{}]", set.negated ? "^" : "", set.members);
  }
  if (set.members.empty()) return fmt::format("[{}{}]", set.negated ? "" : "^", kWord);
  return set.negated ? fmt::format("(?:(?![{}])[{}])", set.members, kWord)
                     : fmt::format("(?:[{}]|[^{}])", set.members, kWord);
}

class Rewriting {
 public:
  Rewriting(std::string_view file, std::string_view pattern) : file_(file), pattern_(pattern) {}

  std::string run() {
    std::string made;
    while (!atEnd()) {
      const char letter = take();
      if (letter == '[') {
        made += textOf(set(0));
      } else if (letter == '\\' && !atEnd()) {
        made += escaped(take());
      } else {
        made += letter;
      }
    }
    return made;
  }

 private:
  bool atEnd() const { return at_ == pattern_.size(); }
  bool follows(std::string_view text) const { return pattern_.substr(at_).starts_with(text); }
  char take() { return pattern_[at_++]; }

  [[noreturn]] void refuse(std::string_view what) const {
    throwUnsupported(file_, fmt::format("the regular expression {} ({})", pattern_, what));
  }

  static std::string escaped(char letter) {
    switch (letter) {
      case 's':
        return "\\p{White_Space}";
      case 'S':
        return "\\P{White_Space}";
      case 'w':
        return fmt::format("[{}]", kWordAlone);
      case 'W':
        return fmt::format("[^{}]", kWordAlone);
      case 'h':
        return fmt::format("[{}]", kHexadecimal);
      case 'H':
        return fmt::format("[^{}]", kHexadecimal);
      default:
        return {'\\', letter};
    }
  }

  // Behind its opening bracket.
  Set set(int depth) {
    if (depth > kDeepest) refuse("sets within sets");
    Set made;
    if (follows("^")) made.negated = take() == '^';
    if (follows("]")) made.members += fmt::format("\\{}", take());
    while (!atEnd()) {
      if (follows("&&")) refuse("an intersection of sets");
      const char letter = take();
      if (letter == ']') return made;
      if (letter == '[') {
        addInner(depth, made);
      } else if (letter == '\\' && !atEnd()) {
        addEscaped(take(), made);
      } else {
        made.members += letter;
      }
    }
    refuse("a set without an end");
  }

  // [:alpha:], or a set whose members become the outer one's.
  void addInner(int depth, Set& made) {
    const std::size_t end = follows(":") ? pattern_.find(":]", at_) : std::string_view::npos;
    if (end != std::string_view::npos) {
      made.members += fmt::format("[{}:]", pattern_.substr(at_, end - at_));
      at_ = end + 2;
      return;
    }
    const Set inner = set(depth + 1);
    if (inner.negated) refuse("a negated set within another");
    made.members += inner.members;
    made.other_than_word = made.other_than_word || inner.other_than_word;
  }

  void addEscaped(char letter, Set& made) const {
    if (letter == 'W') {
      made.other_than_word = true;
    } else if (letter == 'w') {
      made.members += kWord;
    } else if (letter == 'h') {
      made.members += kHexadecimal;
    } else if (letter == 'H') {
      refuse("\\H within a set");
    } else {
      made.members += escaped(letter);
    }
  }

  std::string_view file_, pattern_;
  std::size_t at_ = 0;
};

}  // namespace

std::string withUnicodeClasses(std::string_view file, std::string_view pattern) {
  return Rewriting(file, pattern).run();
}

}  // namespace lineament::text
