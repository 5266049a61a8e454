// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/figures/render_figure.h"

#include "app/figures/view_catalogue.h"
#include "core/base/error.h"

namespace lineament::app {

namespace {

constexpr ErrorText kNoData{"figure.no_data", "Draw the figure '{title}'",
                            "the run has no output '{data}'", "",
                            "Draw it from one of the run's outputs"};

}  // namespace

std::unique_ptr<views::Figure> renderFigure(const FigureSpec& spec, const Data& data,
                                            const Context& context) {
  auto figure = makeFigure(QString::fromStdString(spec.view));
  figure->setData(data);
  figure->setOptions(spec.options);
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
