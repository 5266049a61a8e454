// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>
#include <variant>
#include <vector>

#include "app/figures/render_figure.h"
#include "core/data/data.h"
#include "views/common/figure_export.h"

namespace lineament::app {

// A report as a list of blocks, before it is laid out: the HTML page and the PDF are two drawings
// of this one thing. Text is plain here; escaping is the writers' affair.

struct Span {
  QString text;
  bool bold = false;
  bool italic = false;
  bool fixed = false;  // code, hashes
};

struct Heading {
  QString text;
  int level = 1;  // 1: a section, 2: a part of it
};

struct Paragraph {
  enum class Style { body, bullet, muted, warning };
  std::vector<Span> spans;
  Style style = Style::body;
  QString marker;  // of a bullet: "•", "2."
};

struct Grid {
  struct Column {
    QString name;
    bool numeric = false;  // set flush right, figures of one width
    bool fixed = false;    // set in the fixed font
  };
  QString title;
  std::vector<Column> columns;
  std::vector<QStringList> rows;  // as many cells as columns
  bool head = true;               // false: a list of facts, the first column names them
  QString note;                   // what was left out
};

struct Picture {
  FigureSpec spec;
  Data data;
  views::FigureRecord record;
  Companions companions = {};
};

struct PageBreak {};

using Block = std::variant<Heading, Paragraph, Grid, Picture, PageBreak>;

struct Report {
  QString title;
  QStringList facts;  // below the title: when, from what, by which program
  std::vector<Block> blocks;
};

Paragraph plainParagraph(const QString& text, Paragraph::Style style = Paragraph::Style::body);

// The formatted text of a note (CommonMark) as blocks. Raw HTML in it stays text.
std::vector<Block> blocksOfMarkdown(const QString& markdown);

}  // namespace lineament::app
