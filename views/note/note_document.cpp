// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/note/note_document.h"

#include <QImage>
#include <QTextBlock>
#include <QTextCursor>
#include <QTextTable>

namespace lineament::views {

namespace {

void styleTable(QTextTable& table, const Theme& theme) {
  QTextTableFormat format = table.format();
  format.setBorder(0);
  format.setBorderCollapse(true);
  format.setCellSpacing(0);
  format.setCellPadding(0);
  format.setTopMargin(10);
  format.setBottomMargin(8);
  table.setFormat(format);
  for (int row = 0; row < table.rows(); ++row) {
    for (int column = 0; column < table.columns(); ++column) {
      QTextTableCell cell = table.cellAt(row, column);
      QTextTableCellFormat shape = cell.format().toTableCellFormat();
      shape.setTopPadding(2);
      shape.setBottomPadding(2);
      shape.setRightPadding(18);
      shape.setBottomBorder(1);
      shape.setBottomBorderStyle(QTextFrameFormat::BorderStyle_Solid);
      shape.setBottomBorderBrush(row == 0 ? theme.line : theme.grid);
      cell.setFormat(shape);
    }
  }
}

void addTitle(QTextDocument& document, const QString& title) {
  QTextCursor cursor(&document);
  cursor.movePosition(QTextCursor::Start);
  QTextBlockFormat block;
  block.setBottomMargin(8);
  QTextCharFormat letters;
  letters.setFontWeight(QFont::Bold);
  letters.setProperty(QTextFormat::FontSizeAdjustment, 1);  // one step larger
  cursor.insertBlock();
  cursor.movePosition(QTextCursor::Start);
  cursor.setBlockFormat(block);
  cursor.insertText(title, letters);
}

}  // namespace

// Not an empty one, for which Qt would open the name as a file.
QVariant NoteDocument::loadResource(int, const QUrl&) {
  QImage dot(1, 1, QImage::Format_ARGB32_Premultiplied);
  dot.fill(Qt::transparent);
  return dot;
}

void setNote(NoteDocument& document, const Note& note, const Theme& theme) {
  QTextDocument::MarkdownFeatures features = QTextDocument::MarkdownDialectGitHub;  // with tables
  document.setMarkdown(QString::fromStdString(shownMarkdown(note)),
                       features | QTextDocument::MarkdownNoHTML);
  const QList<QTextFrame*> frames = document.rootFrame()->childFrames();
  for (QTextFrame* frame : frames) {
    if (auto* table = qobject_cast<QTextTable*>(frame)) styleTable(*table, theme);
  }
  if (!note.title.empty()) addTitle(document, QString::fromStdString(note.title));
}

}  // namespace lineament::views
