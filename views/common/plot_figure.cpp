// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/common/plot_figure.h"

#include <algorithm>

namespace lineament::views {

namespace {

constexpr double kSmallest = 1e-5;  // of the axes' length: the closest zoom

}  // namespace

void placeWithin(double& low, double& high, double wanted_low, double width) {
  width = std::clamp(width, kSmallest, 1.0);
  low = std::clamp(wanted_low, 0.0, 1.0 - width);
  high = low + width;
}

void PlotFigure::setOptions(const nlohmann::json& options) {
  const auto found = options.find("zoom");
  if (found == options.end() || !found->is_array() || found->size() != 4) return;
  const auto is_number = [](const nlohmann::json& part) { return part.is_number(); };
  if (!std::all_of(found->begin(), found->end(), is_number)) return;
  const auto part = [&](std::size_t i) { return (*found)[i].get<double>(); };
  placeWithin(zoom_.left, zoom_.right, part(0), part(1) - part(0));
  placeWithin(zoom_.bottom, zoom_.top, part(2), part(3) - part(2));
}

nlohmann::json PlotFigure::options() const {
  nlohmann::json options = nlohmann::json::object();
  if (!zoom_.whole()) options["zoom"] = {zoom_.left, zoom_.right, zoom_.bottom, zoom_.top};
  return options;
}

void PlotFigure::paint(QPainter& painter, const QSizeF& size, const Theme& theme) const {
  painter.save();
  painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
  draw({painter, size, theme, false});
  painter.restore();
}

std::vector<Spot> PlotFigure::spots(const QSizeF&) const {
  return {};
}
QString PlotFigure::spotText(const Spot&) const {
  return {};
}
QString PlotFigure::textAt(const QPointF&, const QSizeF&) const {
  return {};
}
std::optional<std::size_t> PlotFigure::rowAt(const QPointF&, const QSizeF&) const {
  return std::nullopt;
}
void PlotFigure::drawPointed(const Drawing&, std::size_t) const {}
std::optional<Selection> PlotFigure::stepped(int, int) const {
  return std::nullopt;
}

}  // namespace lineament::views
