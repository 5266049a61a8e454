// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/flow.h"

#include <QtTest>

#include "core/base/fingerprint.h"
#include "tests/core/project/fixture.h"

using namespace lineament;
using namespace lineament::project;
using namespace lineament::project::test;

namespace {

constexpr ErrorText kTooLarge{"test.too_large", "Scale", "the factor is too large", "", ""};

// factor * the numbers of a tensor or a table's first column, and a figure of it.
class Scale : public Analysis {
 public:
  explicit Scale(int version = 1) {
    declaration_.id = "test.scale";
    declaration_.version = version;
    declaration_.title = "Scale numbers";
    declaration_.inputs = {{"data", "Data", {Kind::tensor, Kind::table}, "", true, false},
                           {"more", "More", {Kind::table}, "", false, true}};
    Parameter factor;
    factor.id = "factor";
    factor.type = Parameter::Type::real;
    factor.fallback = 2.0;
    declaration_.parameters = {factor};
    declaration_.outputs = {{"scaled", Kind::table, "Scaled numbers", "", true}};
  }
  const Declaration& declaration() const override { return declaration_; }

  Outputs run(const Inputs& inputs, const Parameters& parameters,
              const Context& context) const override {
    const double factor = parameters.real("factor");
    if (factor > 100) throw Error(kTooLarge);
    context.checkpoint(0.5, "Scaling");
    context.note("scaled by " + parameters.toJson().at("factor").dump());
    const Data& data = inputs.one("data");
    std::vector<double> values = data.as<Tensor>() ? data.as<Tensor>()->numbers() : numbersOf(data);
    for (double& value : values) value = value * factor + static_cast<double>(context.seed);
    Outputs outputs;
    outputs.add("scaled", tableOf(std::move(values)).withOrigin(data.origin()));
    FigureSpec figure;
    figure.view = "table";
    figure.data = "scaled";
    outputs.add("figure", Data(figure));
    outputs.metrics["factor"] = factor;
    return outputs;
  }

 private:
  Declaration declaration_;
};

Parameters factor(const std::string& text) {
  return Parameters::fromText(Scale().declaration(), {{"factor", text}});
}

// A .npy file of float64 as NumPy's format description (version 1.0) lays it out.
std::string npyOf(const std::vector<double>& values) {
  std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': (" +
                       std::to_string(values.size()) + ",), }";
  header += std::string(117 - header.size(), ' ') + "\n";
  std::string bytes("\x93NUMPY\x01\x00\x76\x00", 10);
  bytes += header;
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double));
  return bytes;
}

bool namesTheFile(const std::string& line) {
  return line.starts_with("a.csv is not what it was");
}

Catalogue catalogueOf(int version = 1) {
  Catalogue catalogue;
  catalogue.add(std::make_unique<Scale>(version));
  return catalogue;
}

}  // namespace

class FlowTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aFileBecomesAResult() {
    const Scratch scratch;
    const auto file = scratch.write("a.npy", npyOf({1, 2, 3}));
    const auto project = scratch.make();
    const Imported imported = importFile(*project, file);
    const Source source = project->source(imported.source);
    QCOMPARE(source.reader, std::string("npy"));
    QVERIFY(source.kind == imported.data.kind());
    QCOMPARE(imported.data.origin(), originOf(imported.source));

    Context context;
    context.seed = 10;
    context.threads = 2;
    const RunOutcome outcome = runInProject(*project, Scale(), {{"data", imported.source}},
                                            factor("3"), context, "Three times");
    QVERIFY(!outcome.error);
    const Data made = project->loadResult(outcome.results.at(0));
    QCOMPARE(numbersOf(made), (std::vector<double>{13, 16, 19}));
    QCOMPARE(made.origin(), originOf(imported.source));  // the same rows
    QCOMPARE(project->result(outcome.results[0]).title, std::string("Scaled numbers"));
    QCOMPARE(project->result(outcome.results[0]).summary.at("rows"), nlohmann::json(3));
    QCOMPARE(project->figure(outcome.figures.at(0)).data, outcome.results[0]);

