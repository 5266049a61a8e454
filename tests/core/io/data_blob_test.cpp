// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/data_blob.h"
#include "core/data/factored_attention.h"
#include "core/data/recurrent_attention.h"
#include "core/data/scan_attention.h"

#include <zlib.h>

#include <QtTest>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/base/random.h"
#include "core/io/named_tensors.h"
#include "tests/core/data/comparison_fixture.h"
#include "tests/core/data/features_fixture.h"
#include "tests/core/data/raster_fixture.h"
#include "tests/core/io/attacks.h"

using namespace lineament;
using namespace lineament::io;
using namespace lineament::io::testing;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

template <class T>
bool sameBytes(const SharedArray<T>& a, const SharedArray<T>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

Table everyColumnType() {
  TextBuilder words;
  for (const char* word : {"before", "", "\xc3\xbc", "last", "after"}) words.add(word);
  std::vector<Column> columns;
  columns.emplace_back("real", std::vector<double>{0.1, kNaN, -kInfinity, -0.0, 5e-324},
                       std::vector<std::uint8_t>{0, 0, 1, 0, 0}, "mm/s");
  columns.emplace_back("integer", std::vector<std::int64_t>{INT64_MIN, INT64_MAX, 0, 1, 2});
  columns.emplace_back("boolean", std::vector<std::uint8_t>{1, 0, 1, 1, 0});
  columns.emplace_back("text", words.finish(), std::vector<std::uint8_t>{0, 1, 0, 0, 0});
  columns.emplace_back("date", std::vector<Column::Date>{{0}, {-1}, {20780}, {1}, {2}});
  columns.emplace_back("time", std::vector<Column::Time>{{0}, {-1}, {1}, {2}, {3}});
  return Table(std::move(columns)).slice(1, 3);
}

void compareTables(const Table& a, const Table& b) {
  QCOMPARE(a.rows(), b.rows());
  QCOMPARE(a.columnCount(), b.columnCount());
  for (std::size_t j = 0; j < a.columnCount(); ++j) {
    const Column &left = a.column(j), &right = b.column(j);
    QCOMPARE(left.name(), right.name());
    QCOMPARE(left.unit(), right.unit());
    QVERIFY(left.type() == right.type());
    for (std::size_t row = 0; row < a.rows(); ++row) {
      QCOMPARE(left.missing(row), right.missing(row));
      QCOMPARE(left.text(row), right.text(row));
    }
  }
}

Explanation smallExplanation() {
  Explanation explanation;
  explanation.method = "kernel";
  explanation.output_name = "PPV";
  explanation.output_unit = "mm/s";
  explanation.features = {"a", "b"};
  explanation.base_value = 1.25;
  explanation.values = std::vector<double>{1, 2, 3, 4, 5, kNaN};
  explanation.predictions = std::vector<double>{7, 8, 9};
  explanation.source_rows = std::vector<std::uint64_t>{4, 5, 1ull << 60};
  explanation.data = everyColumnType();
  explanation.additivity_error = 1e-12;
  return explanation;
}

Series smallSeries() {
  Series series;
  series.title = "Loss";
  series.x = {"epoch", "", true};
  series.y = {"loss", "mm", false};
  series.curves.push_back({"training", std::vector<double>{1, 2}, std::vector<double>{kNaN, 3},
                           Series::Style::points, std::vector<std::uint64_t>{8, 9}});
  series.marks.push_back({"best", 2.0, false});
  series.identity_line = true;
  return series;
}

Model smallModel() {
  Model model;
  model.type = "mlp";
  model.version = 2;
  model.features = {{"x", "m", {"p", "q"}}};
  model.target = "y";
  model.configuration = {{"nan", kNaN}, {"one", 1.0}, {"count", 1}, {"list", {nullptr, false}}};
  model.tensors.emplace("w", Tensor::of({1, 2}, std::vector<float>{1, 2}, {"out", "in"}));
  return model;
}

Checkpoint partialCheckpoint() {
  std::vector<Checkpoint::Entry> entries = {{"good", DType::f32, {1}, 4, "shared"},
                                            {"bad", DType::u8, {2}, 0, "quantised"}};
  auto load = [](std::size_t index) {
    constexpr ErrorText kText{"test.none", "", "", "", ""};
    if (index == 1) throw Error(kText);
    return Tensor::of({1}, std::vector<float>{3});
  };
  return Checkpoint(std::move(entries), load, {{"k", "v"}}, {{"type", "Linear"}})
      .withConfiguration({{"model_type", "gpt2"}})
      .withTokenizer([] {
        return TokenizerFiles{{{"vocab.txt", "a\nb"}}};
      });
}

// Kept as queries and keys, with its measures.
AttentionStack factoredAttention() {
  AttentionStack attention;
  attention.layers = {"layer 1"};
  attention.heads = {"head 1"};
  attention.queries = 1;
  attention.keys = 2;
  attention.measures = {{"entropy", "Entropy", "nat", "How spread", {0.5}}};
  attention.token_measures = {
      {"surprisal", "Surprisal", "bit", {std::numeric_limits<double>::quiet_NaN()}}};
  attention.source = std::make_shared<const FactoredAttention>(
      FactoredAttention::Shape{1, 1, 1, 2, false},
      AttentionSource::Factors{std::vector<float>{1, 2}, std::vector<float>{0.5F, 0, 0, 0.5F},
                               std::vector<float>{1.5F}, 2, 0.5});
  return attention;
}

std::vector<Data> oneOfEach() {
  PointCloud cloud;
  cloud.positions = std::vector<float>{1, 2, 3};
  cloud.attributes = {{"reflectance", "", std::vector<float>{0.5f}}};
  cloud.origin = {1e6, -2e6, 0.5};
  cloud.frame = "KITTI";
  AttentionStack attention;
  attention.layers = {"gla", "softmax"};
  attention.heads = {"head 0"};
  attention.queries = attention.keys = 2;
  attention.query_tokens = {"a", "b"};
  attention.meaning = "share";
  attention.causal = true;
  attention.weights = std::vector<float>{1, 0, -0.5f, 0.25f, 1, 0, 0.5f, 0.5f};
  return {Data(everyColumnType()),
          Data(Tensor(DType::f4, {4}, std::vector<std::byte>(2))),
          Data(smallModel()),
          Data(smallExplanation()),
          Data(smallSeries()),
          Data(Note{"Title", "# Text"}),
          Data(partialCheckpoint()),
          Data(FigureSpec{"bar", "explanation", "T", "C", {{"top", 10}}}),
          Data(cloud),
          Data(attention),
          Data(factoredAttention()),
          Data(lineament::testing::threeMechanisms(2)),
          Data(lineament::testing::twoUnits())};
}

Data there(const Data& data) {
  return fromBlob(data.kind(), toBlob(data));
}

}  // namespace

class DataBlobTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void tablesComeBack() {
    const Data data = there(Data(everyColumnType()));
    compareTables(data.require<Table>(), everyColumnType());
    QVERIFY(std::isnan(data.require<Table>().require("real").number(0)));
    QVERIFY(std::signbit(data.require<Table>().require("real").number(2)));
    compareTables(there(Data(Table())).require<Table>(), Table());
  }

  void modelsComeBack() {
    const Data data = there(Data(smallModel()));
    const Model& model = data.require<Model>();
    QCOMPARE(model.features[0].levels, smallModel().features[0].levels);
    QVERIFY(std::isnan(model.configuration.at("nan").get<double>()));
    QVERIFY(model.configuration.at("one").is_number_float());
    QVERIFY(model.configuration.at("count").is_number_integer());
    QCOMPARE(model.configuration.at("list"), smallModel().configuration.at("list"));
    QCOMPARE(model.tensors.at("w").dimensionNames(), (std::vector<std::string>{"out", "in"}));
    QCOMPARE(model.tensors.at("w").numbers(), (std::vector<double>{1, 2}));
  }

  void rastersComeBack() {
    const Data bands = there(Data(lineament::testing::twoBands()));
    const auto& two = bands.require<Raster>();
    QCOMPARE(two.grid(), lineament::testing::twoBands().grid());
    QCOMPARE(two.bands()[0].title, std::string("Red"));
    QCOMPARE(two.bands()[0].wavelength, 655.0);
    QVERIFY(std::isnan(two.bands()[1].wavelength));
    QCOMPARE(two.values(two.whole(), 0), (std::vector<float>{1, 2, 3, 4, 5, 6}));
    QVERIFY(std::isnan(two.values({0, 1, 1, 1}, 1)[0]));

    const Data labels = there(Data(lineament::testing::fourByFour()));
    const auto& four = labels.require<Raster>();
    QCOMPARE(four.classes(), lineament::testing::fourByFour().classes());
    QCOMPARE(four.values({0, 3, 3, 1}), (std::vector<float>{2, 2, 1}));
    QVERIFY(std::isnan(four.values({3, 3, 1, 1})[0]));
    // Labels are a byte each: 16 of them, and what stands around them.
    QVERIFY(toBlob(Data(lineament::testing::fourByFour())).size() < 400);
  }

  void layersComeBack() {
    Crs crs;
    crs.wkt = "LOCAL_CS[\"a\"]";
    crs.name = "a";
    crs.unit = "ft";
    crs.metres = 0.3048;
    const Features made = lineament::testing::twoUnits(crs);
    const Data data = there(Data(made));
    const auto& read = data.require<Features>();
    QCOMPARE(read.name(), made.name());
    QCOMPARE(read.crs(), made.crs());
    QVERIFY(sameBytes(read.geometries().arrays().types, made.geometries().arrays().types));
    QVERIFY(sameBytes(read.geometries().arrays().parts, made.geometries().arrays().parts));
    QVERIFY(sameBytes(read.geometries().arrays().rings, made.geometries().arrays().rings));
    QVERIFY(sameBytes(read.geometries().arrays().features, made.geometries().arrays().features));
    QVERIFY(
        sameBytes(read.geometries().arrays().coordinates, made.geometries().arrays().coordinates));
    compareTables(read.attributes(), made.attributes());
    QCOMPARE(there(Data(Features())).require<Features>().size(), std::size_t(0));
  }

  void factoredAttentionComesBack() {
    const AttentionStack made = factoredAttention();
    const Data data = there(Data(made));
    const auto& read = data.require<AttentionStack>();
    QVERIFY(read.source && read.source->factors() && read.weights.empty());
    std::vector<float> before(2), after(2);
    readCells(made, 0, 0, {0, 0, 1, 2}, before, {});
    readCells(read, 0, 0, {0, 0, 1, 2}, after, {});
    QCOMPARE(after, before);
    QCOMPARE(read.measures.at(0).help, made.measures[0].help);
    QCOMPARE(read.measures[0].values, made.measures[0].values);
    QVERIFY(std::isnan(read.token_measures.at(0).values[0]));
  }

  void configurationAndTokenizerComeBack() {
    const Data data = there(Data(partialCheckpoint()));
    const auto& read = data.require<Checkpoint>();
    QCOMPARE(read.configuration(), nlohmann::json({{"model_type", "gpt2"}}));
    QCOMPARE(read.tokenizer().files.at("vocab.txt"), std::string("a\nb"));
  }

  // Stored data of the first layout end before what came with the second.
  void earlierLayoutsAreRead_data() {
    QTest::addColumn<int>("layout");
    QTest::addColumn<int>("added");
    QTest::newRow("without measures") << 1 << 1 + 4 * 8;  // a flag and four counts
    QTest::newRow("without recurrences") << 2 << 2 * 8;
  }
  void earlierLayoutsAreRead() {
    QFETCH(const int, layout);
    QFETCH(const int, added);  // bytes that came since, before the checksum
    AttentionStack attention = factoredAttention();
    attention.source.reset();
    attention.measures.clear();
    attention.token_measures.clear();
    attention.weights = std::vector<float>{0.25F, 0.75F};
    std::vector<std::byte> blob = toBlob(Data(attention));
    blob.erase(blob.end() - 4 - added, blob.end());
    blob[4] = static_cast<std::byte>(layout);
    const auto sum = static_cast<std::uint32_t>(
        ::crc32_z(0, reinterpret_cast<const unsigned char*>(blob.data()), blob.size()));
    const auto bytes = std::as_bytes(std::span(&sum, 1));
    blob.insert(blob.end(), bytes.begin(), bytes.end());
    const Data data = fromBlob(Kind::attention, blob);
    QVERIFY(sameBytes(data.require<AttentionStack>().weights, attention.weights));
  }

  // As what they are worked out from, not as cells.
  void recurrencesComeBack() {
    AttentionStack attention = factoredAttention();
    attention.queries = 2;
    attention.causal = true;
    attention.token_measures.clear();
    RecurrentFactors factors{1, 2, 1, {}, {}, {}, 1, {}, {}, {}, true};
    factors.queries = factors.writes = std::vector<float>{1, 2};
    factors.decays = std::vector<float>{0.5F, 0.25F};
    factors.diagonal = std::vector<float>{3, 4};
    ScanFactors scan{2, 1, 1, {}, {}, {}, {}};
    scan.steps = scan.writes = scan.reads = std::vector<float>{0.5F, 1};
    scan.rates = std::vector<float>{-1};
    for (const bool scans : {false, true}) {
      if (scans) {
        attention.source = std::make_shared<const ScanAttention>(std::vector{scan});
      } else {
        attention.source = std::make_shared<const RecurrentAttention>(std::vector{factors});
      }
      const Data data = there(Data(attention));
      const auto& read = data.require<AttentionStack>();
      QVERIFY(read.weights.empty() && read.source);
      std::vector<float> made(4), found(4);
      readCells(attention, 0, 0, {0, 0, 2, 2}, made, {});
      readCells(read, 0, 0, {0, 0, 2, 2}, found, {});
      QCOMPARE(found, made);
    }
    factors.diagonal = std::vector<float>{3};
    attention.source = std::make_shared<const RecurrentAttention>(std::vector{factors});
    try {
      there(Data(attention));
      QFAIL("an attention came back that cannot be worked out");
    } catch (const Error& error) {
      QCOMPARE(error.key(), std::string("blob.malformed"));
    }
  }

  void comparisonsComeBack() {
    const Comparison made = lineament::testing::threeMechanisms(3);
    const Data data = there(Data(made));
    const auto& read = data.require<Comparison>();
    QCOMPARE(read.mechanisms(), made.mechanisms());
    QVERIFY(sameBytes(read.attention.weights, made.attention.weights));
    QCOMPARE(read.plots.size(), made.plots.size());
    for (std::size_t i = 0; i < made.plots.size(); ++i) {
      QVERIFY(read.plots[i].over == made.plots[i].over);
      QVERIFY(sameBytes(read.plots[i].owners, made.plots[i].owners));
      QVERIFY(sameBytes(read.plots[i].series.curves[0].y, made.plots[i].series.curves[0].y));
    }
    compareTables(read.measures, made.measures);
    Comparison broken = made;
    broken.plots[0].owners = std::vector<std::uint64_t>{0, 1, 9};
    try {
      there(Data(broken));
      QFAIL("a comparison came back whose curve belongs to nothing");
    } catch (const Error& error) {
      QCOMPARE(error.key(), std::string("blob.malformed"));
    }
  }

  void explanationsComeBack() {
    const Data data = there(Data(smallExplanation()));
    const auto& read = data.require<Explanation>();
    const Explanation made = smallExplanation();
    QVERIFY(sameBytes(read.values, made.values));
    QVERIFY(sameBytes(read.predictions, made.predictions));
    QVERIFY(sameBytes(read.source_rows, made.source_rows));
    QCOMPARE(read.features, made.features);
    QCOMPARE(read.base_value, made.base_value);
    QCOMPARE(read.additivity_error, made.additivity_error);
    QCOMPARE(read.output_unit, made.output_unit);
    compareTables(read.data, made.data);
  }

  void checkpointsKeepWhatCouldBeHad() {
    const Data data = there(Data(partialCheckpoint()));
    const auto& read = data.require<Checkpoint>();
    QCOMPARE(read.tensor("good").number(0), 3.0);
    QCOMPARE(read.entries()[0].note, std::string("shared"));
    QCOMPARE(errorKey([&] { read.tensor("bad"); }), QString("checkpoint.no_values"));
    QCOMPARE(read.structure().at("type"), "Linear");
  }

  // What is read back makes the same bytes again: nothing of any kind is lost.
  void everyKindMakesTheSameBytesAgain() {
    for (const Data& data : oneOfEach()) {
      const std::vector<std::byte> blob = toBlob(data);
      QVERIFY(toBlob(fromBlob(data.kind(), blob)) == blob);
    }
  }

  void refusesOtherKindsAndNewerLayouts() {
    std::vector<std::byte> blob = toBlob(Data(Note{"a", "b"}));
    QCOMPARE(errorKey([&] { fromBlob(Kind::table, blob); }), QString("blob.kind"));
    blob[4] = std::byte{4};
    QCOMPARE(errorKey([&] { fromBlob(Kind::note, blob); }), QString("blob.version"));
  }

  void everyCutAndEveryFlipIsNoticed() {
    for (const Data& data : oneOfEach()) {
      const std::vector<std::byte> good = toBlob(data);
      for (std::size_t at = 0; at < good.size(); ++at) {
        const std::span<const std::byte> cut(good.data(), at);
        QVERIFY(!errorKey([&] { fromBlob(data.kind(), cut); }).isEmpty());
        std::vector<std::byte> bad = good;
        bad[at] ^= std::byte{0x55};
        QVERIFY(!errorKey([&] { fromBlob(data.kind(), bad); }).isEmpty());
      }
    }
  }

  // An attacker makes the checksum fit: then the structure has to hold by itself.
  void surviveChangesUnderAFittingChecksum() {
    Random random(17);
    for (const Data& data : oneOfEach()) {
      const std::vector<std::byte> good = toBlob(data);
      for (int round = 0; round < 3000; ++round) {
        std::vector<std::byte> bad = good;
        for (auto changes = 1 + random.below(3); changes > 0; --changes) {
          bad[8 + random.below(bad.size() - 12)] = static_cast<std::byte>(random.below(256));
        }
        const auto sum = static_cast<std::uint32_t>(
            ::crc32(0, reinterpret_cast<const unsigned char*>(bad.data()),
                    static_cast<unsigned>(bad.size() - 4)));
        std::memcpy(bad.data() + bad.size() - 4, &sum, 4);
        errorKey([&] { useAll(fromBlob(data.kind(), bad)); });
      }
    }
  }
};

QTEST_APPLESS_MAIN(DataBlobTest)
#include "data_blob_test.moc"
