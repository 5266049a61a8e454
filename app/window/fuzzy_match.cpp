// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/fuzzy_match.h"

#include <algorithm>

namespace lineament::app {
namespace {

constexpr int kLetter = 10;
constexpr int kWordStart = 25;
constexpr int kFollows = 20;
constexpr int kWholeAtOnce = 60;

bool beginsWord(const QString& text, qsizetype at) {
  return at == 0 || !text[at - 1].isLetterOrNumber();
}

// Letters in order, each at the next place where it begins a word, or else at the next at all.
std::optional<int> lettersInOrder(const QString& typed, const QString& text) {
  int score = 0;
  qsizetype last = -1;
  for (const QChar letter : typed) {
    if (letter.isSpace()) continue;
    qsizetype found = text.indexOf(letter, last + 1);
    if (found < 0) return std::nullopt;
    if (found != last + 1) {
      for (qsizetype next = found; next >= 0; next = text.indexOf(letter, next + 1)) {
        if (!beginsWord(text, next)) continue;
        found = next;
        break;
      }
    }
    score += kLetter;
    if (beginsWord(text, found)) score += kWordStart;
    if (found == last + 1 && last >= 0) score += kFollows;
    last = found;
  }
  return score;
}

}  // namespace

std::optional<int> fuzzyScore(const QString& typed, const QString& text) {
  const QString wanted = typed.trimmed().toLower();
  const QString offered = text.toLower();
  if (wanted.isEmpty()) return 0;
  const auto shortness = static_cast<int>(-std::min<qsizetype>(offered.size(), 40) / 4);
  const qsizetype whole = offered.indexOf(wanted);
  if (whole >= 0) {
    const auto letters = static_cast<int>(wanted.size());
    const int start = beginsWord(offered, whole) ? kWordStart : 0;
    return kWholeAtOnce + letters * (kLetter + kFollows) + start + shortness;
  }
  const std::optional<int> score = lettersInOrder(wanted, offered);
  return score ? std::optional(*score + shortness) : std::nullopt;
}

}  // namespace lineament::app
