// SPDX-License-Identifier: GPL-3.0-or-later
// What the files of every tokenizer are put through: cut at every length, changed at every place.
#pragma once

#include <string>

#include "core/base/error.h"
#include "core/text/tokenizer.h"

namespace lineament::text::testing {

// Makes the tokenizer and works with it; the key of the Error where it has one.
inline std::string workWith(const TokenizerFiles& files, const std::string& text = "ab c\xC3\xA9") {
  try {
    const auto tokenizer = makeTokenizer(files);
    std::vector<std::int32_t> ids;
    for (const Token& token : tokenizer->encode(text)) {
      ids.push_back(token.id);
      if (token.begin > token.end || token.end > text.size()) return "(span outside)";
      tokenizer->shown(token.id);
    }
    tokenizer->decode(ids);
  } catch (const Error& error) {
    return error.key();
  }
  return {};
}

// How many of the shorter versions of the file `name` make a tokenizer. Other exceptions than Error
// and reads out of bounds end the test.
inline int usablePrefixes(TokenizerFiles files, const std::string& name, std::size_t step = 1) {
  const std::string good = files.files.at(name);
  int usable = 0;
  for (std::size_t length = 0; length < good.size(); length += step) {
    files.files[name] = good.substr(0, length);
    usable += workWith(files).empty();
  }
  return usable;
}

// The same with one byte changed, for three changes at every place.
inline int usableFlips(TokenizerFiles files, const std::string& name, std::size_t step = 1) {
  const std::string good = files.files.at(name);
  int usable = 0;
  for (std::size_t at = 0; at < good.size(); at += step) {
    for (const int change : {0xff, 0x01, 0x80}) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ change);
      files.files[name] = bad;
      usable += workWith(files).empty();
    }
  }
  return usable;
}

}  // namespace lineament::text::testing
