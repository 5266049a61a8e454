// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/common/number_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace lineament::views {

namespace {

constexpr QChar kMinus(0x2212);

// "12345.6" to "12,345.6"; four-digit numbers stay whole.
void group(QString& digits) {
  int point = static_cast<int>(digits.indexOf(u'.'));
  if (point < 0) point = static_cast<int>(digits.size());
  if (point < 5) return;
  for (int at = point - 3; at > 0; at -= 3) digits.insert(at, u',');
}

void trim(std::string& text) {
  if (text.find('.') == std::string::npos) return;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
}

// Sign and grouping for the plain digits of |value|.
QString finished(double value, const std::string& magnitude, bool plus) {
  QString text = QString::fromStdString(magnitude);
  const bool zero = magnitude.find_first_not_of("0.") == std::string::npos;
  group(text);
  if (value < 0 && !zero) return kMinus + text;
  return plus ? u'+' + text : text;
}

QString special(double value) {
  if (std::isnan(value)) return QStringLiteral("NaN");
  return value < 0 ? QString(kMinus) + QChar(0x221e) : QString(QChar(0x221e));
}

QString superscript(int number) {
  static constexpr char16_t kDigits[] = u"⁰¹²³⁴⁵⁶⁷⁸⁹";
  QString text;
  for (const char digit : std::to_string(number)) {
    text += digit == '-' ? QChar(0x207b) : QChar(kDigits[digit - '0']);
  }
  return text;
}

}  // namespace

QString numberText(double value, int digits) {
  if (!std::isfinite(value)) return special(value);
  if (value == 0) return QStringLiteral("0");
  const double magnitude = std::abs(value);
  // The exponent after rounding, so that 9.9999 with three digits is 10 and not 10.0.
  const std::string scientific = fmt::format("{:.{}e}", magnitude, digits - 1);
  const auto e = scientific.find('e');
  const int exponent = std::stoi(scientific.substr(e + 1));
  if (exponent < -4 || exponent >= std::max(digits + 3, 7)) {
    std::string mantissa = scientific.substr(0, e);
    trim(mantissa);
    const QString power = powerOfTen(exponent);
    const QString sign = value < 0 ? QString(kMinus) : QString();
    if (mantissa == "1") return sign + power;
    return sign + QString::fromStdString(mantissa) + QChar(0x00d7) + power;
  }
  std::string text = fmt::format("{:.{}f}", magnitude, std::max(digits - 1 - exponent, 0));
  trim(text);
  return finished(value, text, false);
}

QString fixedText(double value, int decimals) {
  if (!std::isfinite(value)) return special(value);
  return finished(value, fmt::format("{:.{}f}", std::abs(value), decimals), false);
}

QString trimmedText(double value, int decimals) {
  if (!std::isfinite(value)) return special(value);
  std::string text = fmt::format("{:.{}f}", std::abs(value), decimals);
  trim(text);
  return finished(value, text, false);
}

QString signedText(double value, int decimals) {
  if (!std::isfinite(value)) return special(value);
  std::string text = fmt::format("{:.{}f}", std::abs(value), decimals);
  trim(text);
  return finished(value, text, true);
}

QString exactText(double value) {
  return QString::fromStdString(fmt::format("{}", value));
}

int decimalsFor(double step) {
  if (!(step > 0) || !std::isfinite(step)) return 0;
  int decimals = 0;
  for (double scaled = step; decimals < 12; ++decimals, scaled *= 10) {
    if (std::abs(scaled - std::round(scaled)) < 1e-6 * scaled && scaled >= 0.5) break;
  }
  return decimals;
}

int decimalsForMagnitude(double magnitude) {
  if (!(magnitude > 0) || !std::isfinite(magnitude)) return 2;
  const int exponent = static_cast<int>(std::floor(std::log10(magnitude)));
  return std::clamp(1 - exponent, 2, 12);
}

QString withUnit(const QString& label, const QString& unit) {
  return unit.isEmpty() ? label : QStringLiteral("%1 (%2)").arg(label, unit);
}

QString powerOfTen(int exponent) {
  return QStringLiteral("10") + superscript(exponent);
}

}  // namespace lineament::views
