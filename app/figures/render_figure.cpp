// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/figures/render_figure.h"

#include "app/figures/companion_system.h"
#include "app/figures/view_catalogue.h"
#include "core/base/error.h"

namespace lineament::app {

namespace {

constexpr ErrorText kNoData{"figure.no_data", "Draw the figure '{title}'",
                            "the run has no output '{data}'", "",
                            "Draw it from one of the run's outputs"};

std::unique_ptr<views::Figure> figureOf(const FigureSpec& spec, const Data& data) {
  auto figure = makeFigure(QString::fromStdString(spec.view));
  figure->setData(data);
  figure->setOptions(spec.options);
  return figure;
}

}  // namespace

Companions companionsOf(const FigureSpec& spec, const Data& data,
                        const std::function<Data(std::int64_t)>& load, const Context& context) {
  Companions companions;
  const auto figure = figureOf(spec, data);
  for (const std::int64_t id : figure->companions()) {
    try {
      companions.emplace(id, broughtTo(figure->companionSystem(), load(id), context));
    } catch (const Error&) {
      continue;
    }
  }
  return companions;
}

std::unique_ptr<views::Figure> renderFigure(const FigureSpec& spec, const Data& data,
                                            const Context& context, const Companions& companions) {
  auto figure = figureOf(spec, data);
  for (const auto& [id, companion] : companions) figure->setCompanion(id, companion);
  figure->prepare(context);
  return figure;
}

std::unique_ptr<views::Figure> renderFigure(const FigureSpec& spec, const Outputs& outputs,
                                            const Context& context) {
  const Data* data = outputs.find(spec.data);
  if (!data) throw Error(kNoData, {{"title", spec.title}, {"data", spec.data}});
  return renderFigure(spec, *data, context);
}

}  // namespace lineament::app
