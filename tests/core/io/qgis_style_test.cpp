// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/qgis_style.h"

#include <QXmlStreamReader>
#include <QtTest>
#include <map>

#include "tests/core/data/features_fixture.h"

using namespace lineament;
using namespace lineament::io;

namespace {

Features layerOf(GeometryType type, const std::vector<const char*>& names) {
  GeometryBuilder builder;
  TextBuilder words;
  for (const char* name : names) {
    words.add(name);
    builder.feature(type);
    if (type == GeometryType::point) {
      builder.point(0, 0);
      continue;
    }
    builder.part();
    lineament::testing::addRing(builder, {{0, 0}, {1, 0}, {0, 1}, {0, 0}});
  }
  std::vector<Column> columns;
  columns.emplace_back("name", words.finish());
  return Features("a & b", {}, builder.finish(), Table(std::move(columns)));
}

// What a reader of XML finds: the elements' names with their attributes or texts, in order.
struct Element {
  QString name;
  std::map<QString, QString> attributes;
  QString text;
};
std::vector<Element> elementsOf(const std::string& xml) {
  std::vector<Element> elements;
  QXmlStreamReader reader(QByteArray::fromStdString(xml));
  while (!reader.atEnd()) {
    reader.readNext();
    if (reader.isStartElement()) {
      Element element{reader.name().toString(), {}, {}};
      for (const auto& attribute : reader.attributes()) {
        element.attributes[attribute.qualifiedName().toString()] = attribute.value().toString();
      }
      elements.push_back(element);
    } else if (reader.isCharacters() && !reader.isWhitespace()) {
      elements.back().text += reader.text().toString();
    }
  }
  if (reader.hasError()) qFatal("no XML: %s", qPrintable(reader.errorString()));
  return elements;
}

std::vector<Element> named(const std::vector<Element>& all, const QString& name) {
  std::vector<Element> found;
  for (const Element& one : all) {
    if (one.name == name) found.push_back(one);
  }
  return found;
}

}  // namespace

class QgisStyleTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aCategoryForEachClass() {
    const auto style = qgisStyleOf(layerOf(GeometryType::polygon, {"Sand", "<Clay> & \"x\""}), "l");
    QVERIFY(style.has_value());
    const auto all = elementsOf(style->qml);
    const auto categories = named(all, "category");
    QCOMPARE(categories.size(), std::size_t(2));
    QCOMPARE(categories[1].attributes.at("value"), QString("<Clay> & \"x\""));
    QCOMPARE(categories[1].attributes.at("symbol"), QString("1"));
    QCOMPARE(categories[1].attributes.at("type"), QString("string"));
    QCOMPARE(named(all, "renderer-v2")[0].attributes.at("attr"), QString("name"));
    QCOMPARE(named(all, "symbol")[0].attributes.at("type"), QString("fill"));
    for (const Element& property : named(all, "prop")) {
      if (property.attributes.at("k") != "color") continue;
      const auto colour = classColour(0);
      QCOMPARE(property.attributes.at("v"),
               QString("%1,%2,%3,255").arg(colour[0]).arg(colour[1]).arg(colour[2]));
      break;
    }
  }

  void aRuleForEachClass() {
    const auto style = qgisStyleOf(layerOf(GeometryType::polygon, {"Sand", "Clay & co"}), "l & m");
    const auto all = elementsOf(style->sld);
    QCOMPARE(named(all, "Rule").size(), std::size_t(2));
    QCOMPARE(named(all, "Literal")[1].text, QString("Clay & co"));
    QCOMPARE(named(all, "PropertyName")[0].text, QString("name"));
    QCOMPARE(named(all, "Name")[0].text, QString("l & m"));
    QCOMPARE(named(all, "PolygonSymbolizer").size(), std::size_t(2));
  }

  void linesAndPoints() {
    const auto line = qgisStyleOf(layerOf(GeometryType::line, {"Fault"}), "l");
    QCOMPARE(named(elementsOf(line->qml), "symbol")[0].attributes.at("type"), QString("line"));
    QCOMPARE(named(elementsOf(line->sld), "LineSymbolizer").size(), std::size_t(1));
    const auto point = qgisStyleOf(layerOf(GeometryType::point, {"Well"}), "l");
    QCOMPARE(named(elementsOf(point->qml), "symbol")[0].attributes.at("type"), QString("marker"));
    QCOMPARE(named(elementsOf(point->sld), "PointSymbolizer").size(), std::size_t(1));
  }

  void nothingWithoutClasses() {
    QVERIFY(!qgisStyleOf(Features("a", {}, lineament::testing::twoAreas()), "a"));
    QVERIFY(!qgisStyleOf(Features(), "a"));
  }
};

QTEST_APPLESS_MAIN(QgisStyleTest)
#include "qgis_style_test.moc"
