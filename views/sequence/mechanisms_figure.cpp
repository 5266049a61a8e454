// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/sequence/mechanisms_figure.h"

#include <QPainter>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/error.h"
#include "views/common/colour_map.h"
#include "views/common/figure_style.h"
#include "views/common/number_text.h"
#include "views/sequence/curve_look.h"

namespace lineament::views {

namespace {

constexpr ErrorText kShape{"attention.shape", "Show attention matrices",
                           "expected as many weights as layers x heads x queries x keys", "",
                           "Run the analysis again, or choose another result"};

constexpr std::size_t kScreenPixels = 1024, kFilePixels = 4096;
constexpr std::size_t kWeightsOfAMark = 256;  // take as long to draw as a mark

constexpr std::size_t kWeightsAtOnce = 150'000;  // are worked out within a frame
constexpr std::size_t kEndless = std::numeric_limits<std::size_t>::max();

}  // namespace

void MechanismsFigure::setData(const Data& shown) {
  const auto& stack = shown.require<AttentionStack>();
  if (!isConsistent(stack)) throw Error(kShape);
  stack_ = std::make_shared<const AttentionStack>(stack);
  origin_ = shown.origin();
  panels_.reset();
  makePanels();
}

void MechanismsFigure::setOptions(const nlohmann::json& options) {
  if (const auto found = options.find("normalise"); found != options.end()) {
    wish_.normalise = *found == "none" ? Normalise::none : Normalise::rows;
  }
  if (const auto found = options.find("show"); found != options.end()) {
    wish_.difference = *found == "difference";
  }
  if (const auto found = options.find("focus"); found != options.end()) {
    focus_.reset();
    if (found->is_number_unsigned()) focus_ = found->get<std::size_t>();
  }
  makePanels();
  PlotFigure::setOptions(options);
}

nlohmann::json MechanismsFigure::options() const {
  nlohmann::json options = PlotFigure::options();
  options["normalise"] = wish_.normalise == Normalise::none ? "none" : "rows";
  options["show"] = wish_.difference ? "difference" : "weights";
  options["focus"] = focus_ ? nlohmann::json(*focus_) : nlohmann::json(nullptr);
  return options;
}

void MechanismsFigure::makePanels() {
  if (focus_ && *focus_ >= matrixCount()) focus_.reset();
  const std::uint64_t weights = matrixCount() * stack_->queries * stack_->keys;
  if (!ready() && !stack_->source && weights <= kWeightsAtOnce) prepare({});
}

bool MechanismsFigure::ready() const {
  return panels_ && panels_->wish == wish_;
}

void MechanismsFigure::prepare(const Context& context) {
  if (ready()) return;
  panels_ = std::make_shared<const ShownMatrices>(shownMatrices(*stack_, wish_, context));
}

void MechanismsFigure::adopt(const PlotFigure& prepared) {
  const auto& other = static_cast<const MechanismsFigure&>(prepared);
  if (!ready() && other.stack_ == stack_ && other.wish_ == wish_) panels_ = other.panels_;
}

std::size_t MechanismsFigure::matrixCount() const {
  return stack_->layers.size() * stack_->heads.size();
}

std::size_t MechanismsFigure::marks() const {
  if (!ready() && matrixCount() > 0) return kEndless;
  return shownPanels().size() * stack_->queries * stack_->keys / kWeightsOfAMark;
}

QSizeF MechanismsFigure::naturalSize(double width) const {
  return {width, naturalPanelHeight(shownPanels().size(), width)};
}

QString MechanismsFigure::caption() const {
  if (matrixCount() == 0) return {};
  QString text = tr("%1 queries × %2 keys").arg(stack_->queries).arg(stack_->keys);
  if (wish_.normalise == Normalise::rows) text += tr(" · each row over the sum of its magnitudes");
  if (wish_.difference) text += tr(" · differences from %1").arg(title(0));
  if (std::max(stack_->queries, stack_->keys) > kScreenPixels) {
    text += tr(" · reduced: each dot is the strongest of its block");
  }
  return text;
}

std::vector<std::size_t> MechanismsFigure::shownPanels() const {
  if (focus_) return {*focus_};
  std::vector<std::size_t> shown;
  for (std::size_t i = 0; i < matrixCount(); ++i) {
    if (!hidden_.contains(i / stack_->heads.size())) shown.push_back(i);
  }
  return shown;
}

PanelLayout MechanismsFigure::layout(const QSizeF& size) const {
  return layOutPanels(shownPanels().size(), size);
}

QRectF MechanismsFigure::plotArea(const QSizeF& size) const {
  const PanelLayout panels = layout(size);
  if (panels.places.empty()) return QRectF(QPointF(0, 0), size);
  if (focus_) return panels.places.front();
  QRectF all;
  for (const QRectF& place : panels.places) all = all.united(place);
  return all;
}

// All matrices together stay whole; one alone can be looked into.
Qt::Orientations MechanismsFigure::zoomDirections() const {
  return focus_ ? Qt::Horizontal | Qt::Vertical : Qt::Orientations();
}

MatrixPart MechanismsFigure::shownPart() const {
  const ZoomWindow zoom = focus_ ? zoomWindow() : ZoomWindow{};
  const auto cut = [](double share, std::uint64_t count, bool up) {
    const double at = share * static_cast<double>(count);
    return std::min(count,
                    static_cast<std::uint64_t>(up ? std::ceil(at - 1e-9) : std::floor(at + 1e-9)));
  };
  // Queries run downwards, the window's vertical axis upwards.
  return {cut(1 - zoom.top, stack_->queries, false), cut(1 - zoom.bottom, stack_->queries, true),
          cut(zoom.left, stack_->keys, false), cut(zoom.right, stack_->keys, true)};
}

QString MechanismsFigure::title(std::size_t panel) const {
  const std::size_t heads = stack_->heads.size();
  const QString layer = QString::fromStdString(stack_->layers[panel / heads]);
  if (heads == 1) return layer;
  return layer + QStringLiteral(" · ") + QString::fromStdString(stack_->heads[panel % heads]);
}

// As many of them as fit.
QString MechanismsFigure::facts(std::size_t panel, double width) const {
  const ShownMatrices::Facts& facts = panels_->facts[panel];
  if (wish_.difference && panel > 0) {
    return tr("largest difference %1").arg(numberText(facts.largest, 3));
  }
  const QString number = tr("%1 nat").arg(numberText(facts.entropy, 3));
  const QString entropy = tr("entropy %1").arg(number);
  const QString both = facts.negative == 0
                           ? entropy
                           : entropy + tr(" · %1 % < 0").arg(numberText(100 * facts.negative, 2));
  const auto fits = [width](const QString& text) {
    return textWidth(figureFont(TextSize::small), text) <= width;
  };
  return fits(both) ? both : fits(entropy) ? entropy : number;
}

QString MechanismsFigure::tokenText(bool query, std::uint64_t index) const {
  const auto& tokens = query ? stack_->query_tokens : stack_->key_tokens;
  QString text = QString::number(index + 1);
  if (index < tokens.size()) {
    text += QStringLiteral(" “") + QString::fromStdString(tokens[index]) + QStringLiteral("”");
  }
  return text;
}

std::optional<std::size_t> MechanismsFigure::matrixAt(const QPointF& at, const QSizeF& size) const {
  const auto found = panelAt(layout(size), at);
  if (!found) return std::nullopt;
  return shownPanels()[*found];
}

std::optional<MechanismsFigure::Cell> MechanismsFigure::cellAt(const QPointF& at,
                                                               const QSizeF& size) const {
  const PanelLayout panels = layout(size);
  const auto found = panelAt(panels, at);
  const MatrixPart part = shownPart();
  if (!found || part.last_query == part.first_query || part.last_key == part.first_key) return {};
  const QRectF& place = panels.places[*found];
  const auto cell = [](double share, std::uint64_t first, std::uint64_t last) {
    const auto step = static_cast<std::uint64_t>(share * static_cast<double>(last - first));
    return first + std::min(step, last - first - 1);
  };
  return Cell{shownPanels()[*found],
              cell((at.y() - place.top()) / place.height(), part.first_query, part.last_query),
              cell((at.x() - place.left()) / place.width(), part.first_key, part.last_key)};
}

QString MechanismsFigure::textAt(const QPointF& at, const QSizeF& size) const {
  const auto cell = cellAt(at, size);
  if (!cell || !ready()) return {};
  const float weight =
      panels_->matrices[cell->panel].weights[cell->query * stack_->keys + cell->key];
  return tr("%1\nquery %2, key %3\n%4 %5")
      .arg(title(cell->panel), tokenText(true, cell->query), tokenText(false, cell->key),
           wish_.difference && cell->panel > 0 ? tr("difference") : tr("weight"),
           numberText(static_cast<double>(weight), 5));
}

// Side by side a place in a matrix stands for the matrix, alone for its query.
std::optional<std::size_t> MechanismsFigure::rowAt(const QPointF& at, const QSizeF& size) const {
  if (!focus_) return std::nullopt;
  return queryAt(at, size);
}

std::optional<std::size_t> MechanismsFigure::queryAt(const QPointF& at, const QSizeF& size) const {
  const auto cell = cellAt(at, size);
  return cell ? std::optional(static_cast<std::size_t>(cell->query)) : std::nullopt;
}

void MechanismsFigure::drawPointed(const Drawing& drawing, std::size_t query) const {
  drawQuery(drawing, query);
}

// A query's row between two lines, with room inside for what it shows.
void MechanismsFigure::drawQuery(const Drawing& drawing, std::size_t query) const {
  const MatrixPart part = shownPart();
  if (query < part.first_query || query >= part.last_query) return;
  drawing.painter.setPen(figurePen(drawing.theme.selection, 1.2));
  drawing.painter.setBrush(Qt::NoBrush);
  for (const QRectF& place : layout(drawing.size).places) {
    const double each = place.height() / static_cast<double>(part.last_query - part.first_query);
    const double top = place.top() + static_cast<double>(query - part.first_query) * each;
    drawing.painter.drawRect(
        QRectF(place.left() - 3, top, place.width() + 6, each).adjusted(0, -0.6, 0, 0.6));
  }
}

void MechanismsFigure::drawPanel(const Drawing& drawing, const QRectF& place, std::size_t panel,
                                 const WeightColours& colours) const {
  QPainter& painter = drawing.painter;
  const QImage image = matrixImage(panels_->matrices[panel], shownPart(),
                                   drawing.screen ? kScreenPixels : kFilePixels, colours);
  painter.setRenderHint(QPainter::SmoothPixmapTransform,
                        image.width() > place.width() || image.height() > place.height());
  if (!image.isNull()) painter.drawImage(place, image);
  const std::size_t layer = panel / stack_->heads.size();
  const QColor colour = categoricalColour(static_cast<int>(layer), drawing.theme.dark);
  painter.setPen(forward_ == layer ? figurePen(colour, 2) : figurePen(drawing.theme.line));
  painter.setBrush(Qt::NoBrush);
  painter.drawRect(place);
  painter.setFont(figureFont(TextSize::label, true));
  painter.setPen(drawing.theme.text);
  double left = place.left();
  if (stack_->layers.size() > 1) {
    drawSwatch(painter, {left, place.top() - 30}, colour, layer);
    left += kSwatch + 5;
  }
  drawLabel(painter, {left, place.top() - 18}, Qt::AlignLeft | Qt::AlignBottom,
            elidedText(painter.font(), title(panel), place.right() - left));
  painter.setFont(figureFont(TextSize::small));
  painter.setPen(drawing.theme.muted);
  drawLabel(painter, {place.left(), place.top() - 5}, Qt::AlignLeft | Qt::AlignBottom,
            elidedText(painter.font(), facts(panel, place.width()), place.width()));
}

void MechanismsFigure::draw(const Drawing& drawing) const {
  const PanelLayout panels = layout(drawing.size);
  QPainter& painter = drawing.painter;
  if (panels.places.empty() || !ready()) {
    painter.setFont(figureFont(TextSize::large));
    painter.setPen(drawing.theme.muted);
    const QString why = matrixCount() == 0 ? tr("There are no attention matrices")
                        : ready()          ? tr("No matrix is shown")
                                           : tr("Working out the matrices");
    drawLabel(painter, QPointF(drawing.size.width(), drawing.size.height()) / 2, Qt::AlignCenter,
              why);
    return;
  }
  const WeightColours colours(panels_->limit, panels_->has_negative, drawing.theme.dark);
  const std::vector<std::size_t> shown = shownPanels();
  for (std::size_t i = 0; i < shown.size(); ++i) {
    drawPanel(drawing, panels.places[i], shown[i], colours);
  }
  if (selection().origin() == origin_) {
    for (const std::size_t query : selection().indices()) drawQuery(drawing, query);
  }
  painter.setFont(figureFont());
  painter.setPen(drawing.theme.muted);
  const QRectF area = plotArea(drawing.size);
  drawLabel(painter, {panels.places.back().center().x(), area.bottom() + 6},
            Qt::AlignHCenter | Qt::AlignTop, tr("key →"));
  drawUpwardLabel(painter, {area.left() - 12, panels.places.front().center().y()}, tr("← query"));
  drawWeightBar(painter, panels.bar, colours, wish_.difference ? tr("Difference") : tr("Weight"),
                drawing.theme);
}

}  // namespace lineament::views
