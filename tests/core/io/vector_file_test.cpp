// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/vector_file.h"

#include <ogrsf_frmts.h>

#include <QtTest>
#include <map>

#include "core/io/gdal.h"
#include "core/io/vector_formats.h"
#include "core/io/vector_writer.h"
#include "tests/core/data/features_fixture.h"
#include "tests/core/io/attacks.h"

using namespace lineament;
using namespace lineament::io;
using namespace lineament::io::testing;
using namespace lineament::testing;

namespace {

Crs crsOfCode(int code) {
  OGRSpatialReference reference;
  reference.importFromEPSG(code);
  return crsOf(&reference);
}

void compareGeometries(const Geometries& a, const Geometries& b, double tolerance = 0) {
  QCOMPARE(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) QCOMPARE(int(a.type(i)), int(b.type(i)));
  const auto same = [](const auto& x, const auto& y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end());
  };
  QVERIFY(same(a.arrays().features, b.arrays().features));
  QVERIFY(same(a.arrays().parts, b.arrays().parts));
  QVERIFY(same(a.arrays().rings, b.arrays().rings));
  QCOMPARE(a.vertices(), b.vertices());
  for (std::size_t i = 0; i < 2 * a.vertices(); ++i) {
    QVERIFY(std::abs(a.arrays().coordinates[i] - b.arrays().coordinates[i]) <= tolerance);
  }
}

void compareAttributes(const Table& a, const Table& b) {
  QCOMPARE(a.columnCount(), b.columnCount());
  for (std::size_t c = 0; c < a.columnCount(); ++c) {
    QCOMPARE(a.column(c).name(), b.column(c).name());
    QCOMPARE(int(a.column(c).type()), int(b.column(c).type()));
    for (std::size_t row = 0; row < a.rows(); ++row) {
      QCOMPARE(a.column(c).missing(row), b.column(c).missing(row));
      QCOMPARE(a.column(c).text(row), b.column(c).text(row));
    }
  }
}

// With the quotes of JSON for plain ones.
QByteArray json(const char* text) {
  return QByteArray(text).replace('\'', '"');
}

QByteArray collection(const QByteArray& features) {
  return json("{'type': 'FeatureCollection', 'features': [") + features + "]}";
}

QByteArray feature(const QByteArray& geometry, const QByteArray& properties = "{}") {
  return json("{'type': 'Feature', 'properties': ") + properties + json(", 'geometry': ") +
         geometry + "}";
}

struct Heard {
  QStringList lines;
  Context context() {
    Context made;
    made.log = [this](Context::Severity, std::string_view line) {
      lines << QString::fromUtf8(line.data(), static_cast<qsizetype>(line.size()));
    };
    return made;
  }
};

}  // namespace

// Reading what the writers wrote: both are tested here.
class VectorFileTest : public QObject {
  Q_OBJECT

  Scratch scratch_;

  Features throughPackage(const Features& features, const char* name = "a.gpkg") {
    writeGeoPackage(features, scratch_.path(name), {});
    return io::readFile(scratch_.path(name)).require<Features>();
  }
  Features fromJson(const QByteArray& text, const Context& context = {}) {
    return readFeatures(scratch_.write("a.geojson", text), "", context);
  }
  QString keyOfJson(const QByteArray& text) {
    return errorKey([&] { fromJson(text); });
  }

  // A Shapefile and a GeoPackage of two layers, as other programs write them.
  void writeWith(const char* driver, const char* name, const QStringList& layers) {
    registerGdal();
    Dataset dataset(GetGDALDriverManager()->GetDriverByName(driver)->Create(
        scratch_.path(name).c_str(), 0, 0, 0, GDT_Unknown, nullptr));
    QVERIFY(dataset);
    for (const QString& each : layers) {
      OGRLayer* layer = dataset->CreateLayer(qPrintable(each), nullptr, wkbPoint, nullptr);
      OGRFieldDefn field("depth", OFTReal);
      QCOMPARE(layer->CreateField(&field), OGRERR_NONE);
      OGRFeature row(layer->GetLayerDefn());
      row.SetField("depth", 2.5);
      row.SetGeometryDirectly(new OGRPoint(1, 2));
      QCOMPARE(layer->CreateFeature(&row), OGRERR_NONE);
    }
  }

