// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace lineament::views {

// Numbers as figures and tables show them: a minus sign (U+2212) instead of a hyphen, thousands
// grouped from 10,000 on, never the locale's decimal comma.

// `digits` significant digits without trailing zeros; very large and very small numbers with a
// power of ten: "1.2×10⁻⁵". NaN is "NaN", infinities "∞" and "−∞".
QString numberText(double value, int digits = 4);

// Exactly `decimals` places.
QString fixedText(double value, int decimals);

// `decimals` places, then without trailing zeros and a bare point.
QString trimmedText(double value, int decimals);

// The same with a plus sign before numbers that are not negative, as on the bars of a waterfall.
QString signedText(double value, int decimals);

// All digits that distinguish the value: what a tooltip says and the clipboard gets. An ASCII
// hyphen, no grouping, so that other programs read it.
QString exactText(double value);

// Places after the point that tell multiples of `step` apart.
int decimalsFor(double step);

// Two places, or more where the largest magnitude would otherwise show fewer than three digits.
int decimalsForMagnitude(double magnitude);

QString withUnit(const QString& label, const QString& unit);  // "Distance (m)"

QString powerOfTen(int exponent);  // "10⁻³"

}  // namespace lineament::views
