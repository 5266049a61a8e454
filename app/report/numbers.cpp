// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/report/numbers.h"

#include <fmt/format.h>

#include <cmath>

#include "core/data/data.h"

namespace lineament::app {

namespace {

constexpr double kWholeUpTo = 1e6;  // larger ones get a power of ten

QString raised(int exponent) {
  static const QString digits = QStringLiteral("⁰¹²³⁴⁵⁶⁷⁸⁹");
  QString text = exponent < 0 ? QStringLiteral("⁻") : QString();
  for (const char digit : std::to_string(std::abs(exponent))) text += digits[digit - '0'];
  return text;
}

}  // namespace

QString numberText(double value) {
  if (std::isnan(value)) return QStringLiteral("–");
  if (std::isinf(value)) return value > 0 ? QStringLiteral("∞") : QStringLiteral("−∞");
  const double size = std::abs(value);
  QString text;
  if (size == 0) return QStringLiteral("0");
  if (size < kWholeUpTo && size == std::floor(size)) {
    text = QString::fromStdString(fmt::format("{:.0f}", size));
  } else if (size >= kWholeUpTo || size < 1e-4) {
    const int exponent = static_cast<int>(std::floor(std::log10(size)));
    const std::string mantissa = fmt::format("{:.3g}", size / std::pow(10.0, exponent));
    text = QString::fromStdString(mantissa) + QStringLiteral(" × 10") + raised(exponent);
  } else {
    text = QString::fromStdString(fmt::format("{:.5g}", size));
  }
  return value < 0 ? QStringLiteral("−") + text : text;
}

QString countText(std::uint64_t count) {
  return QString::fromStdString(lineament::countText(count));
}

QString secondsText(double seconds) {
  if (seconds < 1) return QStringLiteral("%1 ms").arg(std::lround(1000 * seconds));
  if (seconds < 60) return QStringLiteral("%1 s").arg(seconds, 0, 'f', seconds < 10 ? 1 : 0);
  const auto whole = static_cast<long long>(std::llround(seconds));
  return QString::fromStdString(fmt::format("{} min {} s", whole / 60, whole % 60));
}

}  // namespace lineament::app
