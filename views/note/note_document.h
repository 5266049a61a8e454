// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTextDocument>

#include "core/data/note.h"
#include "views/common/theme.h"

namespace lineament::views {

// Sets a note in `document`: its title above its text, tables with a rule under their head, raw
// HTML as text, and nothing fetched from files or the network.
void setNote(QTextDocument& document, const Note& note, const Theme& theme);

}  // namespace lineament::views
