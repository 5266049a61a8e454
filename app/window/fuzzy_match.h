// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <optional>

namespace lineament::app {

// How well `typed` names `text`: its letters in order, any case. Higher is better; letters that
// begin a word or follow the one before count more, and short texts win among equals. Nothing when
// a letter is not there. An empty `typed` matches all alike.
std::optional<int> fuzzyScore(const QString& typed, const QString& text);

}  // namespace lineament::app
