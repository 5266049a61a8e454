// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/text/aligned_text.h"

namespace lineament::text {

// A regular expression over valid UTF-8 with Unicode's classes and look-ahead. \s, \w and \d are
// the classes that the tokenizers' own engine (Oniguruma) has for them.
class Regex {
 public:
  // Throws Error "tokenizer.unsupported" for one that cannot be compiled.
  Regex(std::string_view file, const std::string& pattern);

  // The matches from left to right; empty ones are passed over, and what is no UTF-8 has none.
  // Throws Error "tokenizer.regex" where a text makes the search too long.
  std::vector<Range> matches(std::string_view text) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace lineament::text
