// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/sequence/mechanisms_view.h"

#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
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
constexpr double kClick = 4;  // units that a press may move and still be a click

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

void MechanismsView::setData(const Data& shown) {
  const auto& stack = shown.require<AttentionStack>();
  if (!isConsistent(stack)) throw Error(kShape);
  stack_ = stack;
  prepare();
}

void MechanismsView::setOptions(const nlohmann::json& options) {
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
  prepare();
  PlotView::setOptions(options);
}

nlohmann::json MechanismsView::options() const {
  nlohmann::json options = PlotView::options();
  options["normalise"] = normalise_ == Normalise::none ? "none" : "rows";
  options["show"] = difference_ ? "difference" : "weights";
  options["focus"] = focus_ ? nlohmann::json(*focus_) : nlohmann::json(nullptr);
  return options;
}

void MechanismsView::prepare() {
  panels_.clear();
  limit_ = 0;
  has_negative_ = false;
  for (std::size_t layer = 0; layer < stack_.layers.size(); ++layer) {
    for (std::size_t head = 0; head < stack_.heads.size(); ++head) {
      panels_.push_back(shownMatrix(stack_, layer, head, normalise_));
    }
  }
  if (difference_ && !panels_.empty()) {
    const ShownMatrix first = panels_.front();
    for (std::size_t i = 1; i < panels_.size(); ++i) panels_[i] = difference(panels_[i], first);
  }
  for (const ShownMatrix& matrix : panels_) {
    limit_ = std::max(limit_, largestMagnitude(matrix));
    has_negative_ = has_negative_ || hasNegative(matrix);
  }
  if (focus_ && *focus_ >= panels_.size()) focus_.reset();
  pictureChanged();
  Q_EMIT captionChanged();
}

QSizeF MechanismsView::naturalSize(double width) const {
  return {width, naturalPanelHeight(shownPanels().size(), width)};
}

QString MechanismsView::caption() const {
  if (panels_.empty()) return {};
  QString text = tr("%1 queries × %2 keys").arg(stack_.queries).arg(stack_.keys);
  if (normalise_ == Normalise::rows) text += tr(" · each row over the sum of its magnitudes");
  if (difference_) text += tr(" · differences from %1").arg(title(0));
  if (std::max(stack_.queries, stack_.keys) > kScreenPixels) {
    text += tr(" · reduced: each dot is the strongest of its block");
  }
  return text;
}

