// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/text/pipeline.h"
#include "core/text/regex.h"

namespace lineament::text {

// Steps that change a text before it is cut. They take valid UTF-8 and leave it.

enum class NormalForm { nfc, nfd, nfkc, nfkd };
Normalizer normalForm(NormalForm form);  // Unicode standard annex 15

struct BertNormalSettings {
  bool clean = true;       // drops control characters, makes every white space a space
  bool ideographs = true;  // puts spaces around them
  bool strip_accents = true;
  bool lower_case = true;
};
// Devlin, Chang, Lee and Toutanova (2019), tokenization.py.
Normalizer bertNormal(BertNormalSettings settings);

Normalizer lowerCase();
Normalizer stripAccents();  // drops marks; after a decomposition
Normalizer stripSpaces(bool left, bool right);
Normalizer prepended(std::string prefix);  // to what is not empty
Normalizer replaced(std::string pattern, std::string content);
Normalizer replaced(Regex pattern, std::string content);
Normalizer bytesAsLetters();  // core/text/byte_letters.h

}  // namespace lineament::text
