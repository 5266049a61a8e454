// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/text/pipeline.h"
#include "core/text/regex.h"

namespace lineament::text {

// Steps that cut a text into words ("pre-tokenizers" in tokenizer.json), each within the words of
// the step before.

// What becomes of the places where a text is cut.
enum class Cut { removed, isolated, with_previous, with_next, contiguous };

Cutter cutAt(Regex pattern, Cut cut, bool invert);  // invert: at what lies between the matches
Cutter cutAt(std::string pattern, Cut cut, bool invert);
Cutter cutAtSpaces();  // white space is removed
Cutter cutAtPunctuation(Cut cut);
Cutter cutAtDigits(bool each);
Cutter cutAsBert();         // white space removed, every sign of punctuation a word
Cutter cutAtWordClasses();  // runs of letters and runs of signs; white space removed

Cutter spaceBefore();  // a space before every word that does not begin with one

// A space before words; GPT-2's expression; bytes as letters.
struct ByteLevelSettings {
  bool prefix_space = false;
  bool expression = true;
};
Cutter byteLevel(ByteLevelSettings settings);
// Radford and others (2019): contractions, letters, numbers and other signs, each with the space
// before it, and white space but for its last before a word.
extern const char* const kGpt2Expression;

// Spaces as `mark` (U+2581), one before the text or before every part of it, a word begins at each.
struct MetaspaceSettings {
  enum class Prepend { always, first, never };
  std::string mark = "\xE2\x96\x81";
  Prepend prepend = Prepend::always;
  bool split = true;
};
Cutter metaspace(MetaspaceSettings settings);

}  // namespace lineament::text