 private Q_SLOTS:
  void packagesComeBack() {
    const Features layer = twoUnits(crsOfCode(32639));
    const Features back = throughPackage(layer);
    QCOMPARE(back.name(), std::string("units"));
    QCOMPARE(back.crs().name, std::string("WGS 84 / UTM zone 39N"));
    QCOMPARE(back.crs(), layer.crs());
    compareGeometries(back.geometries(), layer.geometries());
    compareAttributes(back.attributes(), layer.attributes());
  }

  void packagesWithoutACrsComeBack() {
    const Features back = throughPackage(twoUnits());
    QVERIFY(!back.crs().known());
    compareGeometries(back.geometries(), twoAreas());
  }

  void packagesAreTheSameBytes() {
    throughPackage(twoUnits(crsOfCode(32639)), "first.gpkg");
    QTest::qWait(5);
    throughPackage(twoUnits(crsOfCode(32639)), "second.gpkg");
    QCOMPARE(bytesOf(scratch_.path("first.gpkg")), bytesOf(scratch_.path("second.gpkg")));
  }

  void everyType() {
    GeometryBuilder builder;
    builder.feature(GeometryType::point);
    builder.point(1, 2);
    builder.feature(GeometryType::line);
    builder.part();
    addRing(builder, {{0, 0}, {1, 1}, {2, 0}});
    builder.part();
    addRing(builder, {{5, 5}, {6, 6}});
    builder.feature(GeometryType::none);
    builder.feature(GeometryType::point);
    builder.point(3, 4);
    builder.point(5, 6);
    const Features mixed("mixed", crsOfCode(4326), builder.finish());
    compareGeometries(throughPackage(mixed).geometries(), mixed.geometries());
    writeGeoJson(mixed, scratch_.path("mixed.geojson"), {});
    const Features back = io::readFile(scratch_.path("mixed.geojson")).require<Features>();
    compareGeometries(back.geometries(), mixed.geometries(), 1e-7);
  }

  void emptyLayers() {
    const Features none("nothing", crsOfCode(4326), {});
    QCOMPARE(throughPackage(none).size(), std::size_t(0));
    writeGeoJson(none, scratch_.path("none.geojson"), {});
    Heard heard;
    const Features back = readFeatures(scratch_.path("none.geojson"), "", heard.context());
    QCOMPARE(back.size(), std::size_t(0));
    QVERIFY(heard.lines.filter("no features").size() == 1);
  }

  void geoJsonIsInDegrees() {
    // 500 km east of the false origin is the zone's middle, 51 degrees east.
    GeometryBuilder builder;
    builder.feature(GeometryType::point);
    builder.point(500000, 0);
    const Features point("p", crsOfCode(32639), builder.finish());
    writeGeoJson(point, scratch_.path("p.geojson"), {});
    const QByteArray text = bytesOf(scratch_.path("p.geojson"));
    QVERIFY(text.contains("51.0"));
    QVERIFY(!text.contains("\"crs\""));
    const Features back = io::readFile(scratch_.path("p.geojson")).require<Features>();
    QVERIFY(back.crs().geographic);
    QVERIFY(std::abs(back.geometries().ring(0)[0] - 51) < 1e-6);
    QVERIFY(std::abs(back.geometries().ring(0)[1]) < 1e-6);
  }

  void geoJsonTurnsAsItsRuleSays() {
    GeometryBuilder builder;
    builder.feature(GeometryType::polygon);
    builder.part();
    addRing(builder, {{0, 0}, {0, 10}, {10, 10}, {10, 0}, {0, 0}});  // clockwise
    writeGeoJson(Features("a", crsOfCode(4326), builder.finish()), scratch_.path("turn.geojson"),
                 {});
    const Features back = io::readFile(scratch_.path("turn.geojson")).require<Features>();
    QVERIFY(signedDoubleArea(back.geometries().ring(0)) > 0);
  }

  void geoJsonNeedsACrs() {
    QCOMPARE(errorKey([&] { writeGeoJson(twoUnits(), scratch_.path("no.geojson"), {}); }),
             QString("vector.geojson_crs"));
    QVERIFY(!std::filesystem::exists(scratch_.path("no.geojson")));
  }

