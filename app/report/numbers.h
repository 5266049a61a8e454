// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <cstdint>

namespace lineament::app {

// Numbers as a report shows them: five significant digits, a real minus sign, "10⁻⁶" rather than
// "1e-06", thousands apart in counts, an en dash for what is not a number.
QString numberText(double value);
QString countText(std::uint64_t count);

// "12.3 s", "4 min 10 s"
QString secondsText(double seconds);

}  // namespace lineament::app
