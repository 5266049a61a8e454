// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/format.h>
#include <pcre2.h>

#include "core/base/error.h"
#include "core/io/utf8.h"
#include "core/text/regex_classes.h"
#include "core/text/tokenizer_errors.h"

namespace lineament::text {

namespace {

constexpr ErrorText kSearch{"tokenizer.regex", "Cut a text into words",
                            "the tokenizer's expression takes too long on it: {reason}", "",
                            "Shorten the text, or give token ids"};

std::string messageOf(int code) {
  PCRE2_UCHAR text[256] = {};
  pcre2_get_error_message(code, text, sizeof text);
  return reinterpret_cast<const char*>(text);
}

}  // namespace

struct Regex::Compiled {
  ~Compiled() { pcre2_code_free(code); }
  pcre2_code* code = nullptr;
};

Regex::Regex(std::string_view file, const std::string& pattern) {
  const std::string text = withUnicodeClasses(file, pattern);
  int error = 0;
  PCRE2_SIZE at = 0;
  auto compiled = std::make_shared<Compiled>();
  compiled->code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(),
                                 PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C,
                                 &error, &at, nullptr);
  if (!compiled->code) {
    throwUnsupported(file,
                     fmt::format("the regular expression {} ({})", pattern, messageOf(error)));
  }
  // Without it, as on a machine that forbids it, matching is slower and the same.
  pcre2_jit_compile(compiled->code, PCRE2_JIT_COMPLETE);
  compiled_ = std::move(compiled);
}

std::vector<Range> Regex::matches(std::string_view text) const {
  std::vector<Range> found;
  if (!io::isUtf8(text)) return found;
  const std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> data(
      pcre2_match_data_create_from_pattern(compiled_->code, nullptr), pcre2_match_data_free);
  const auto* bytes = reinterpret_cast<PCRE2_SPTR>(text.data());
  for (std::size_t at = 0; at <= text.size();) {
    const int count = pcre2_match(compiled_->code, bytes, text.size(), at, PCRE2_NO_UTF_CHECK,
                                  data.get(), nullptr);
    if (count == PCRE2_ERROR_NOMATCH) break;
    if (count < 0) throw Error(kSearch, {{"reason", messageOf(count)}});
    const PCRE2_SIZE* ends = pcre2_get_ovector_pointer(data.get());
    if (ends[1] > ends[0] && ends[0] >= at) {
      found.push_back({static_cast<std::uint32_t>(ends[0]), static_cast<std::uint32_t>(ends[1])});
      at = ends[1];
    } else {
      at = ends[1] < text.size()
               ? ends[1] + letterAt(text, static_cast<std::uint32_t>(ends[1])).bytes
               : text.size() + 1;
    }
  }
  return found;
}

}  // namespace lineament::text
