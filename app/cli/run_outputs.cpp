// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/run_outputs.h"

#include <algorithm>
#include <optional>

#include "app/figures/figure_record.h"
#include "app/figures/offscreen.h"
#include "app/figures/render_figure.h"
#include "core/io/output_files.h"

namespace lineament::app::cli {

namespace {

constexpr ErrorText kFormat{"cli.figure_format", "Draw figures as '{format}'",
                            "svg, pdf, png or none is expected", "",
                            "Separate several with commas: --figure-format svg,pdf"};

constexpr const char* kFormats[] = {"svg", "pdf", "png"};

std::vector<std::string> endingsFrom(const std::string& list) {
  std::vector<std::string> endings;
  if (list == "none") return endings;
  for (std::size_t from = 0; from <= list.size();) {
    const std::size_t comma = std::min(list.find(',', from), list.size());
    const std::string format = list.substr(from, comma - from);
    if (std::ranges::find(kFormats, format) == std::end(kFormats)) {
      throw Error::usage(kFormat, {{"format", format}});
    }
    endings.push_back(format);
    from = comma + 1;
  }
  return endings;
}

std::vector<std::string> drawFigure(const FigureSpec& spec, const std::string& id,
                                    const RunResult& result, const std::filesystem::path& folder,
                                    const FigureFiles& figures) {
  const auto figure = renderFigure(spec, result.outputs);
  std::vector<std::string> files;
  for (const std::string& ending : figures.endings) {
    files.push_back(id + "." + ending);
    views::exportFigure(*figure, folder / files.back(), figures.format,
                        figureRecord(spec, result.record));
  }
  return files;
}

}  // namespace

std::vector<Option> figureOptions() {
  return {
      {"--figure-format", "LIST", "Of svg, pdf, png (the default is all), or none"},
      {"--figure-width-mm", "MM", "Width of figures: 85, 114 or 174 (the default) fit journals"},
      {"--dpi", "N", "Resolution of PNG figures and of raster parts; 300 unless set"}};
}

FigureFiles figureFiles(const Arguments& arguments) {
  FigureFiles figures;
  figures.endings = endingsFrom(arguments.text("--figure-format", "svg,pdf,png"));
  figures.format.width_mm = arguments.real("--figure-width-mm", 174, 20, 1000);
  figures.format.dpi = static_cast<int>(arguments.integer("--dpi", 300, 36, 2400));
  return figures;
}

void writeOutputs(RunResult& result, const std::filesystem::path& folder,
                  const FigureFiles& figures, const Context& context) {
  std::optional<OffscreenDrawing> drawing;  // costs start-up time, so only where it is needed
  const auto count = static_cast<double>(result.outputs.data.size());
  for (std::size_t i = 0; i < result.outputs.data.size(); ++i) {
    const auto& [id, data] = result.outputs.data[i];
    const Context own = context.part(static_cast<double>(i) / count, (i + 1.0) / count);
    own.checkpoint(0, "Writing " + id);
    const FigureSpec* spec = data.as<FigureSpec>();
    if (spec && !drawing) drawing.emplace();
    result.record.outputs[i].files = spec ? drawFigure(*spec, id, result, folder, figures)
                                          : io::writeOutput(folder, id, data, own);
  }
}

}  // namespace lineament::app::cli