std::vector<std::size_t> MechanismsView::shownPanels() const {
  if (focus_) return {*focus_};
  std::vector<std::size_t> all(panels_.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  return all;
}

PanelLayout MechanismsView::layout(const QSizeF& size) const {
  return layOutPanels(shownPanels().size(), size);
}

QRectF MechanismsView::plotArea(const QSizeF& size) const {
  const PanelLayout panels = layout(size);
  if (panels.places.empty()) return QRectF(QPointF(0, 0), size);
  if (focus_) return panels.places.front();
  QRectF all;
  for (const QRectF& place : panels.places) all = all.united(place);
  return all;
}

// All matrices together stay whole; one alone can be looked into.
Qt::Orientations MechanismsView::zoomDirections() const {
  return focus_ ? Qt::Horizontal | Qt::Vertical : Qt::Orientations();
}

MatrixPart MechanismsView::shownPart() const {
  const ZoomWindow zoom = focus_ ? zoomWindow() : ZoomWindow{};
  const auto cut = [](double share, std::uint64_t count, bool up) {
    const double at = share * static_cast<double>(count);
    return std::min(count,
                    static_cast<std::uint64_t>(up ? std::ceil(at - 1e-9) : std::floor(at + 1e-9)));
  };
  // Queries run downwards, the window's vertical axis upwards.
  return {cut(1 - zoom.top, stack_.queries, false), cut(1 - zoom.bottom, stack_.queries, true),
          cut(zoom.left, stack_.keys, false), cut(zoom.right, stack_.keys, true)};
}

QString MechanismsView::title(std::size_t panel) const {
  const std::size_t heads = stack_.heads.size();
  const QString layer = QString::fromStdString(stack_.layers[panel / heads]);
  if (heads == 1) return layer;
  return layer + QStringLiteral(" · ") + QString::fromStdString(stack_.heads[panel % heads]);
}

QString MechanismsView::facts(std::size_t panel) const {
  const ShownMatrix& matrix = panels_[panel];
  if (difference_ && panel > 0) {
    return tr("largest difference %1").arg(numberText(largestMagnitude(matrix), 3));
  }
  QString text = tr("entropy %1 nat").arg(numberText(meanEntropy(matrix), 3));
  const double negative = negativeShare(matrix);
  if (negative > 0) text += tr(" · %1 % negative").arg(numberText(100 * negative, 2));
  return text;
}

QString MechanismsView::tokenText(bool query, std::uint64_t index) const {
  const auto& tokens = query ? stack_.query_tokens : stack_.key_tokens;
  QString text = QString::number(index + 1);
  if (index < tokens.size()) {
    text += QStringLiteral(" “") + QString::fromStdString(tokens[index]) + QStringLiteral("”");
  }
  return text;
}

QString MechanismsView::textAt(const QPointF& at, const QSizeF& size) const {
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
  const float weight = panels_[panel].weights[q * stack_.keys + k];
  return tr("%1\nquery %2, key %3\n%4 %5")
      .arg(title(panel), tokenText(true, q), tokenText(false, k),
           difference_ && panel > 0 ? tr("difference") : tr("weight"),
           numberText(static_cast<double>(weight), 5));
}

void MechanismsView::drawPanel(const Drawing& drawing, const QRectF& place, std::size_t panel,
                               const WeightColours& colours) const {
  QPainter& painter = drawing.painter;
  const QImage image = matrixImage(panels_[panel], shownPart(),
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

void MechanismsView::draw(const Drawing& drawing) const {
  const PanelLayout panels = layout(drawing.size);
  QPainter& painter = drawing.painter;
  if (panels.places.empty()) {
    painter.setFont(figureFont(TextSize::large));
    painter.setPen(drawing.theme.muted);
    drawLabel(painter, QPointF(drawing.size.width(), drawing.size.height()) / 2, Qt::AlignCenter,
              tr("There are no attention matrices"));
    return;
  }
  const WeightColours colours(limit_, has_negative_, drawing.theme.dark);
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

void MechanismsView::focusOn(std::optional<std::size_t> panel) {
  if (panel == focus_) return;
  fit();
  focus_ = panel;
  pictureChanged();
  Q_EMIT optionsChanged();
  Q_EMIT captionChanged();
}

// With one matrix alone the arrows walk through all of them.
bool MechanismsView::step(int right, int down) {
  if (!focus_ || panels_.size() < 2) return false;
  const auto count = static_cast<std::ptrdiff_t>(panels_.size());
  const auto next = static_cast<std::ptrdiff_t>(*focus_) + right + down;
  focusOn(static_cast<std::size_t>((next + count) % count));
  return true;
}

void MechanismsView::mousePressEvent(QMouseEvent* event) {
  pressed_ = event->position();
  PlotView::mousePressEvent(event);
}

void MechanismsView::mouseReleaseEvent(QMouseEvent* event) {
  PlotView::mouseReleaseEvent(event);
  const bool click = (event->position() - pressed_).manhattanLength() <= kClick;
  if (focus_ || event->button() != Qt::LeftButton || !click || panels_.size() < 2) return;
  const QSizeF figure = QSizeF(size()) / kScreenScale;
  if (const auto panel = panelAt(layout(figure), event->position() / kScreenScale)) {
    focusOn(*panel);
  }
}

void MechanismsView::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Escape && focus_) return focusOn(std::nullopt);
  PlotView::keyPressEvent(event);
}

void MechanismsView::contextMenuEvent(QContextMenuEvent* event) {
  QMenu menu(this);
  const auto add = [&](const QString& text, bool checked, const char* key, const char* value) {
    QAction* action = menu.addAction(text);
    action->setCheckable(true);
    action->setChecked(checked);
    connect(action, &QAction::triggered, this, [this, key, value] {
      setOptions({{key, value}});
      Q_EMIT optionsChanged();
    });
  };
  add(tr("Weights"), !difference_, "show", "weights");
  add(tr("Differences from the first"), difference_, "show", "difference");
  menu.addSeparator();
  add(tr("Rows over the sum of their magnitudes"), normalise_ == Normalise::rows, "normalise",
      "rows");
  add(tr("Weights as they are"), normalise_ == Normalise::none, "normalise", "none");
  if (focus_) {
    menu.addSeparator();
    connect(menu.addAction(tr("All matrices")), &QAction::triggered, this,
            [this] { focusOn(std::nullopt); });
  }
  menu.exec(event->globalPos());
}

}  // namespace lineament::views
