// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/repeated_words.h"

#include <cmath>
#include <string_view>

#include "core/base/random.h"

namespace lineament {

namespace {

constexpr std::string_view kConsonants = "bdfgklmnprstv";
constexpr std::string_view kVowels = "aeiou";

char letterOf(std::string_view letters, Random& random) {
  return letters[random.below(letters.size())];
}

}  // namespace

// Twice the words with a blank between them, and ", " and ".\n" behind.
std::int64_t RepeatedWords::lineLength() const {
  return 2 * (words * 2 * syllables + (words - 1) + 2);
}

double RepeatedWords::loss() const {
  const double syllable = std::log(static_cast<double>(kConsonants.size() * kVowels.size()));
  return static_cast<double>(words * syllables) * syllable / static_cast<double>(lineLength());
}

double RepeatedWords::score() const {
  const double missed = 2 - 1 / static_cast<double>(kConsonants.size()) -
                        1 / static_cast<double>(kVowels.size());  // bytes of a syllable
  return 1 - static_cast<double>(words * syllables) * missed / static_cast<double>(lineLength());
}

std::string repeatedWords(const RepeatedWords& law, std::uint64_t seed, const Context& context) {
  Random random(seed);
  std::string text, once;
  text.reserve(static_cast<std::size_t>(law.lines * law.lineLength()));
  for (std::int64_t line = 0; line < law.lines; ++line) {
    if (line % 1024 == 0) {
      context.checkpoint(static_cast<double>(line) / static_cast<double>(law.lines));
    }
    once.clear();
    for (std::int64_t word = 0; word < law.words; ++word) {
      if (word > 0) once += ' ';
      for (std::int64_t syllable = 0; syllable < law.syllables; ++syllable) {
        once += letterOf(kConsonants, random);
        once += letterOf(kVowels, random);
      }
    }
    text.append(once).append(", ").append(once).append(".\n");
  }
  return text;
}

}  // namespace lineament
