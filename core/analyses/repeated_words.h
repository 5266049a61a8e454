// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "core/base/context.h"

namespace lineament {

// A text of invented words, every line of which says the same words twice: "bika rosu tepo, bika
// rosu tepo." The first time nothing but the order of consonant and vowel can be foreseen, the
// second time everything, by whoever looks up what followed the same letters before. A network that
// learns to do so has grown induction heads (Olsson et al. 2022, In-context learning and induction
// heads).
struct RepeatedWords {
  std::int64_t lines = 8000;
  std::int64_t words = 3;      // in a line, each twice
  std::int64_t syllables = 2;  // of a word: a consonant and a vowel each

  // Bytes of a line, with its end.
  std::int64_t lineLength() const;

  // Of a reader who knows the law and sees the line from its start, per byte: the mean surprisal
  // in nats, and the share of bytes foreseen.
  double loss() const;
  double score() const;
};

// lines * lineLength() bytes of ASCII; the same seed gives the same text.
std::string repeatedWords(const RepeatedWords& law, std::uint64_t seed, const Context& context);

}  // namespace lineament
