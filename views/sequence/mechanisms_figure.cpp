// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/sequence/mechanisms_figure.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "views/common/figure_style.h"
#include "views/common/number_text.h"

namespace lineament::views {

namespace {

constexpr ErrorText kShape{"attention.shape", "Show attention matrices",
                           "expected as many weights as layers x heads x queries x keys", "",
                           "Run the analysis again, or choose another result"};

constexpr std::size_t kScreenPixels = 1024, kFilePixels = 4096;
constexpr std::size_t kWeightsOfAMark = 256;  // take as long to draw as a mark

// -sum share ln |share| over the rows, averaged, in nats.
double meanEntropy(const ShownMatrix& matrix) {
  double sum = 0;
  for (std::uint64_t q = 0; q < matrix.queries; ++q) {
    const float* row = matrix.weights.data() + q * matrix.keys;
    double total = 0;
    for (std::uint64_t k = 0; k < matrix.keys; ++k) total += std::abs(static_cast<double>(row[k]));
    for (std::uint64_t k = 0; total > 0 && k < matrix.keys; ++k) {
      const double share = std::abs(static_cast<double>(row[k])) / total;
      if (share > 0) sum -= share * std::log(share);
    }
  }
  return matrix.queries > 0 ? sum / static_cast<double>(matrix.queries) : 0;
}

double negativeShare(const ShownMatrix& matrix) {
  const auto negative =
      std::count_if(matrix.weights.begin(), matrix.weights.end(), [](float w) { return w < 0; });
  return static_cast<double>(negative) /
         static_cast<double>(std::max<std::size_t>(1, matrix.weights.size()));
}

}  // namespace

void MechanismsFigure::setData(const Data& shown) {
  const auto& stack = shown.require<AttentionStack>();
  if (!isConsistent(stack)) throw Error(kShape);
  stack_ = std::make_shared<const AttentionStack>(stack);
  makePanels();
}

void MechanismsFigure::setOptions(const nlohmann::json& options) {
  const Normalise normalise_before = normalise_;
  const bool difference_before = difference_;
  if (const auto found = options.find("normalise"); found != options.end()) {
    normalise_ = *found == "none" ? Normalise::none : Normalise::rows;
  }
  if (const auto found = options.find("show"); found != options.end()) {
    difference_ = *found == "difference";
  }
  if (const auto found = options.find("focus"); found != options.end()) {
    focus_.reset();
    if (found->is_number_unsigned()) focus_ = found->get<std::size_t>();
  }
  if (normalise_ != normalise_before || difference_ != difference_before) makePanels();
  keepFocusInside();
  PlotFigure::setOptions(options);
}

nlohmann::json MechanismsFigure::options() const {
  nlohmann::json options = PlotFigure::options();
  options["normalise"] = normalise_ == Normalise::none ? "none" : "rows";
  options["show"] = difference_ ? "difference" : "weights";
  options["focus"] = focus_ ? nlohmann::json(*focus_) : nlohmann::json(nullptr);
  return options;
}

void MechanismsFigure::makePanels() {
  auto made = std::make_shared<Panels>();
  for (std::size_t layer = 0; layer < stack_->layers.size(); ++layer) {
    for (std::size_t head = 0; head < stack_->heads.size(); ++head) {
      made->matrices.push_back(shownMatrix(*stack_, layer, head, normalise_));
    }
  }
  if (difference_ && !made->matrices.empty()) {
    const ShownMatrix first = made->matrices.front();
    for (std::size_t i = 1; i < made->matrices.size(); ++i) {
      made->matrices[i] = difference(made->matrices[i], first);
    }
  }
  for (const ShownMatrix& matrix : made->matrices) {
    made->limit = std::max(made->limit, largestMagnitude(matrix));
    made->has_negative = made->has_negative || hasNegative(matrix);
  }
  panels_ = std::move(made);
  keepFocusInside();
}

void MechanismsFigure::keepFocusInside() {
  if (focus_ && *focus_ >= matrixCount()) focus_.reset();
}

std::size_t MechanismsFigure::marks() const {
  return shownPanels().size() * stack_->queries * stack_->keys / kWeightsOfAMark;
}

QSizeF MechanismsFigure::naturalSize(double width) const {
  return {width, naturalPanelHeight(shownPanels().size(), width)};
}

QString MechanismsFigure::caption() const {
  if (matrixCount() == 0) return {};
  QString text = tr("%1 queries × %2 keys").arg(stack_->queries).arg(stack_->keys);
  if (normalise_ == Normalise::rows) text += tr(" · each row over the sum of its magnitudes");
  if (difference_) text += tr(" · differences from %1").arg(title(0));
  if (std::max(stack_->queries, stack_->keys) > kScreenPixels) {
    text += tr(" · reduced: each dot is the strongest of its block");
  }
  return text;
}

std::vector<std::size_t> MechanismsFigure::shownPanels() const {
  if (focus_) return {*focus_};
  std::vector<std::size_t> all(matrixCount());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  return all;
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

QString MechanismsFigure::facts(std::size_t panel) const {
  const ShownMatrix& matrix = panels_->matrices[panel];
  if (difference_ && panel > 0) {
    return tr("largest difference %1").arg(numberText(largestMagnitude(matrix), 3));
  }
  QString text = tr("entropy %1 nat").arg(numberText(meanEntropy(matrix), 3));
  const double negative = negativeShare(matrix);
  if (negative > 0) text += tr(" · %1 % < 0").arg(numberText(100 * negative, 2));
  return text;
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

QString MechanismsFigure::textAt(const QPointF& at, const QSizeF& size) const {
  const PanelLayout panels = layout(size);
  const auto found = panelAt(panels, at);
  if (!found) return {};
  const std::size_t panel = shownPanels()[*found];
  const QRectF& place = panels.places[*found];
  const MatrixPart part = shownPart();
  const auto cell = [](double share, std::uint64_t first, std::uint64_t last) {
    const auto step = static_cast<std::uint64_t>(share * static_cast<double>(last - first));
    return first + std::min(step, last - first - 1);
  };
  if (part.last_query == part.first_query || part.last_key == part.first_key) return {};
  const std::uint64_t q =
      cell((at.y() - place.top()) / place.height(), part.first_query, part.last_query);
  const std::uint64_t k =
      cell((at.x() - place.left()) / place.width(), part.first_key, part.last_key);
  const float weight = panels_->matrices[panel].weights[q * stack_->keys + k];
  return tr("%1\nquery %2, key %3\n%4 %5")
      .arg(title(panel), tokenText(true, q), tokenText(false, k),
           difference_ && panel > 0 ? tr("difference") : tr("weight"),
           numberText(static_cast<double>(weight), 5));
}

void MechanismsFigure::drawPanel(const Drawing& drawing, const QRectF& place, std::size_t panel,
                                 const WeightColours& colours) const {
  QPainter& painter = drawing.painter;
  const QImage image = matrixImage(panels_->matrices[panel], shownPart(),
                                   drawing.screen ? kScreenPixels : kFilePixels, colours);
  painter.setRenderHint(QPainter::SmoothPixmapTransform,
                        image.width() > place.width() || image.height() > place.height());
  if (!image.isNull()) painter.drawImage(place, image);
  painter.setPen(figurePen(drawing.theme.line));
  painter.setBrush(Qt::NoBrush);
  painter.drawRect(place);
  painter.setFont(figureFont(TextSize::label, true));
  painter.setPen(drawing.theme.text);
  drawLabel(painter, {place.left(), place.top() - 18}, Qt::AlignLeft | Qt::AlignBottom,
            elidedText(painter.font(), title(panel), place.width()));
  painter.setFont(figureFont(TextSize::small));
  painter.setPen(drawing.theme.muted);
  drawLabel(painter, {place.left(), place.top() - 5}, Qt::AlignLeft | Qt::AlignBottom,
            elidedText(painter.font(), facts(panel), place.width()));
}

void MechanismsFigure::draw(const Drawing& drawing) const {
  const PanelLayout panels = layout(drawing.size);
  QPainter& painter = drawing.painter;
  if (panels.places.empty()) {
    painter.setFont(figureFont(TextSize::large));
    painter.setPen(drawing.theme.muted);
    drawLabel(painter, QPointF(drawing.size.width(), drawing.size.height()) / 2, Qt::AlignCenter,
              tr("There are no attention matrices"));
    return;
  }
  const WeightColours colours(panels_->limit, panels_->has_negative, drawing.theme.dark);
  const std::vector<std::size_t> shown = shownPanels();
  for (std::size_t i = 0; i < shown.size(); ++i) {
    drawPanel(drawing, panels.places[i], shown[i], colours);
  }
  painter.setFont(figureFont());
  painter.setPen(drawing.theme.muted);
  const QRectF area = plotArea(drawing.size);
  drawLabel(painter, {panels.places.back().center().x(), area.bottom() + 6},
            Qt::AlignHCenter | Qt::AlignTop, tr("key →"));
  drawUpwardLabel(painter, {area.left() - 12, panels.places.front().center().y()}, tr("← query"));
  drawWeightBar(painter, panels.bar, colours, difference_ ? tr("Difference") : tr("Weight"),
                drawing.theme);
}

}  // namespace lineament::views