    const Run run = project->run(outcome.run);
    QCOMPARE(run.title, std::string("Three times"));
    QCOMPARE(run.inputs.at(0).id, imported.source);
    QCOMPARE(run.record.inputs.at(0).sha256, sha256OfFile(file));
    QCOMPARE(run.record.seed, std::uint64_t(10));
    QCOMPARE(run.record.threads, 2);
    QCOMPARE(run.record.outcome, std::string("done"));
    QCOMPARE(run.record.metrics.at("factor"), 3.0);
    QCOMPARE(run.record.log.at(0).line, std::string("scaled by 3.0"));
  }

  void resultsAreInputsOfTheNextRun() {
    const Scratch scratch;
    const auto project = scratch.make();
    const Id source = importFile(*project, scratch.write("a.npy", npyOf({1, 2}))).source;
    const auto first = runInProject(*project, Scale(), {{"data", source}}, factor("2"), {});
    const auto second = runInProject(
        *project, Scale(),
        {{"data", first.results[0]}, {"more", first.results[0]}, {"more", first.results[0]}},
        factor("5"), {});
    QCOMPARE(numbersOf(loadItem(*project, second.results[0])), (std::vector<double>{10, 20}));
    QCOMPARE(project->run(second.run).record.inputs.at(0).path, std::to_string(first.results[0]));
    QCOMPARE(project->run(second.run).inputs.size(), std::size_t(3));
    QCOMPARE(project->run(second.run).title, std::string("Scale numbers"));
  }

  void runsAgainAsRecorded() {
    const Scratch scratch;
    const auto file = scratch.write("a.npy", npyOf({1, 2}));
    Id run = 0;
    {
      const auto project = scratch.make();
      const Id source = importFile(*project, file, {{}, {}, true}).source;
      Context context;
      context.seed = 7;
      context.threads = 1;
      run = runInProject(*project, Scale(), {{"data", source}}, factor("0.5"), context).run;
    }
    std::filesystem::remove(file);  // embedded: not needed
    const auto project = scratch.open();
    const RunOutcome again = rerun(*project, catalogueOf(), run, {});
    QVERIFY(again.run != run);
    QCOMPARE(numbersOf(project->loadResult(again.results.at(0))), (std::vector<double>{7.5, 8}));
    QCOMPARE(project->run(again.run).record.parameters, project->run(run).record.parameters);
    QCOMPARE(project->run(again.run).record.threads, 1);

    QCOMPARE(keyOf([&] { rerun(*project, catalogueOf(2), run, {}); }),
             std::string("project.analysis_version"));
    QVERIFY(!rerun(*project, catalogueOf(2), run, {}, true).error);
    QVERIFY(keyOf([&] { rerun(*project, Catalogue(), run, {}); }) != "(no error)");
  }

  void runsAgainReadAsTheyDidThen() {
    const Scratch scratch;
    const auto file = scratch.write("a.csv", "1\n2\n3\n");
    const auto project = scratch.make();
    const Id source = importFile(*project, file, {{}, {{"header", "no"}}, false}).source;
    const Id run = runInProject(*project, Scale(), {{"data", source}}, factor("2"), {}).run;
    const io::Reader& reader = readerOf(project->source(source));
    project->setReaderOptions(source, io::readerOptions(reader, {{"header", "yes"}}).toJson());

    std::vector<std::string> log;
    Context context;
    context.log = [&](Context::Severity, std::string_view line) { log.emplace_back(line); };
    const RunOutcome again = rerun(*project, catalogueOf(), run, context);
    QCOMPARE(numbersOf(project->loadResult(again.results.at(0))), (std::vector<double>{2, 4, 6}));
    QCOMPARE(again.record.inputs.at(0).read, project->run(run).record.inputs.at(0).read);
    QCOMPARE(numbersOf(loadItem(*project, source)).size(), std::size_t(2));  // its own options stay
    QCOMPARE(std::ranges::count_if(log, namesTheFile), 0);

    scratch.write("a.csv", "1\n2\n3\n4\n");
    project->acceptChange(source);
    const RunOutcome later = rerun(*project, catalogueOf(), run, context);
    QCOMPARE(numbersOf(project->loadResult(later.results.at(0))).size(), std::size_t(4));
    QCOMPARE(std::ranges::count_if(log, namesTheFile), 1);
  }

  void failedRunsAreRecorded() {
    const Scratch scratch;
    const auto project = scratch.make();
    const Id source = importFile(*project, scratch.write("a.npy", npyOf({1}))).source;
    const auto outcome = runInProject(*project, Scale(), {{"data", source}}, factor("1e3"), {});
    QCOMPARE(outcome.error.value().key(), std::string("test.too_large"));
    const Run run = project->run(outcome.run);
    QCOMPARE(run.record.outcome, std::string("failed"));
    QCOMPARE(run.record.error, std::string(outcome.error->what()));
    QVERIFY(project->resultsOf(outcome.run).empty());
  }

  void cancelledRunsLeaveNothing() {
    const Scratch scratch;
    const auto project = scratch.make();
    const Id source =
        importFile(*project, scratch.write("a.npy", npyOf(std::vector<double>(3000000, 1)))).source;
    const nlohmann::json before = project->dump();
    // While it reads, while it runs, and while it stores.
    for (const double at : {0.02, 0.5, 0.93}) {
      std::stop_source stop;
      Context context;
      context.stop = stop.get_token();
      context.progress = [&](double fraction, std::string_view) {
        if (fraction >= at) stop.request_stop();
      };
      QCOMPARE(keyOf([&] {
                 runInProject(*project, Scale(), {{"data", source}}, factor("2"), context);
               }),
               std::string("(cancelled)"));
      QVERIFY(project->dump() == before);
    }
    QCOMPARE(project->history().size(), std::size_t(1));
    project->close();
    QVERIFY(std::filesystem::file_size(scratch.projectPath()) < 1'000'000);
  }

  void changedSourcesAreNotReadInSilence() {
    const Scratch scratch;
    const auto file = scratch.write("a.npy", npyOf({1, 2}));
    const auto project = scratch.make();
    const Id source = importFile(*project, file).source;
    scratch.write("a.npy", npyOf({1, 3}));
    const auto go = [&] { runInProject(*project, Scale(), {{"data", source}}, factor("2"), {}); };
    QCOMPARE(keyOf(go), std::string("project.source_changed"));
    project->acceptChange(source);
    QCOMPARE(keyOf(go), std::string("(no error)"));
    std::filesystem::remove(file);
    QCOMPARE(keyOf(go), std::string("project.source_missing"));
    QCOMPARE(project->runs().size(), std::size_t(1));
  }

  void sourcesAreReadWithTheirOptions() {
    const Scratch scratch;
    const std::string text = "1,2\n3,4\n5,6\n";
    const auto file = scratch.write("a.csv", text);
    Id source = 0;
    {
      const auto project = scratch.make();
      QCOMPARE(keyOf([&] {
                 importFile(*project, file, {{}, {{"sheet", "1"}}, false});
               }),
               std::string("reader.unknown_option"));
      source = importFile(*project, file, {{}, {{"header", "no"}}, false}).source;
      const auto run = runInProject(*project, Scale(), {{"data", source}}, factor("1"), {});
      QCOMPARE(run.record.inputs.at(0).read.at("header"), nlohmann::json("no"));
      QCOMPARE(run.record.inputs.at(0).format, std::string("csv"));
    }
    const auto project = scratch.open();
    const auto rows = [&] { return numbersOf(loadItem(*project, source)).size(); };
    QCOMPARE(project->runs().at(0).record.inputs.at(0).read.at("header"), nlohmann::json("no"));
    QCOMPARE(rows(), std::size_t(3));  // it was opened anew
    std::filesystem::create_directory(scratch / "there");
    std::filesystem::rename(file, scratch / "there/a.csv");
    project->relink(source, scratch / "there/a.csv");
    scratch.write("there/a.csv", text + "7,8\n");
    project->acceptChange(source);
    QCOMPARE(rows(), std::size_t(4));

    const io::Reader& reader = readerOf(project->source(source));
    const Parameters options = io::readerOptions(reader, {{"header", "yes"}});
    const Data tried = loadSourceWith(*project, source, options);
    QCOMPARE(numbersOf(tried).size(), std::size_t(3));
    QCOMPARE(tried.origin(), originOf(source));
    QCOMPARE(rows(), std::size_t(4));  // nothing was changed by trying
    project->setReaderOptions(source, options.toJson());
    QCOMPARE(rows(), std::size_t(3));
    project->undo();
    QCOMPARE(rows(), std::size_t(4));
    project->redo();
    QCOMPARE(rows(), std::size_t(3));
  }

  void aProjectToLookAtIsRefusedBeforeTheWork() {
    const Scratch scratch;
    const auto file = scratch.write("a.npy", npyOf({1, 2}));
    const Id source = importFile(*scratch.make(), file).source;
    OpenOptions look;
    look.read_only = true;
    const auto project = scratch.open(look);
    bool began = false;
    Context context;
    context.progress = [&](double, std::string_view) { began = true; };
    QCOMPARE(keyOf([&] {
               runInProject(*project, Scale(), {{"data", source}}, factor("2"), context);
             }),
             std::string("project.read_only"));
    QCOMPARE(keyOf([&] { importFile(*project, file, {}, context); }),
             std::string("project.read_only"));
    QVERIFY(!began);
  }

  void wrongCallsLeaveNothing() {
    const Scratch scratch;
    const auto project = scratch.make();
    QCOMPARE(keyOf([&] { runInProject(*project, Scale(), {}, factor("2"), {}); }),
             std::string("run.missing_input"));
    QCOMPARE(keyOf([&] {
               runInProject(*project, Scale(), {{"data", 5}}, factor("2"), {});
             }),
             std::string("project.no_item"));
    QCOMPARE(keyOf([&] { importFile(*project, scratch / "none.npy"); }),
             std::string("file.missing"));
    QVERIFY(keyOf([&] { importFile(*project, scratch.write("bad.npy", "\x93NUMPY nonsense")); }) !=
            "(no error)");
    QCOMPARE(keyOf([&] {
               importFile(*project, scratch.write("a.npy", npyOf({1})), {"nope", {}, false});
             }),
             std::string("project.no_reader"));
    QVERIFY(project->sources().empty() && project->runs().empty());
    QVERIFY(project->history().empty());
  }
};

QTEST_APPLESS_MAIN(FlowTest)
#include "flow_test.moc"
