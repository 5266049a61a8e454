// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTextDocument>
#include <QUrl>
#include <QVariant>

#include "core/data/note.h"
#include "views/common/theme.h"

namespace lineament::views {

// Fetches nothing from files or the network: notes come from strangers, too. Pictures that the text
// names are dots that cannot be seen.
class NoteDocument : public QTextDocument {
 public:
  using QTextDocument::QTextDocument;

 protected:
  QVariant loadResource(int type, const QUrl& name) override;
};

// Sets a note in `document`: its title above its text, tables with a rule under their head, raw
// HTML as text.
void setNote(NoteDocument& document, const Note& note, const Theme& theme);

}  // namespace lineament::views
