// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/report/compose.h"

#include <QDate>
#include <QLocale>
#include <algorithm>

#include "app/report/describe.h"
#include "app/report/record_blocks.h"
#include "app/report/words.h"
#include "core/base/version.h"
#include "core/project/flow.h"

namespace lineament::app {

namespace {

using project::Id;
using project::Project;
using project::ReportItem;

template <class T>
const T* findItem(const std::vector<T>& items, Id id) {
  const auto found =
      std::find_if(items.begin(), items.end(), [id](const T& item) { return item.id == id; });
  return found == items.end() ? nullptr : &*found;
}

// Puts the blocks of one project together.
class Composer {
 public:
  Composer(const Project& project, const Catalogue& catalogue, const Context& context)
      : project_(project),
        catalogue_(catalogue),
        context_(context),
        sources_(project.sources()),
        runs_(project.runs()),
        results_(project.results()),
        figures_(project.figures()) {}

  Report composed() {
    report_.title = text(project_.path().stem().string());
    const std::vector<ReportItem> items = project_.report();
    if (items.empty()) {
      everything();
    } else {
      for (std::size_t i = 0; i < items.size(); ++i) {
        context_.checkpoint(static_cast<double>(i) / static_cast<double>(items.size()),
                            "Composing the report");
        add(items[i]);
      }
    }
    records();
    addFacts();
    return std::move(report_);
  }

 private:
  void add(Block block) { report_.blocks.push_back(std::move(block)); }
  void add(const std::vector<Block>& blocks) {
    report_.blocks.insert(report_.blocks.end(), blocks.begin(), blocks.end());
  }

  // Runs `work`; where it cannot be done, the report says why in its place.
  template <class Work>
  void orSay(const Work& work) {
    try {
      work();
    } catch (const Error& error) {
      add(plainParagraph(text(error.what()), Paragraph::Style::warning));
    }
  }

  void everything() {
    if (!sources_.empty()) add(Heading{Words::tr("Data"), 1});
    const double steps = static_cast<double>(sources_.size() + runs_.size());
    double done = 0;
    for (const auto& source : sources_) {
      context_.checkpoint(done++ / steps, "Reading " + source.name);
      addSource(source);
    }
    for (const auto& run : runs_) {
      context_.checkpoint(done++ / steps, "Composing " + run.title);
      if (!run.hidden) addRun(run);
    }
  }

  void addSource(const project::Source& source) {
    add(Heading{text(source.name), 2});
    orSay([&] {
      const Data data = project::loadItem(project_, source.id, context_);
      add(plainParagraph(text(summaryLine(data)), Paragraph::Style::muted));
      add(describe(data));
    });
    for (const auto& figure : figures_) {
      if (figure.data == source.id) addFigure(figure, {});
    }
  }

  void addRun(const project::Run& run) {
    const Analysis* analysis = catalogue_.find(run.record.analysis);
    const Declaration* declaration = analysis ? &analysis->declaration() : nullptr;
    add(Heading{text(run.title.empty() ? run.record.analysis : run.title), 1});
    add(runBlocks(run.record, declaration, inputNames(run)));
    for (const auto& result : results_) {
      if (result.run == run.id) addResult(result);
    }
    for (const auto& figure : figures_) {
      const auto* shown = findItem(results_, figure.data);
      if (shown && shown->run == run.id) addFigure(figure, {});
    }
  }

  void addResult(const project::Result& result) {
    // What figures show, and tables longer than a page, are named by the run's own lines.
    const bool described = result.kind == Kind::model || result.kind == Kind::explanation ||
                           result.kind == Kind::note || result.kind == Kind::table;
    if (!described) return;
    orSay([&] {
      const Data data = project_.loadResult(result.id, context_);
      if (const auto* table = data.as<Table>()) {
        if (fitsOnPage(*table)) add(contentOf(*table, text(result.title)));
        return;
      }
      add(Heading{text(result.title), 2});
      std::vector<Block> blocks = describe(data);
      // The order of importance is a result of its own.
      if (result.kind == Kind::explanation) blocks.resize(1);
      add(blocks);
    });
  }

