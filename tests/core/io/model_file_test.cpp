// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/model_file.h"

#include <QtTest>

#include "core/io/safetensors.h"
#include "tests/core/io/attacks.h"

using namespace lineament;
using namespace lineament::io;
using namespace lineament::io::testing;

class ModelFileTest : public QObject {
  Q_OBJECT

  Scratch scratch_;

 private Q_SLOTS:
  void readsWhatItWrites() {
    Model model;
    model.type = "ridge";
    model.version = 3;
    model.features = {{"distance", "m", {}}, {"axis", "", {"x", "\xc3\xbc", ""}}};
    model.target = "PPV";
    model.target_unit = "mm/s";
    model.configuration = {{"lambda", 0.1}, {"names", {"a", "b"}}, {"seed", 18446744073709551615u}};
    model.tensors.emplace("coefficients", Tensor::of({2}, std::vector<double>{0.1, -1e-300}));
    model.tensors.emplace("steps", Tensor(DType::i64, {}, std::vector<std::byte>(8)));
    writeModel(model, scratch_.path("m.safetensors"));
    const Data data = readFile(scratch_.path("m.safetensors"));
    const Model& read = data.require<Model>();
    QCOMPARE(read.type, model.type);
    QCOMPARE(read.version, 3);
    QCOMPARE(read.features.size(), std::size_t(2));
    QCOMPARE(read.features[0].unit, std::string("m"));
    QCOMPARE(read.features[1].levels, model.features[1].levels);
    QCOMPARE(read.target, model.target);
    QCOMPARE(read.target_unit, model.target_unit);
    QVERIFY(read.configuration == model.configuration);
    QCOMPARE(read.tensors.at("coefficients").numbers(), (std::vector<double>{0.1, -1e-300}));
    QVERIFY(read.tensors.at("steps").dtype() == DType::i64);
    QVERIFY(!read.predictor);
  }

  void refusesMalformedDescriptions() {
    const std::string deep = R"({"layout":1,"configuration":)" + std::string(100000, '[');
    for (const std::string& text :
         {std::string("{"), std::string("[]"), std::string(R"({"layout":2})"),
          std::string(R"({"layout":1,"type":3})"), std::string(R"({"layout":1,"features":[1]})"),
          std::string(R"({"layout":1,"features":[{"levels":[1]}]})"), deep}) {
      writeSafetensors({}, {{"lineament.model", text}}, scratch_.path("bad.safetensors"));
      QCOMPARE(errorKey([&] { readFile(scratch_.path("bad.safetensors")); }),
               QString("model.file"));
    }
  }
};

QTEST_APPLESS_MAIN(ModelFileTest)
#include "model_file_test.moc"
