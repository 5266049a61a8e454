// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/run.h"

#include <QtTest>
#include <cmath>
#include <new>
#include <stdexcept>

#include "core/analysis/catalogue.h"
#include "core/analysis/documentation.h"
#include "tests/core/base/caught.h"

using namespace lineament;
using test::keyOf;

namespace {

constexpr ErrorText kFailed{"test.failed", "Compute", "the input is bad", "", ""};

Parameter parameter(const char* id, Parameter::Type type, ParameterValue fallback) {
  Parameter made;
  made.id = id;
  made.title = id;
  made.type = type;
  made.fallback = std::move(fallback);
  made.help = std::string("Help of ") + id + ".";
  return made;
}

Declaration declared() {
  using Type = Parameter::Type;
  Declaration declaration;
  declaration.id = "test.tiny";
  declaration.version = 3;
  declaration.title = "Tiny";
  declaration.summary = "Does what it is told.";
  declaration.source = "Nobody (2026)";
  declaration.inputs = {{"data", "Data", {Kind::table, Kind::tensor}, "The rows.", true, false},
                        {"more", "More", {Kind::note}, "", false, true}};
  Parameter mode = parameter("mode", Type::choice, std::string("add"));
  mode.choices = {{"add", "Add", ""}, {"fail", "Fail", ""}, {"throw", "", ""}, {"memory", "", ""}};
  Parameter rate = parameter("rate", Type::real, 0.5);
  rate.lowest = 0;
  rate.highest = 1;
  rate.lowest_excluded = true;
  rate.shown_if = "mode=add|fail";
  Parameter count = parameter("count", Type::integer, std::int64_t{4});
  count.lowest = 1;
  count.highest = 4096;
  Parameter target = parameter("target", Type::column, std::string());
  target.required = true;
  declaration.parameters = {mode,
                            rate,
                            count,
                            target,
                            parameter("fast", Type::boolean, false),
                            parameter("columns", Type::columns, std::vector<std::string>{})};
  declaration.outputs = {{"note", Kind::note, "A note", "Says it.", true}};
  declaration.metrics = {{"r2", "R2", "", "Share of variance."}};
  return declaration;
}

class Tiny : public Analysis {
 public:
  const Declaration& declaration() const override { return declaration_; }
  Outputs run(const Inputs& inputs, const Parameters& parameters,
              const Context& context) const override {
    context.note("begin");
    context.checkpoint(0.5);
    const std::string& mode = parameters.text("mode");
    if (mode == "fail") throw Error(kFailed);
    if (mode == "throw") throw std::runtime_error("a slip");
    if (mode == "memory") throw std::bad_alloc();
    context.warn("end");
    Outputs outputs;
    outputs.add("note", Data(Note{"Rows", summaryLine(inputs.one("data"))}));
    outputs.metrics["r2"] = std::nan("");
    return outputs;
  }

 private:
  Declaration declaration_ = declared();
};

using Settings = std::vector<std::pair<std::string, std::string>>;

Parameters settings(Settings given) {
  given.emplace_back("target", "y");
  return Parameters::fromText(declared(), given);
}

std::string settingKey(const char* key, const char* value) {
  return keyOf([&] { settings({{key, value}}); });
}

Inputs table() {
  Inputs inputs;
  inputs.add("data", Data(Table({Column("x", std::vector<double>{1, 2})})));
  return inputs;
}

RunResult go(const char* mode, const Context& context = {}) {
  return runRecorded(Tiny(), table(), settings({{"mode", mode}}), {{"data", "a.csv", "00"}},
                     context);
}

}  // namespace

class RunTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void parametersAreReadAndCompleted() {
    const Parameters given = settings(
        {{"rate", "1e-1"}, {"count", "4096"}, {"fast", "yes"}, {"columns", "a,\"b,c\",d"}});
    QCOMPARE(given.real("rate"), 0.1);
    QCOMPARE(given.integer("count"), std::int64_t(4096));
    QVERIFY(given.flag("fast"));
    QCOMPARE(given.list("columns"), (std::vector<std::string>{"a", "b,c", "d"}));
    QCOMPARE(given.text("mode"), std::string("add"));
    QCOMPARE(given.text("target"), std::string("y"));
    QVERIFY(settings({}).list("columns").empty());
    const Parameters again = Parameters::fromJson(declared(), given.toJson());
    QVERIFY(again.values() == given.values());
    // What is shown as typed is read as the same.
    for (const auto& [id, value] : given.values()) {
      QVERIFY(parameterFromText(*declared().findParameter(id), textOf(value)) == value);
    }
  }

  void wrongParametersAreUsageErrors() {
    QCOMPARE(settingKey("rate", "0"), std::string("parameter.range"));
    QCOMPARE(settingKey("rate", "1"), std::string("(no error)"));
    QCOMPARE(settingKey("rate", "1.0001"), std::string("parameter.range"));
    QCOMPARE(settingKey("count", "0"), std::string("parameter.range"));
    QCOMPARE(settingKey("mode", "subtract"), std::string("parameter.range"));
    for (const char* text : {"", "0,5", "0.5x", " 0.5", "nan", "inf", "1e999"}) {
      QCOMPARE(settingKey("rate", text), std::string("parameter.type"));
    }
    for (const char* text : {"2.5", "1e2", "99999999999999999999"}) {
      QCOMPARE(settingKey("count", text), std::string("parameter.type"));
    }
    QCOMPARE(settingKey("fast", "maybe"), std::string("parameter.type"));
    QCOMPARE(keyOf([] { Parameters::fromText(declared(), {}); }), std::string("parameter.missing"));
    try {
      settings({{"cont", "3"}});
      QFAIL("it was taken");
    } catch (const Error& error) {
      QCOMPARE(error.key(), std::string("parameter.unknown"));
      QCOMPARE(error.remedy(), std::string("Did you mean count"));
      QVERIFY(error.cause() == Error::Cause::usage);
    }
    const auto jsonKey = [](nlohmann::json json) {
      json["target"] = "y";
      return keyOf([&] { Parameters::fromJson(declared(), json); });
    };
    QCOMPARE(jsonKey({{"count", 2.7}}), std::string("parameter.json"));
    QCOMPARE(jsonKey({{"rate", true}}), std::string("parameter.json"));
    QCOMPARE(jsonKey({{"rate", nullptr}}), std::string("parameter.json"));
    QCOMPARE(jsonKey({{"count", 5000}}), std::string("parameter.range"));
  }

  void hiddenParametersFollowOthers() {
    const Declaration declaration = declared();
    const Parameter& rate = *declaration.findParameter("rate");
    QVERIFY(isShown(rate, {{"mode", std::string("fail")}}));
    QVERIFY(!isShown(rate, {{"mode", std::string("throw")}}));
    QCOMPARE(rangeText(rate), std::string("greater than 0, at most 1"));
    QCOMPARE(rangeText(*declaration.findParameter("count")), std::string("1 to 4096"));
    QCOMPARE(rangeText(*declaration.findParameter("mode")),
             std::string("one of add, fail, throw, memory"));
  }

  void aRunIsRecorded() {
    Context context;
    context.seed = 0xffff'ffff'ffff'ffff;
    context.threads = 2;
    std::string heard;
    context.log = [&](Context::Severity, std::string_view line) { heard += line; };
    const RunResult result = go("add", context);
    const RunRecord& record = result.record;
    QVERIFY(!result.error);
    QCOMPARE(record.outcome, std::string("done"));
    QCOMPARE(record.analysis, std::string("test.tiny"));
    QCOMPARE(record.version, 3);
    QCOMPARE(record.threads, 2);
    QCOMPARE(record.outputs.at(0).name, std::string("note"));
    QCOMPARE(record.log.size(), std::size_t(2));
    QVERIFY(record.log[1].severity == Context::Severity::warning);
    QCOMPARE(heard, std::string("beginend"));
    QCOMPARE(result.outputs.find("note")->require<Note>().markdown,
             std::string("2 rows, 1 column"));
    QVERIFY(!record.program.empty() && record.started.size() == 20 && record.seconds >= 0);

    const nlohmann::json json = toJson(record);
    QVERIFY(json.at("metrics").at("r2").is_null());
    QCOMPARE(json.at("inputs").at("data").at("path"), nlohmann::json("a.csv"));
    const RunRecord again = runRecordFromJson(nlohmann::json::parse(json.dump()));
    QCOMPARE(toJson(again), json);
    QCOMPARE(again.seed, context.seed);
  }

  void repeatedInputsAreAList() {
    RunRecord record;
    record.inputs = {{"more", "a", "1"}, {"data", "b", "2"}, {"more", "c", "3"}, {"more", "d", ""}};
    const nlohmann::json json = toJson(record);
    QCOMPARE(json.at("inputs").at("more").size(), std::size_t(3));
    QCOMPARE(toJson(runRecordFromJson(json)), json);
  }

  void failuresStayInTheResult() {
    const RunResult failed = go("fail");
    QCOMPARE(failed.record.outcome, std::string("failed"));
    QCOMPARE(failed.error.value().key(), std::string("test.failed"));
    QCOMPARE(failed.record.error, std::string(failed.error->what()));
    QCOMPARE(toJson(failed.record).at("error"), nlohmann::json(failed.record.error));
    QVERIFY(failed.outputs.data.empty());
    QCOMPARE(go("throw").error.value().key(), std::string("run.unforeseen"));
    QCOMPARE(go("memory").error.value().key(), std::string("run.memory"));
    std::stop_source stop;
    stop.request_stop();
    Context context;
    context.stop = stop.get_token();
    const RunResult cancelled = go("add", context);
    QCOMPARE(cancelled.record.outcome, std::string("cancelled"));
    QVERIFY(!cancelled.error && cancelled.outputs.data.empty());
  }

  void wrongInputsAreUsageErrors() {
    const auto key = [](const Inputs& inputs) {
      return keyOf([&] { runRecorded(Tiny(), inputs, settings({}), {}, {}); });
    };
    QCOMPARE(key({}), std::string("run.missing_input"));
    Inputs twice = table();
    twice.add("data", Data(Tensor()));
    QCOMPARE(key(twice), std::string("run.too_many_inputs"));
    Inputs wrong;
    wrong.add("data", Data(Note{}));
    QCOMPARE(key(wrong), std::string("run.input_kind"));
    Inputs notes = table();
    notes.add("more", Data(Note{}));
    notes.add("more", Data(Note{}));
    QCOMPARE(key(notes), std::string("(no error)"));
  }

  void malformedRecordsAreErrors() {
    const nlohmann::json good = toJson(go("add").record);
    for (const char* member :
         {"analysis", "version", "parameters", "inputs", "seed", "outcome", "outputs", "metrics"}) {
      nlohmann::json bad = good;
      bad.erase(member);
      QCOMPARE(keyOf([&] { runRecordFromJson(bad); }), std::string("record.malformed"));
      bad[member] = nlohmann::json::array({true});
      QCOMPARE(
          keyOf([&] { runRecordFromJson(bad); }),
          std::string(std::string(member) == "parameters" ? "(no error)" : "record.malformed"));
    }
    nlohmann::json kind = good;
    kind["outputs"]["note"]["kind"] = "virus";
    QCOMPARE(keyOf([&] { runRecordFromJson(kind); }), std::string("record.malformed"));
    QCOMPARE(keyOf([] { runRecordFromJson("text"); }), std::string("record.malformed"));
  }

  void everythingDeclaredIsDocumented() {
    const Declaration declaration = declared();
    for (const std::string& text : {helpText(declaration), documentationPage(declaration)}) {
      for (const char* word :
           {"test.tiny", "Tiny", "Nobody (2026)", "data", "more", "table or tensor", "mode", "rate",
            "count", "target", "fast", "columns", "required", "default 0.5", "1 to 4096", "note",
            "r2", "Help of rate."}) {
        QVERIFY2(text.find(word) != std::string::npos, word);
      }
    }
    const nlohmann::json json = toJson(declaration);
    QCOMPARE(json.at("parameters").size(), std::size_t(6));
    QCOMPARE(json.at("parameters")[0].at("choices").size(), std::size_t(4));
    QCOMPARE(json.at("parameters")[1].at("default"), nlohmann::json(0.5));
    QVERIFY(!json.at("parameters")[3].contains("default"));
  }

  void theCatalogueFindsById() {
    Catalogue catalogue;
    catalogue.add(std::make_unique<Tiny>());
    QVERIFY(catalogue.find("test.tiny") && !catalogue.find("test"));
    try {
      catalogue.require("test.tyni");
      QFAIL("it was found");
    } catch (const Error& error) {
      QCOMPARE(error.key(), std::string("analysis.unknown"));
      QCOMPARE(error.remedy(), std::string("Did you mean test.tiny"));
    }
  }
};

QTEST_APPLESS_MAIN(RunTest)
#include "run_test.moc"
