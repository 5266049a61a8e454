// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/sample/sample_project.h"

#include <unistd.h>

#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "core/analyses/pile_table.h"
#include "core/base/file.h"
#include "core/io/csv_writer.h"
#include "core/project/flow.h"

namespace lineament::app {

namespace fs = std::filesystem;

namespace {

using project::Id;
using project::Project;
using project::ReportItem;
using Settings = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t kRows = 1000;
constexpr const char* kTarget = "PPV";

constexpr const char* kIntroduction =
    "Synthetic records of pile driving, made by the program from a seed: for each blow the pile, "
    "the hammer and its drop, the distance, place and axis of the sensor, and the peak particle "
    "velocity (PPV, mm/s) there. The law behind them is known, so one can see what the models find "
    "of it: the velocity grows with the root of the hammer's energy, falls with the distance, and "
    "the length of the pile has no effect.";
constexpr const char* kModels =
    "Two models predict the PPV: a ridge regression, a straight line in every column, and a small "
    "network, which may bend. The network is then explained: its SHAP values say, record by "
    "record, how much each column moved the prediction away from the mean.";

constexpr const char* kMap =
    "A synthetic satellite scene of six bands, over rock units that are known. Three autoencoders "
    "reduce the bands to two numbers, k-means groups the pixels by them, and the map is compared "
    "with the units: each class is matched to the unit that it covers best.";
constexpr const char* kUnits = "6";

constexpr const char* kWords =
    "Lines of invented words, each line the same words twice, and a small network that learned "
    "them letter by letter. The words of a line cannot be foreseen, their repetition can: the "
    "network finds by itself to look up what followed the same letters before. Such heads are "
    "called induction heads, and they show as a dark line beside the diagonal, one repetition "
    "away from it. The surprisal of the letters falls where the repetition begins.";
constexpr const char* kLine = "bika rosu tepo, bika rosu tepo.";

// A folder for the table on its way into the project; gone with this object.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const fs::path& beside)
      : path_(beside.parent_path() / (".lineament-sample-" + std::to_string(::getpid()))) {
    makeFolder(path_);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

class SampleMaker {
 public:
  SampleMaker(Project& project, const Catalogue& catalogue, const Context& context)
      : project_(project), catalogue_(catalogue), context_(context) {}

  void make(std::uint64_t seed) {
    addTable(seed);
    const Id ridge = run("table.regress", "Ridge", {{"data", table_}},
                         {{"target", kTarget}, {"model", "ridge"}}, context_.part(0.02, 0.05));
    const Id network = run("table.regress", "Network", {{"data", table_}},
                           {{"target", kTarget}, {"model", "mlp"}}, context_.part(0.05, 0.25));
    const Id shap = run("explain.shap", "Why the network says so",
                        {{"model", resultOf(network, "model")}, {"data", table_}}, {},
                        context_.part(0.25, 0.35));
    const Id scene = run("sample.scene", "Scene", {}, {{"columns", "240"}, {"rows", "200"}},
                         context_.part(0.35, 0.37));
    const Id map = run("map.cluster", "Map of rock units", {{"raster", resultOf(scene, "scene")}},
                       {{"k", kUnits}, {"features", "stacked-autoencoder"}, {"smoothing", "3"}},
                       context_.part(0.37, 0.47));
    const Id assessed =
        run("map.assess", "The map against the known units",
            {{"labels", resultOf(map, "labels")}, {"reference", resultOf(scene, "units")}}, {},
            context_.part(0.47, 0.49));
    const Id words = run("sample.words", "Words said twice", {}, {}, context_.part(0.49, 0.5));
    const Id trained =
        run("sequence.train", "A network learns the words", {{"text", resultOf(words, "text")}},
            {{"task", "text"},
             {"models", "softmax"},
             {"length", "64"},
             {"lengths", "64"},
             {"steps", "400"},
             {"batch", "16"},
             {"heads", "4"},
             {"key_size", "16"},
             {"value_size", "16"},
             {"learning_rate", "0.008"},
             {"evaluations", "10"},
             {"test_sequences", "128"}},
            context_.part(0.5, 0.98));
    const Id attention =
        run("text.attention", "What the network attends to",
            {{"model", resultOf(trained, "models")}}, {{"text", kLine}}, context_.part(0.98, 1));
    addReport({ridge, network, shap}, {scene, map, assessed}, {trained, attention});
  }

 private:
  void addTable(std::uint64_t seed) {
    const TemporaryFolder folder(project_.path());
    const fs::path file = folder.path() / "piles.csv";
    io::writeCsv(pileTable(seed, kRows), file, context_, io::CsvUnits::second_row);
    project::Import import;
    import.embed = true;
    table_ = importFile(project_, file, import, context_).source;
  }

  Id run(const char* analysis, const char* title, std::vector<project::Run::Input> inputs,
         const Settings& settings, const Context& context) {
    const Analysis& found = catalogue_.require(analysis);
    const auto outcome =
        runInProject(project_, found, inputs, Parameters::fromText(found.declaration(), settings),
                     context, title);
    if (outcome.error) throw *outcome.error;
    return outcome.run;
  }

  Id resultOf(Id run, const char* output) const {
    for (const auto& result : project_.resultsOf(run)) {
      if (result.output == output) return result.id;
    }
    return 0;
  }

  void addReport(const std::vector<Id>& models, const std::vector<Id>& maps,
                 const std::vector<Id>& networks) {
    const auto add = [this](ReportItem::Type type, const char* text, Id target) {
      project_.addReportItem({.type = type, .text = text, .target = target});
    };
    add(ReportItem::Type::heading, "Data", 0);
    add(ReportItem::Type::note, kIntroduction, 0);
    add(ReportItem::Type::table, "", table_);
    add(ReportItem::Type::heading, "Models", 0);
    add(ReportItem::Type::note, kModels, 0);
    for (const Id run : models) add(ReportItem::Type::run, "", run);
    add(ReportItem::Type::heading, "Map", 0);
    add(ReportItem::Type::note, kMap, 0);
    for (const Id run : maps) add(ReportItem::Type::run, "", run);
    add(ReportItem::Type::heading, "Attention", 0);
    add(ReportItem::Type::note, kWords, 0);
    for (const Id run : networks) add(ReportItem::Type::run, "", run);
  }

  Project& project_;
  const Catalogue& catalogue_;
  const Context& context_;
  Id table_ = 0;
};

}  // namespace

void makeSampleProject(const fs::path& path, const Catalogue& catalogue, std::uint64_t seed,
                       const Context& context) {
  auto project = Project::create(path);
  try {
    SampleMaker(*project, catalogue, context).make(seed);
    project->clearHistory();  // the sample is where a person starts from
    project->close();
  } catch (...) {
    project.reset();
    std::error_code ignored;
    fs::remove(path, ignored);
    throw;
  }
}

}  // namespace lineament::app