  void addFigure(const project::Figure& figure, const std::string& caption) {
    orSay([&] {
      Picture picture{figure.spec, project::loadItem(project_, figure.data, context_), {}};
      const auto load = [this](Id id) { return project::loadItem(project_, id, context_); };
      picture.companions = companionsOf(picture.spec, picture.data, load, context_);
      if (!caption.empty()) picture.spec.caption = caption;
      picture.record.title = text(figure.spec.title);
      picture.record.project = text(project_.path().filename().string());
      if (const auto* result = findItem(results_, figure.data)) {
        if (const auto* run = findItem(runs_, result->run)) {
          picture.record.run = text(fmt::format("{} ({})", run->id, run->record.analysis));
          picture.record.parameters = text(run->record.parameters.dump());
        }
      }
      add(std::move(picture));
    });
  }

  void addTable(const ReportItem& item) {
    orSay([&] {
      const Data data = project::loadItem(project_, item.target, context_);
      if (const auto* source = findItem(sources_, item.target)) {
        add(plainParagraph(text(fmt::format("{}: {}", source->name, summaryLine(data))),
                           Paragraph::Style::muted));
        return add(describe(data));
      }
      const auto* result = findItem(results_, item.target);
      const std::string title = item.text.empty() && result ? result->title : item.text;
      if (const auto* table = data.as<Table>()) return add(contentOf(*table, text(title)));
      add(describe(data));
    });
  }

  void add(const ReportItem& item) {
    switch (item.type) {
      case ReportItem::Type::heading:
        return add(Heading{text(item.text), item.options.value("level", 1)});
      case ReportItem::Type::note:
        return add(blocksOfMarkdown(text(item.text)));
      case ReportItem::Type::page_break:
        return add(PageBreak{});
      case ReportItem::Type::table:
        return addTable(item);
      case ReportItem::Type::figure:
        if (const auto* figure = findItem(figures_, item.target)) addFigure(*figure, item.text);
        return;
      case ReportItem::Type::run:
        if (const auto* run = findItem(runs_, item.target)) addRun(*run);
        return;
    }
  }

  std::vector<QString> inputNames(const project::Run& run) const {
    std::vector<QString> names;
    for (const auto& input : run.inputs) {
      QString from;
      if (const auto* source = findItem(sources_, input.id)) from = text(source->name);
      if (const auto* result = findItem(results_, input.id)) {
        const auto* maker = findItem(runs_, result->run);
        from = text(result->title) + (maker ? Words::tr(" of %1").arg(text(maker->title)) : "");
      }
      names.push_back(text(input.name) + ": " + from);
    }
    return names;
  }

  void records() {
    if (sources_.empty() && runs_.empty()) return;
    add(Heading{Words::tr("Record"), 1});
    add(plainParagraph(Words::tr("All that is needed to do the work again.")));
    add(sourceRecords(sources_));
    for (const auto& run : runs_) add(runRecord(run, inputNames(run)));
  }

  void addFacts() {
    report_.facts << QLocale::c().toString(QDate::currentDate(), QStringLiteral("d MMMM yyyy"));
    report_.facts << counted(static_cast<qsizetype>(sources_.size()), Words::tr("1 source"),
                             Words::tr("%1 sources"));
    report_.facts << counted(static_cast<qsizetype>(runs_.size()), Words::tr("1 run"),
                             Words::tr("%1 runs"));
    report_.facts << QStringLiteral("Lineament ") + text(versionText());
  }

  const Project& project_;
  const Catalogue& catalogue_;
  const Context& context_;
  std::vector<project::Source> sources_;
  std::vector<project::Run> runs_;
  std::vector<project::Result> results_;
  std::vector<project::Figure> figures_;
  Report report_;
};

}  // namespace

Report composeReport(const Project& project, const Catalogue& catalogue, const Context& context) {
  return Composer(project, catalogue, context).composed();
}

}  // namespace lineament::app
