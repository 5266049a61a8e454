// SPDX-License-Identifier: GPL-3.0-or-later
// How a SequenceFigure draws its parts.
#include "views/common/figure_style.h"
#include "views/sequence/comparison_grids.h"
#include "views/sequence/sequence_figure.h"
#include "views/sequence/trace_plot.h"
#include "views/sequence/transition_plane.h"

namespace lineament::views {

void SequenceFigure::drawEntry(const Drawing& drawing, const QRectF& place,
                               std::size_t mechanism) const {
  QPainter& painter = drawing.painter;
  const bool hidden = look_.hidden.contains(mechanism);
  QFont font = figureFont(TextSize::label, look_.forward == mechanism);
  font.setStrikeOut(hidden);
  const double y = place.center().y();
  drawSwatch(painter, {place.left(), y - kSwatch / 2},
             mechanismColour({}, mechanism, drawing.theme.dark), mechanism, hidden);
  painter.setFont(font);
  painter.setPen(hidden ? drawing.theme.muted : drawing.theme.text);
  drawLabel(painter, {place.left() + kNameIndent, y}, Qt::AlignLeft | Qt::AlignVCenter,
            mechanismName(mechanism));
}

void SequenceFigure::drawMatrices(const Drawing& drawing, const QRectF& place) const {
  drawing.painter.save();
  drawing.painter.translate(place.topLeft());
  matrices_.draw({drawing.painter, place.size(), drawing.theme, drawing.screen});
  drawing.painter.restore();
}

void SequenceFigure::drawPlots(const Drawing& drawing, const SequenceLayout& places) const {
  forPlots(places, [&](const Comparison::Plot& plot, const QRectF& cell) {
    TracePlot(plot, comparison_->tokens(), look_, cell).draw(drawing);
  });
  if (const Comparison::Plot* found = plane()) {
    TransitionPlane(*found, look_, places.plane).draw(drawing);
  }
}

void SequenceFigure::drawTable(const Drawing& drawing, const QRectF& place, const QString& title,
                               const RuledGrid& grid) const {
  drawCellTitle(drawing, place, title, {});
  const QPointF at(place.left() + kNameIndent, place.top() + kTitleHeight);
  const GridPlaces columns = placesIn(grid, place.width() - kNameIndent);
  drawRuledGrid(drawing.painter, at, grid, columns, grid.rows.size(), columns.width, drawing.theme);
  for (std::size_t i = 0; i < grid.rows.size(); ++i) {
    const double y = at.y() + kGridHead + (static_cast<double>(i) + 0.5) * kGridRow;
    drawSwatch(drawing.painter, {place.left(), y - kSwatch / 2},
               mechanismColour(look_, i, drawing.theme.dark), i);
  }
}

void SequenceFigure::drawValues(const Drawing& drawing, const QRectF& place,
                                std::optional<std::size_t> token) const {
  if (place.isEmpty()) return;
  if (token) {
    drawTable(drawing, place, tr("At token %1").arg(*token + 1), valuesGrid(*comparison_, token));
    return;
  }
  drawing.painter.setFont(figureFont());
  drawing.painter.setPen(drawing.theme.muted);
  drawLabel(drawing.painter, place.center(), Qt::AlignHCenter | Qt::AlignVCenter,
            elidedText(figureFont(), tr("Point at a token to read its values, click to keep it"),
                       place.width()));
}

void SequenceFigure::draw(const Drawing& drawing) const {
  if (mechanismCount() == 0) return matrices_.draw(drawing);
  const SequenceLayout places = layout(drawing.size, drawing.screen);
  for (std::size_t i = 0; i < places.legend.size(); ++i) drawEntry(drawing, places.legend[i], i);
  drawMatrices(drawing, places.matrices);
  drawPlots(drawing, places);
  const auto token = look_.tokens.empty() ? std::nullopt : std::optional(look_.tokens.front());
  const bool one_place = places.values == places.measures;
  if (!one_place || !token) {
    drawTable(drawing, places.measures, tr("Measures"), measuresGrid(*comparison_));
  }
  if (token || (drawing.screen && !one_place)) drawValues(drawing, places.values, token);
}

void SequenceFigure::drawPointed(const Drawing& drawing, std::size_t token) const {
  const SequenceLayout places = layout(drawing.size);
  drawing.painter.save();
  drawing.painter.translate(places.matrices.topLeft());
  matrices_.drawPointed({drawing.painter, places.matrices.size(), drawing.theme, true}, token);
  drawing.painter.restore();
  forPlots(places, [&](const Comparison::Plot& plot, const QRectF& cell) {
    TracePlot(plot, comparison_->tokens(), look_, cell).drawToken(drawing, token);
  });
  if (const Comparison::Plot* found = plane()) {
    TransitionPlane(*found, look_, places.plane).drawToken(drawing, token);
  }
  drawing.painter.fillRect(places.values.adjusted(-2, -2, 2, 2), drawing.theme.view);
  drawValues(drawing, places.values, token);
}

}  // namespace lineament::views