  void attributesWithAwkwardNames() {
    std::vector<Column> columns;
    columns.emplace_back("fid", std::vector<std::int64_t>{7, 7});
    columns.emplace_back("geom", std::vector<std::int64_t>{1, 2});
    columns.emplace_back("A \"b\"", std::vector<std::int64_t>{3, 4});
    columns.emplace_back("a \"B\"", std::vector<std::int64_t>{5, 6});
    const Features layer("gpkg_x", {}, twoAreas(), Table(std::move(columns)));
    const Features back = throughPackage(layer, "awkward.gpkg");
    QCOMPARE(back.name(), std::string("features_gpkg_x"));
    QCOMPARE(back.attributes().columnCount(), std::size_t(4));
    QCOMPARE(back.attributes().require("fid").number(1), 7.0);
    QCOMPARE(back.attributes().column(3).number(0), 5.0);
  }

  void theStyleIsInThePackage() {
    throughPackage(twoUnits(crsOfCode(32639)), "styled.gpkg");
    const std::map<std::string, std::string> style = firstStyleOf("styled.gpkg");
    QCOMPARE(style.at("f_table_name"), std::string("units"));
    QCOMPARE(style.at("f_geometry_column"), std::string("geom"));
    QVERIFY(style.at("styleQML").find("categorizedSymbol") != std::string::npos);
    QVERIFY(style.at("styleSLD").find("PolygonSymbolizer") != std::string::npos);
    QCOMPARE(style.at("useAsDefault"), std::string("1"));
    QVERIFY(style.contains("f_table_schema"));  // empty, not null: QGIS asks for that
  }

  // The style is no layer to choose from.
  void onePackageOneLayer() {
    writeGeoPackage(twoUnits(), scratch_.path("one.gpkg"), {});
    Heard heard;
    readFeatures(scratch_.path("one.gpkg"), "", heard.context());
    QVERIFY(heard.lines.filter("read the layer").isEmpty());
  }

  // Other programs hold a layer to the type that it says it has.
  void geometriesAreOfTheLayersType() {
    writeGeoPackage(twoUnits(), scratch_.path("typed.gpkg"), {});
    const Dataset dataset(static_cast<GDALDataset*>(GDALOpenEx(
        scratch_.path("typed.gpkg").c_str(), GDAL_OF_VECTOR, nullptr, nullptr, nullptr)));
    OGRLayer* layer = dataset->GetLayerByName("units");
    QCOMPARE(layer->GetGeomType(), wkbMultiPolygon);
    for (const auto& each : *layer) {
      QCOMPARE(each->GetGeometryRef()->getGeometryType(), wkbMultiPolygon);
    }
  }

  void oneOfSeveralLayers() {
    writeWith("GPKG", "two.gpkg", {"wells", "faults"});
    Heard heard;
    QCOMPARE(readFeatures(scratch_.path("two.gpkg"), "", heard.context()).name(),
             std::string("wells"));
    QCOMPARE(heard.lines.filter("wells, faults").size(), 1);
    QCOMPARE(readFeatures(scratch_.path("two.gpkg"), "faults", {}).name(), std::string("faults"));
    try {
      readFeatures(scratch_.path("two.gpkg"), "folds", {});
      QFAIL("an Error was expected");
    } catch (const Error& error) {
      QCOMPARE(error.key(), std::string("vector.no_layer"));
      QVERIFY(error.remedy().find("layer=NAME, of wells, faults") != std::string::npos);
    }
  }

  void shapefiles() {
    writeWith("ESRI Shapefile", "wells.shp", {"wells"});
    const Data data = io::readFile(scratch_.path("wells.shp"));
    const auto& wells = data.require<Features>();
    QCOMPARE(wells.geometries().ring(0)[1], 2.0);
    QCOMPARE(wells.attributes().require("depth").number(0), 2.5);
    QVERIFY(!wells.crs().known());
    std::filesystem::remove(scratch_.path("wells.dbf"));
    Heard heard;
    QCOMPARE(readFeatures(scratch_.path("wells.shp"), "", heard.context()).size(), std::size_t(1));
    QCOMPARE(heard.lines.filter("no attributes").size(), 1);
    std::filesystem::remove(scratch_.path("wells.shx"));
    QCOMPARE(errorKey([&] { io::readFile(scratch_.path("wells.shp")); }),
             QString("vector.companion"));
    QVERIFY(!std::filesystem::exists(scratch_.path("wells.shx")));
  }

