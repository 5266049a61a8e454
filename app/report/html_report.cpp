// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/report/html_report.h"

#include <QBuffer>
#include <QXmlStreamWriter>

#include "app/figures/render_figure.h"
#include "app/report/html_style.h"
#include "app/report/inline_svg.h"
#include "app/report/words.h"

namespace lineament::app {

namespace {

constexpr double kFigureWidthMm = 174;

class HtmlWriter {
 public:
  HtmlWriter(const Report& report, const Context& context) : report_(report), context_(context) {
    page_.open(QIODevice::WriteOnly);
    xml_.setDevice(&page_);
  }

  QByteArray written() {
    page_.write("<!DOCTYPE html>\n");
    xml_.writeStartElement("html");
    xml_.writeAttribute("lang", "en");
    head();
    xml_.writeStartElement("body");
    xml_.writeStartElement("main");
    titleBlock();
    contents();
    const double count = static_cast<double>(report_.blocks.size());
    for (std::size_t i = 0; i < report_.blocks.size(); ++i) {
      context_.checkpoint(static_cast<double>(i) / count, "Drawing the report");
      std::visit([this](const auto& block) { write(block); }, report_.blocks[i]);
    }
    xml_.writeEndElement();
    xml_.writeEndElement();
    xml_.writeEndElement();
    page_.write("\n");
    return page_.data();
  }

 private:
  void element(const char* name, const QString& text, const char* css = nullptr) {
    xml_.writeStartElement(name);
    if (css) xml_.writeAttribute("class", css);
    xml_.writeCharacters(text);
    xml_.writeEndElement();
  }

  void head() {
    xml_.writeStartElement("head");
    xml_.writeEmptyElement("meta");
    xml_.writeAttribute("charset", "utf-8");
    xml_.writeEmptyElement("meta");
    xml_.writeAttribute("name", "viewport");
    xml_.writeAttribute("content", "width=device-width, initial-scale=1");
    xml_.writeEmptyElement("meta");
    xml_.writeAttribute("name", "generator");
    xml_.writeAttribute("content", "Lineament");
    element("title", report_.title);
    // A page that can load nothing, whatever came into its text.
    xml_.writeEmptyElement("meta");
    xml_.writeAttribute("http-equiv", "Content-Security-Policy");
    xml_.writeAttribute("content", "default-src 'none'; style-src 'unsafe-inline'; img-src data:");
    element("style", QString::fromUtf8(kHtmlStyle));
    xml_.writeEndElement();
  }

  void titleBlock() {
    xml_.writeStartElement("header");
    element("h1", report_.title);
    element("p", report_.facts.join(QStringLiteral(" · ")), "muted");
    xml_.writeEndElement();
  }

  void contents() {
    xml_.writeStartElement("nav");
    xml_.writeAttribute("aria-label", Words::tr("Contents"));
    xml_.writeStartElement("ol");
    int number = 0;
    for (const Block& block : report_.blocks) {
      const auto* heading = std::get_if<Heading>(&block);
      if (!heading) continue;
      ++number;
      if (heading->level > 1) continue;
      xml_.writeStartElement("li");
      xml_.writeStartElement("a");
      xml_.writeAttribute("href", QStringLiteral("#s%1").arg(number));
      xml_.writeCharacters(heading->text);
      xml_.writeEndElement();
      xml_.writeEndElement();
    }
    xml_.writeEndElement();
    xml_.writeEndElement();
  }

  void write(const Heading& heading) {
    xml_.writeStartElement(heading.level <= 1 ? "h2" : "h3");
    xml_.writeAttribute("id", QStringLiteral("s%1").arg(++headings_));
    xml_.writeCharacters(heading.text);
    xml_.writeEndElement();
  }

  void write(const Paragraph& paragraph) {
    static const char* const classes[] = {"body", "bullet", "muted", "warning"};
    xml_.writeStartElement("p");
    xml_.writeAttribute("class", classes[static_cast<int>(paragraph.style)]);
    if (!paragraph.marker.isEmpty()) element("span", paragraph.marker, "marker");
    for (const Span& span : paragraph.spans) write(span);
    xml_.writeEndElement();
  }

  void write(const Span& span) {
    const char* const tags[] = {span.bold ? "strong" : "", span.italic ? "em" : "",
                                span.fixed ? "code" : ""};
    for (const char* tag : tags) {
      if (*tag) xml_.writeStartElement(tag);
    }
    xml_.writeCharacters(span.text);
    for (const char* tag : tags) {
      if (*tag) xml_.writeEndElement();
    }
  }

  void write(const Grid& grid) {
    xml_.writeStartElement("div");
    xml_.writeAttribute("class", "table");
    xml_.writeStartElement("table");
    if (!grid.title.isEmpty()) element("caption", grid.title);
    if (grid.head) {
      xml_.writeStartElement("thead");
      xml_.writeStartElement("tr");
      for (const Grid::Column& column : grid.columns) {
        element("th", column.name, column.numeric ? "number" : nullptr);
      }
      xml_.writeEndElement();
      xml_.writeEndElement();
    }
    xml_.writeStartElement("tbody");
    for (const QStringList& row : grid.rows) {
      xml_.writeStartElement("tr");
      for (qsizetype i = 0; i < row.size(); ++i) {
        const Grid::Column& column = grid.columns[static_cast<std::size_t>(i)];
        element(!grid.head && i == 0 ? "th" : "td", row[i],
                column.numeric ? "number"
                : column.fixed ? "fixed"
                               : nullptr);
      }
      xml_.writeEndElement();
    }
    xml_.writeEndElement();
    xml_.writeEndElement();
    if (!grid.note.isEmpty()) element("p", grid.note, "muted");
    xml_.writeEndElement();
  }

  void write(const Picture& picture) {
    const int number = ++pictures_;
    xml_.writeStartElement("figure");
    try {
      views::FigureFormat format;
      format.width_mm = kFigureWidthMm;
      const auto figure = renderFigure(picture.spec, picture.data, context_, picture.companions);
      const QByteArray svg = views::figureSvg(*figure, format, picture.record);
      xml_.writeCharacters(QString());  // closes the start tag before the raw bytes
      page_.write(inlineSvg(svg, QStringLiteral("f%1-").arg(number), text(picture.spec.title)));
    } catch (const Error& error) {
      element("p", text(error.what()), "warning");
    }
    xml_.writeStartElement("figcaption");
    element("strong", Words::tr("Figure %1. ").arg(number));
    xml_.writeCharacters(text(picture.spec.title));
    if (!picture.spec.caption.empty()) {
      xml_.writeCharacters(". " + text(picture.spec.caption));
    }
    xml_.writeEndElement();
    xml_.writeEndElement();
  }

  void write(const PageBreak&) {
    xml_.writeEmptyElement("hr");
    xml_.writeAttribute("class", "page");
  }

  const Report& report_;
  const Context& context_;
  QBuffer page_;
  QXmlStreamWriter xml_;
  int headings_ = 0;
  int pictures_ = 0;
};

}  // namespace

QByteArray htmlReport(const Report& report, const Context& context) {
  return HtmlWriter(report, context).written();
}

}  // namespace lineament::app
