// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/attention/token_text.h"

namespace lineament::views {

namespace {

constexpr qsizetype kLongest = 60;  // letters; what is longer has no room anywhere

// What turns or marks the direction of writing would turn the text around it, too.
bool turnsDirection(char16_t unit) {
  return (unit >= 0x202a && unit <= 0x202e) || (unit >= 0x2066 && unit <= 0x2069) ||
         unit == 0x200e || unit == 0x200f || unit == 0xfeff;
}

}  // namespace

QString shownToken(const std::string& text) {
  QString shown;
  for (const QChar letter : QString::fromStdString(text.substr(0, 4 * kLongest))) {
    const char16_t unit = letter.unicode();
    if (unit == u'\n') {
      shown += QChar(0x21b5);
    } else if (unit == u'\t') {
      shown += QChar(0x21e5);
    } else if (unit < 0x20) {
      shown += QChar(0x2400 + unit);
    } else if (unit == 0x7f) {
      shown += QChar(0x2421);
    } else if (unit == 0x2028 || unit == 0x2029) {
      shown += QChar(0x21b5);
    } else if (!turnsDirection(unit)) {
      shown += letter;
    }
  }
  if (shown.size() > kLongest) shown = shown.first(kLongest) + QChar(0x2026);
  const QString bare = shown.trimmed();
  if (bare.isEmpty()) return shown.isEmpty() ? QStringLiteral("∅") : QStringLiteral("␣");
  return bare;
}

QString tokenName(const std::vector<std::string>& tokens, std::uint64_t index) {
  if (index < tokens.size()) return shownToken(tokens[index]);
  return QString::number(index + 1);
}

QString tokenPhrase(const std::vector<std::string>& tokens, std::uint64_t index) {
  const QString number = QString::number(index + 1);
  if (index >= tokens.size()) return number;
  return number + QStringLiteral(" “") + shownToken(tokens[index]) + QStringLiteral("”");
}

std::uint64_t labelStep(double cell, double least) {
  std::uint64_t step = 1;
  for (std::uint64_t power = 1; power < 1'000'000'000'000; power *= 10) {
    for (const std::uint64_t times : {1, 2, 5}) {
      step = power * times;
      if (static_cast<double>(step) * cell >= least) return step;
    }
  }
  return step;
}

}  // namespace lineament::views