  void kml() {
    const auto path = scratch_.write(
        "place.kml",
        "<?xml version='1.0' encoding='UTF-8'?>"
        "<kml xmlns='http://www.opengis.net/kml/2.2'><Document><Placemark><name>Outcrop</name>"
        "<Point><coordinates>51.5,31.25,0</coordinates></Point></Placemark></Document></kml>");
    const Data data = io::readFile(path);
    const auto& places = data.require<Features>();
    QCOMPARE(places.geometries().ring(0)[0], 51.5);
    QCOMPARE(places.attributes().require("Name").text(0), std::string("Outcrop"));
    QVERIFY(places.crs().geographic);
  }

  void knownByContent() {
    const auto formatOf = [](const QByteArray& head, const char* name) {
      const auto bytes = std::as_bytes(std::span(head.constData(), std::size_t(head.size())));
      return vectorFormatOf({bytes, std::uint64_t(head.size()), name});
    };
    const auto isJson = [&](const QByteArray& head, const char* name = "a.json") {
      return formatOf(head, name) == VectorFormat::geojson;
    };
    QVERIFY(isJson(collection("")));
    QVERIFY(isJson("\xef\xbb\xbf \n{ \"bbox\": [1, {\"type\": \"x\"}], \"type\" :\"Feature\""));
    QVERIFY(isJson(json("{'name': 'a \\' type', 'type': 'MultiPolygon', 'coordinates': [")));
    QVERIFY(!isJson(json("{'type': 'table', 'rows': []}")));
    QVERIFY(!isJson(json("{'a': {'type': 'Feature'}, 'b': 1}")));
    QVERIFY(!isJson(json("{'x': 'type', 'Feature': ':'}")));
    QVERIFY(!isJson(json("[{'type': 'Feature'}]")));
    QVERIFY(!isJson("{"));
    QVERIFY(isJson("{\"features\": [", "a.geojson"));
    QVERIFY(isJson("{\"type\": \"Featu", "a.geojson"));
    QVERIFY(!isJson("{\"type\": \"Feature"));
    QVERIFY(!isJson(json("{'mean': [1], 'scale': [1], 'inputs': 1}")));
    QVERIFY(formatOf(QByteArray("SQLite format 3\0", 16), "a.db") == VectorFormat::none);
    QVERIFY(formatOf(QByteArray("SQLite format 3\0", 16), "a.GPKG") == VectorFormat::geopackage);
    QVERIFY(formatOf("<kml>", "a") == VectorFormat::kml);
    QVERIFY(formatOf("<html>", "a.kml") == VectorFormat::none);
  }

  void collectionsAndHeights() {
    const QByteArray two =
        feature(json("{'type': 'GeometryCollection', 'geometries': ["
                     "{'type': 'Point', 'coordinates': [1, 2]},"
                     "{'type': 'Polygon', 'coordinates': [[[0, 0], [1, 0], [0, 1], [0, 0]]]}]}")) +
        "," + feature(json("{'type': 'Point', 'coordinates': [1, 2, 3]}")) + "," + feature("null");
    Heard heard;
    const Features read = fromJson(collection(two), heard.context());
    QCOMPARE(read.size(), std::size_t(3));
    QVERIFY(read.geometries().type(0) == GeometryType::polygon);
    QVERIFY(read.geometries().type(1) == GeometryType::point);
    QVERIFY(read.geometries().type(2) == GeometryType::none);
    QCOMPARE(heard.lines.filter("mix").size(), 1);
    QCOMPARE(heard.lines.filter("heights").size(), 1);
  }

  void oneGeometryAlone() {
    QCOMPARE(fromJson(json("{'type': 'Point', 'coordinates': [1, 2]}")).size(), std::size_t(1));
  }

  void coordinatesThatAreNoDegrees() {
    Heard heard;
    const Features read = fromJson(
        collection(feature(json("{'type': 'Point', 'coordinates': [7e5, 3e6]}"))), heard.context());
    QVERIFY(!read.crs().known());
    QCOMPARE(heard.lines.filter("longitudes").size(), 1);
    QCOMPARE(read.geometries().ring(0)[1], 3e6);
  }

  void rubbishJson() {
    for (const QByteArray& text : {json("{'type': 'FeatureCollection'"),
                                   json("{'type': 'FeatureCollection', 'features': 7}"),
                                   json("{'type': 'Point', 'coordinates': 'here'}")}) {
      const QString key = keyOfJson(text);
      QVERIFY2(key.startsWith("vector."), text.constData());
    }
  }

  void geometriesThatCannotBeRead() {
    Heard heard;
    const Features read =
        fromJson(collection(feature(json("{'type': 'Polygon', 'coordinates': [[[0, 0], [1]]]}"))),
                 heard.context());
    QVERIFY(read.geometries().type(0) == GeometryType::none);
    QCOMPARE(heard.lines.filter("of 1 features there is no geometry").size(), 1);
  }

