// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/report/inline_svg.h"

#include <QXmlStreamReader>
#include <QXmlStreamWriter>

namespace lineament::app {

namespace {

QString renamed(const QString& name, QString value, const QString& prefix) {
  if (name == QLatin1String("id")) return prefix + value;
  if (name == QLatin1String("href") && value.startsWith('#')) return '#' + prefix + value.mid(1);
  return value.replace(QLatin1String("url(#"), QLatin1String("url(#") + prefix);
}

// Inside HTML an <svg> needs no namespaces, so none are written: the page names no address at all.
void writeStart(const QXmlStreamReader& in, QXmlStreamWriter& out, const QString& prefix,
                const QString& label, bool root) {
  out.writeStartElement(in.name().toString());
  for (const QXmlStreamAttribute& attribute : in.attributes()) {
    const QString name = attribute.name().toString();
    const bool foreign =
        !attribute.prefix().isEmpty() && attribute.prefix() != QLatin1String("xml");
    if (foreign && name != QLatin1String("href")) continue;
    // The physical size becomes a largest width, so that narrow windows shrink the figure.
    if (root && name == QLatin1String("height")) continue;
    if (root && name == QLatin1String("width")) {
      out.writeAttribute("style", "max-width:100%;height:auto");
    }
    out.writeAttribute(foreign ? name : attribute.qualifiedName().toString(),
                       renamed(name, attribute.value().toString(), prefix));
  }
  if (!root) return;
  out.writeAttribute("role", "img");
  out.writeAttribute("aria-label", label);
}

}  // namespace

QByteArray inlineSvg(const QByteArray& document, const QString& prefix, const QString& label) {
  QXmlStreamReader in(document);
  QByteArray result;
  QXmlStreamWriter out(&result);
  in.setNamespaceProcessing(true);
  int depth = 0;
  int skipped = 0;  // depth inside <metadata>, which HTML has no use for
  while (!in.atEnd()) {
    switch (in.readNext()) {
      case QXmlStreamReader::StartElement:
        if (skipped > 0 || in.name() == QLatin1String("metadata")) {
          ++skipped;
        } else {
          writeStart(in, out, prefix, label, depth++ == 0);
        }
        break;
      case QXmlStreamReader::EndElement:
        if (skipped > 0) {
          --skipped;
        } else {
          --depth;
          out.writeEndElement();
        }
        break;
      case QXmlStreamReader::Characters:
        if (skipped == 0) out.writeCharacters(in.text().toString());
        break;
      default:
        break;
    }
  }
  return result;
}

}  // namespace lineament::app
