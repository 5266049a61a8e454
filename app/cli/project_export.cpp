// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <optional>

#include "app/cli/commands.h"
#include "app/cli/interrupt.h"
#include "app/cli/output_folder.h"
#include "app/cli/project_items.h"
#include "app/cli/run_outputs.h"
#include "app/figures/figure_record.h"
#include "app/figures/offscreen.h"
#include "app/figures/render_figure.h"
#include "core/base/file.h"
#include "core/io/output_files.h"
#include "core/project/flow.h"

namespace lineament::app::cli {

namespace {

using project::Id;
using project::Project;

constexpr const char* kContents = "project.json";

// A title as part of a file's name.
std::string fileName(Id id, std::string title) {
  for (char& c : title) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       static_cast<unsigned char>(c) >= 0x80;
    if (!plain && c != '.') c = '_';
  }
  return fmt::format("{}_{}", id, title);
}

struct Wanted {
  std::vector<Id> data;
  std::vector<Id> figures;
};

Wanted wantedFrom(const Project& project, const Arguments& arguments) {
  Wanted wanted;
  const auto figures = project.figures();
  const auto& words = arguments.operands();
  for (std::size_t i = 1; i < words.size(); ++i) {
    const auto found = std::ranges::find_if(figures, [&](const project::Figure& figure) {
      return std::to_string(figure.id) == words[i] || figure.spec.title == words[i];
    });
    if (found != figures.end()) {
      wanted.figures.push_back(found->id);
    } else {
      wanted.data.push_back(itemFromText(project, words[i]));
    }
  }
  if (words.size() > 1) return wanted;
  for (const auto& result : project.results()) wanted.data.push_back(result.id);
  for (const auto& figure : figures) wanted.figures.push_back(figure.id);
  return wanted;
}

std::string titleOf(const Project& project, Id id) {
  for (const auto& source : project.sources()) {
    if (source.id == id) return std::filesystem::path(source.name).stem().string();
  }
  const project::Result result = project.result(id);
  return project.run(result.run).title + "_" + result.output;
}

RunRecord recordBehind(const Project& project, Id data) {
  for (const auto& result : project.results()) {
    if (result.id == data) return project.run(result.run).record;
  }
  return {};
}

std::vector<std::string> exportFigures(const Project& project, const std::vector<Id>& ids,
                                       const std::filesystem::path& folder,
                                       const FigureFiles& formats, const Context& context) {
  std::vector<std::string> files;
  if (ids.empty() || formats.endings.empty()) return files;
  const OffscreenDrawing drawing;
  for (const Id id : ids) {
    const project::Figure figure = project.figure(id);
    context.checkpoint(0, "Drawing " + figure.spec.title);
    const auto load = [&](Id data) { return project::loadItem(project, data, context); };
    const Data shown = load(figure.data);
    const auto drawn =
        renderFigure(figure.spec, shown, context, companionsOf(figure.spec, shown, load, context));
    for (const std::string& ending : formats.endings) {
      files.push_back(fileName(id, figure.spec.title) + "." + ending);
      views::exportFigure(*drawn, folder / files.back(), formats.format,
                          figureRecord(figure.spec, recordBehind(project, figure.data),
                                       QString::fromStdString(project.path().filename().string())));
    }
  }
  return files;
}

std::vector<std::string> exportData(const Project& project, const std::vector<Id>& wanted,
                                    const std::filesystem::path& folder, const Context& context) {
  std::vector<std::string> files;
  const auto count = static_cast<double>(wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const Context own = context.part(static_cast<double>(i) / count, (i + 1.0) / count);
    const std::string title = titleOf(project, wanted[i]);
    own.checkpoint(0, "Writing " + title);
    const auto written =
        io::writeOutput(folder, fileName(wanted[i], title),
                        project::loadItem(project, wanted[i], own.part(0, 0.5)), own.part(0.5, 1));
    files.insert(files.end(), written.begin(), written.end());
  }
  return files;
}

}  // namespace

void exportFromProject(const Arguments& arguments, Terminal& terminal) {
  project::OpenOptions options;
  options.read_only = true;
  const auto project = Project::open(arguments.operands().front(), options);
  const Wanted wanted = wantedFrom(*project, arguments);
  const FigureFiles formats = figureFiles(arguments);
  const Interrupt interrupt;
  Context context;
  context.stop = interrupt.token();
  context.progress = terminal.progress();
  context.log = terminal.log();
  OutputFolder folder(arguments.text("--out"));

  std::vector<std::string> files;
  folder.write([&](const std::filesystem::path& staging) {
    files = exportData(*project, wanted.data, staging, context.part(0, 0.7));
    const auto drawn =
        exportFigures(*project, wanted.figures, staging, formats, context.part(0.7, 1));
    files.insert(files.end(), drawn.begin(), drawn.end());
    writeWhole(staging / kContents, project->dump().dump(2) + "\n");
  });
  files.emplace_back(kContents);
  context.checkpoint(1);
  folder.commit(kContents);

  if (terminal.json()) {
    return terminal.printJson(nlohmann::json{{"folder", folder.path().string()}, {"files", files}});
  }
  for (const std::string& file : files) terminal.print((folder.path() / file).string() + "\n");
}

}  // namespace lineament::app::cli