  void nestedWithoutEnd() {
    for (const int depth : {1000, 100'000, 2'000'000}) {
      const QByteArray open(depth, '['), close(depth, ']');
      const QByteArray rings = json("{'type': 'Polygon', 'coordinates': ") + open + close + "}";
      const QString key = keyOfJson(collection(feature(rings)));
      QVERIFY(key.isEmpty() || key.startsWith("vector."));
      QByteArray inside;
      for (int i = 0; i < std::min(depth, 20'000); ++i) {
        inside += json("{'type': 'GeometryCollection', 'geometries': [");
      }
      QVERIFY(keyOfJson(collection(feature(inside))).startsWith("vector."));
    }
  }

  void numbersOutOfRange() {
    const Features read =
        fromJson(collection(feature(json("{'type': 'Point', 'coordinates': [1e999, 2]}"))));
    QVERIFY(read.geometries().type(0) == GeometryType::none);
  }

  void cutShort() {
    throughPackage(twoUnits(crsOfCode(32639)), "whole.gpkg");
    const QByteArray whole = bytesOf(scratch_.path("whole.gpkg"));
    int failures = 0;
    for (qsizetype length = 0; length < whole.size(); length += 1021 + length / 9) {
      const auto path = scratch_.write("cut.gpkg", whole.left(length));
      failures += !errorKey([&] { useAll(io::readFile(path)); }).isEmpty();
    }
    QVERIFY(failures > 15);
    writeGeoJson(twoUnits(crsOfCode(4326)), scratch_.path("whole.geojson"), {});
    const QByteArray text = bytesOf(scratch_.path("whole.geojson")).trimmed();
    QCOMPARE(readablePrefixes(text, "cut.geojson"), 0);
  }

  void changedBytes() {
    throughPackage(twoUnits(crsOfCode(32639)), "good.gpkg");
    const QByteArray good = bytesOf(scratch_.path("good.gpkg"));
    for (qsizetype at = 0; at < good.size(); at += good[at] == 0 ? 211 : 83) {
      QByteArray bad = good;
      bad[at] = static_cast<char>(~bad[at]);
      const auto path = scratch_.write("bad.gpkg", bad);
      errorKey([&] { useAll(io::readFile(path)); });  // a clear word, or a layer
    }
    const QByteArray small = collection(
        feature(json("{'type': 'Polygon', 'coordinates': [[[0, 0], [1, 0], [0, 1], [0, 0]]]}"),
                json("{'a': 1}")));
    readableFlips(small, "bad.geojson");
  }

  void aRunThatIsStoppedLeavesNothing() {
    std::stop_source stop;
    stop.request_stop();
    Context context;
    context.stop = stop.get_token();
    QVERIFY_EXCEPTION_THROWN(writeGeoPackage(twoUnits(), scratch_.path("none.gpkg"), context),
                             Cancelled);
    QVERIFY(!std::filesystem::exists(scratch_.path("none.gpkg")));
    throughPackage(twoUnits(), "some.gpkg");
    QVERIFY_EXCEPTION_THROWN(readFeatures(scratch_.path("some.gpkg"), "", context), Cancelled);
  }

  void aFolderThatIsNotThere() {
    QVERIFY_EXCEPTION_THROWN(writeGeoPackage(twoUnits(), scratch_.path("no/none.gpkg"), {}), Error);
  }

 private:
  // The reader itself leaves styles out. What is null is not there.
  std::map<std::string, std::string> firstStyleOf(const char* name) {
    const Dataset dataset(static_cast<GDALDataset*>(
        GDALOpenEx(scratch_.path(name).c_str(), GDAL_OF_VECTOR, nullptr, nullptr, nullptr)));
    const std::unique_ptr<OGRFeature> row(
        dataset->GetLayerByName("layer_styles")->GetNextFeature());
    std::map<std::string, std::string> values;
    for (int i = 0; i < row->GetFieldCount(); ++i) {
      if (!row->IsFieldSetAndNotNull(i)) continue;
      values[row->GetFieldDefnRef(i)->GetNameRef()] = row->GetFieldAsString(i);
    }
    return values;
  }
};

QTEST_APPLESS_MAIN(VectorFileTest)
#include "vector_file_test.moc"
