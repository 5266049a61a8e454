// SPDX-License-Identifier: GPL-3.0-or-later
#include <QRegularExpression>
#include <QTextBlock>
#include <QTextDocument>
#include <QTextList>
#include <QTextTable>

#include "app/report/report.h"

namespace lineament::app {

namespace {

// A note's own headings are parts of the section it stands in.
constexpr int kHeadingLevel = 2;

std::vector<Span> spansOf(const QTextBlock& block) {
  std::vector<Span> spans;
  for (auto fragment = block.begin(); !fragment.atEnd(); ++fragment) {
    const QTextCharFormat format = fragment.fragment().charFormat();
    QString text = fragment.fragment().text();
    text.replace(QChar::LineSeparator, QLatin1Char(' '));
    spans.push_back({text, format.fontWeight() >= QFont::DemiBold, format.fontItalic(),
                     format.fontFixedPitch()});
  }
  return spans;
}

Grid gridOf(const QTextTable& table) {
  Grid grid;
  for (int column = 0; column < table.columns(); ++column) {
    const QTextBlock head = table.cellAt(0, column).firstCursorPosition().block();
    grid.columns.push_back({head.text(), false, false});
  }
  for (int row = 1; row < table.rows(); ++row) {
    QStringList cells;
    for (int column = 0; column < table.columns(); ++column) {
      cells << table.cellAt(row, column).firstCursorPosition().block().text();
    }
    grid.rows.push_back(cells);
  }
  return grid;
}

Block blockOf(const QTextBlock& block) {
  if (block.blockFormat().headingLevel() > 0) return Heading{block.text(), kHeadingLevel};
  Paragraph paragraph{spansOf(block), Paragraph::Style::body, {}};
  if (const QTextList* list = block.textList()) {
    paragraph.style = Paragraph::Style::bullet;
    const QString number = list->itemText(block);
    paragraph.marker = number.contains(QRegularExpression("\\w")) ? number : QStringLiteral("•");
  }
  return paragraph;
}

}  // namespace

Paragraph plainParagraph(const QString& text, Paragraph::Style style) {
  return {{{text, false, false, false}}, style, {}};
}

std::vector<Block> blocksOfMarkdown(const QString& markdown) {
  QTextDocument document;
  QTextDocument::MarkdownFeatures features = QTextDocument::MarkdownDialectGitHub;
  features |= QTextDocument::MarkdownNoHTML;
  document.setMarkdown(markdown, features);
  std::vector<Block> blocks;
  const QTextFrame* root = document.rootFrame();
  for (auto part = root->begin(); !part.atEnd(); ++part) {
    if (const auto* table = qobject_cast<QTextTable*>(part.currentFrame())) {
      blocks.emplace_back(gridOf(*table));
    } else if (part.currentBlock().isValid() && !part.currentBlock().text().isEmpty()) {
      blocks.push_back(blockOf(part.currentBlock()));
    }
  }
  return blocks;
}

}  // namespace lineament::app
