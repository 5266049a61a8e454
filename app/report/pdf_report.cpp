// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/report/pdf_report.h"

#include <QBuffer>
#include <QPainter>
#include <QPdfWriter>
#include <algorithm>

#include "app/figures/render_figure.h"
#include "app/report/page_grid.h"
#include "app/report/pages.h"
#include "app/report/text_box.h"
#include "app/report/words.h"
#include "views/common/theme.h"

namespace lineament::app {

namespace {

constexpr double kLaidOut = 0.5;  // share of the work; the rest is drawing
constexpr double kFigureWidth = 174 * kMillimetre;
constexpr double kFigureUnit = kUnitsPerInch / 96.0;  // figures draw in 1/96 inch

TextStyle styled(double points, const QColor& colour, bool bold = false) {
  TextStyle style;
  style.points = points;
  style.colour = colour;
  style.bold = bold;
  return style;
}

class PdfWriter {
 public:
  PdfWriter(const Report& report, QPageSize::PageSizeId size, const Context& context)
      : report_(report), context_(context), size_(size), pages_(size) {}

  QByteArray written() {
    titleBlock();
    const double count = static_cast<double>(report_.blocks.size());
    for (std::size_t i = 0; i < report_.blocks.size(); ++i) {
      context_.checkpoint(kLaidOut * static_cast<double>(i) / count, "Laying out the report");
      std::visit([this](const auto& block) { place(block); }, report_.blocks[i]);
    }
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    writer.setResolution(kUnitsPerInch);
    writer.setPageSize(QPageSize(size_));
    writer.setPageMargins(QMarginsF());
    writer.setTitle(report_.title);
    writer.setCreator(QStringLiteral("Lineament"));
    pages_.draw(writer, report_.title, report_.facts.join(QStringLiteral(" · ")),
                context_.part(kLaidOut, 1));
    return bytes;
  }

 private:
  void placeWhole(const TextBox& box, double after = 0) {
    pages_.place(box.height(), [box](QPainter& painter) { box.draw(painter, {}); });
    pages_.space(after);
  }

  void titleBlock() {
    TextStyle big = styled(24, theme_.text, true);
    big.line_height = 1.2;
    placeWhole(TextBox(report_.title, big, pages_.width()), 3 * kPoint);
    const QString facts = report_.facts.join(QStringLiteral(" · "));
    placeWhole(TextBox(facts, styled(9.5, theme_.muted), pages_.width()), 7 * kPoint);
    const double width = pages_.width();
    pages_.place(2 * kPoint, [width, colour = theme_.accent](QPainter& painter) {
      painter.fillRect(QRectF(0, 0, width, 1.5 * kPoint), colour);
    });
    pages_.space(10 * kPoint);
  }

  void place(const Heading& heading) {
    const bool section = heading.level <= 1;
    TextStyle style = styled(section ? 15 : 10.5, theme_.text, true);
    style.line_height = 1.25;
    const TextBox box(heading.text, style, pages_.width());
    pages_.space((section ? 20 : 12) * kPoint);
    // With at least the first lines of what it is the heading of.
    pages_.keepTogether(box.height() + (section ? 110 : 80) * kPoint);
    if (section) pages_.setSection(heading.text);
    placeWhole(box, (section ? 6 : 3) * kPoint);
  }

  void place(const Paragraph& paragraph) {
    using Style = Paragraph::Style;
    const bool muted = paragraph.style == Style::muted;
    const double indent = paragraph.style == Style::bullet    ? 12 * kPoint
                          : paragraph.style == Style::warning ? 8 * kPoint
                                                              : 0;
    const QColor colour = paragraph.style == Style::warning ? theme_.warning
                          : muted                           ? theme_.muted
                                                            : theme_.text;
    const TextStyle style = styled(muted ? 9 : 9.5, colour);
    const TextBox box(paragraph.spans, style, pages_.width() - indent);
    const TextBox marker(paragraph.marker, styled(9.5, theme_.muted), indent);
    const bool bar = paragraph.style == Style::warning;
    for (int line = 0; line < box.lines(); ++line) {
      if (line == 0) pages_.keepTogether(std::min(box.lines(), 2) * box.lineHeight());
      pages_.place(box.lineHeight(), [=](QPainter& painter) {
        if (line == 0) marker.draw(painter, {});
        if (bar) painter.fillRect(QRectF(0, 0, 2 * kPoint, box.lineHeight()), colour);
        box.draw(painter, {indent, 0}, line, 1);
      });
    }
    pages_.space((paragraph.style == Style::bullet ? 2 : 5) * kPoint);
  }

  void place(const Grid& grid) { placeGrid(pages_, grid); }
  void place(const PageBreak&) { pages_.breakPage(); }

  void place(const Picture& picture) {
    const int number = ++pictures_;
    QString caption = Words::tr("Figure %1. ").arg(number);
    std::vector<Span> spans{{caption, true, false, false},
                            {text(picture.spec.title), false, false, false}};
    if (!picture.spec.caption.empty()) {
      spans.push_back({". " + text(picture.spec.caption), false, false, false});
    }
    const TextBox box(spans, styled(8.5, theme_.text), std::min(kFigureWidth, pages_.width()));
    pages_.space(10 * kPoint);
    try {
      const std::shared_ptr<views::Figure> figure =
          renderFigure(picture.spec, picture.data, context_, picture.companions);
      if (figure->pageSize()) return placeSheet(figure, spans);
      placeDrawing(figure, box.height() + 4 * kPoint);
    } catch (const Error& error) {
      place(plainParagraph(text(error.what()), Paragraph::Style::warning));
    }
    pages_.space(4 * kPoint);
    placeWhole(box, 12 * kPoint);
  }

  // The drawing and, on the same page, room for the caption below it.
  void placeDrawing(const std::shared_ptr<views::Figure>& figure, double caption_height) {
    const double width = std::min(kFigureWidth, pages_.width()) / kFigureUnit;
    const QSizeF size = figure->naturalSize(width);
    const double most = (pages_.height() - caption_height) / kFigureUnit;
    const double shrink = std::min(1.0, most / size.height());
    const double height = size.height() * shrink * kFigureUnit;
    pages_.keepTogether(height + caption_height);
    pages_.place(height, [figure, size, shrink, colours = &theme_](QPainter& painter) {
      painter.scale(kFigureUnit * shrink, kFigureUnit * shrink);
      figure->paint(painter, size, *colours);
    });
  }

  // On a page of its own, so that lengths on it are true; the caption says where.
  void placeSheet(const std::shared_ptr<views::Figure>& figure, std::vector<Span> spans) {
    spans.push_back(
        {". " + Words::tr("On a sheet of its own, behind this page."), false, false, false});
    placeWhole(TextBox(spans, styled(8.5, theme_.text), std::min(kFigureWidth, pages_.width())),
               12 * kPoint);
    const QSizeF page = *figure->pageSize();
    const QSizeF units = page * kMillimetre / kFigureUnit;
    pages_.addSheet(page, [figure, units, colours = &theme_](QPainter& painter) {
      painter.scale(kFigureUnit, kFigureUnit);
      figure->paint(painter, units, *colours);
    });
  }

  const Report& report_;
  const Context& context_;
  const views::Theme& theme_ = views::figureTheme();
  QPageSize::PageSizeId size_;
  Pages pages_;
  int pictures_ = 0;
};

}  // namespace

QByteArray pdfReport(const Report& report, QPageSize::PageSizeId size, const Context& context) {
  return PdfWriter(report, size, context).written();
}

}  // namespace lineament::app
