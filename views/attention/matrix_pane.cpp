// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/attention/matrix_pane.h"

#include <QCoreApplication>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "views/attention/head_grid.h"
#include "views/attention/token_text.h"
#include "views/common/figure_style.h"
#include "views/common/number_text.h"

namespace lineament::views {

namespace {

struct Words {
  Q_DECLARE_TR_FUNCTIONS(MatrixPane)
};

constexpr double kMargin = 12, kTitle = 36, kAxisName = 16, kBar = 70, kProfile = 44;
constexpr double kLeastLabels = 24, kMostLabels = 84;
constexpr double kLabelApart = 11;
constexpr double kOutlinedCell = 5;

}  // namespace

MatrixPaneLayout layOutMatrixPane(const MatrixPaneContent& content, const QSizeF& size) {
  MatrixPaneLayout layout;
  const double labels = std::clamp(content.label_width + 6, kLeastLabels, kMostLabels);
  const double profile = content.profiles ? kProfile + 6 : 0;
  const double left = kMargin + kAxisName + labels, top = kMargin + kTitle + profile;
  const double right = kMargin + kBar + profile, bottom = kMargin + kAxisName + labels;
  double width = std::max(size.width() - left - right, 40.0);
  double height = std::max(size.height() - top - bottom, 40.0);
  if (content.queries > 0 && content.keys > 0) {  // cells are squares until someone zooms
    const double shape = static_cast<double>(content.queries) / static_cast<double>(content.keys);
    const double ratio = std::clamp(shape, 0.25, 4.0);
    if (height > width * ratio) height = width * ratio;
    if (width > height / ratio) width = height / ratio;
  }
  const double spare = std::max(0.0, size.width() - left - right - width);
  layout.plot = QRectF(left + spare / 2, top, width, height);
  layout.title = {layout.plot.left(), kMargin + 12};
  if (content.profiles) {
    layout.row_profile = QRectF(layout.plot.left(), top - 6 - kProfile, width, kProfile);
    layout.column_profile = QRectF(layout.plot.right() + 6, top, kProfile, height);
  }
  layout.query_labels = QRectF(layout.plot.left() - labels, top, labels, height);
  layout.key_labels = QRectF(layout.plot.left(), layout.plot.bottom(), width, labels);
  layout.bar =
      QRectF(layout.plot.right() + profile + 18, top + 10, 9, std::clamp(height - 20, 20.0, 190.0));
  return layout;
}

CellArea areaOf(const ZoomWindow& zoom, std::uint64_t queries, std::uint64_t keys) {
  const auto rows = static_cast<double>(queries), columns = static_cast<double>(keys);
  return {(1 - zoom.top) * rows, zoom.left * columns, (zoom.top - zoom.bottom) * rows,
          (zoom.right - zoom.left) * columns};
}

std::optional<CellPlace> cellPlaceAt(const QRectF& plot, const CellArea& area, const QPointF& at,
                                     std::uint64_t queries, std::uint64_t keys) {
  if (!plot.contains(at) || queries == 0 || keys == 0) return std::nullopt;
  const double query = area.query + (at.y() - plot.top()) / plot.height() * area.queries;
  const double key = area.key + (at.x() - plot.left()) / plot.width() * area.keys;
  const auto cell = [](double value, std::uint64_t count) {
    return std::min(static_cast<std::uint64_t>(std::max(value, 0.0)), count - 1);
  };
  return CellPlace{cell(query, queries), cell(key, keys)};
}

namespace {

class PanePainter {
 public:
  PanePainter(const Drawing& drawing, const MatrixPaneLayout& layout,
              const MatrixPaneDrawing& content)
      : drawing_(drawing), layout_(layout), content_(content), painter_(drawing.painter) {}

  void draw() {
    drawTitle();
    drawPicture();
    if (content_.look.mask && content_.sparse) drawMask();
    drawHiddenKeys();
    drawChosen();
    drawQueries();
    drawKeys();
    if (content_.profile && !layout_.row_profile.isEmpty()) drawProfiles();
    painter_.setBrush(Qt::NoBrush);
    painter_.setPen(figurePen(drawing_.theme.line));
    painter_.drawRect(layout_.plot);
    drawWeightBar(painter_, layout_.bar, content_.colours, content_.bar_label, drawing_.theme);
  }

 private:
  double x(double key) const {
    return layout_.plot.left() +
           (key - content_.area.key) / content_.area.keys * layout_.plot.width();
  }
  double y(double query) const {
    return layout_.plot.top() +
           (query - content_.area.query) / content_.area.queries * layout_.plot.height();
  }

  void drawTitle() {
    painter_.setFont(figureFont(TextSize::large, true));
    painter_.setPen(drawing_.theme.text);
    const double room = drawing_.size.width() - layout_.title.x() - kMargin;
    drawLabel(painter_, layout_.title, Qt::AlignLeft | Qt::AlignBottom,
              elidedText(painter_.font(), content_.title, room));
    painter_.setFont(figureFont(TextSize::small));
    painter_.setPen(drawing_.theme.muted);
    drawLabel(painter_, layout_.title + QPointF(0, 15), Qt::AlignLeft | Qt::AlignBottom,
              elidedText(painter_.font(), content_.facts, room));
  }

  void drawPicture() {
    const QImage image =
        matrixImage(content_.planes, content_.area, pixelsOf(drawing_, layout_.plot.size()),
                    content_.look, content_.colours, drawing_.theme.view);
    painter_.save();
    painter_.setRenderHint(QPainter::SmoothPixmapTransform, false);
    if (!image.isNull()) painter_.drawImage(layout_.plot, image);
    painter_.restore();
  }

  // The diagonal beyond which there is nothing, which a mask may leave white; where single cells
  // can be seen, lines around those that it has kept.
  void drawMask() {
    painter_.save();
    painter_.setClipRect(layout_.plot);
    if (content_.stack.causal) {
      const auto end = static_cast<double>(content_.stack.keys);
      painter_.setPen(figurePen(drawing_.theme.line, 0.6));
      painter_.drawLine(QPointF(x(0), y(0)), QPointF(x(end), y(end)));
    }
    const double side = layout_.plot.width() / content_.area.keys;
    if (side < kOutlinedCell) return painter_.restore();
    painter_.translate(layout_.plot.topLeft());
    painter_.setPen(figurePen(drawing_.theme.muted, std::clamp(side / 16, 0.5, 1.2)));
    const auto lines = maskOutline(content_.planes, content_.area, layout_.plot.size());
    painter_.drawLines(lines.data(), static_cast<int>(lines.size()));
    painter_.restore();
  }

  // Keys that are left out are crossed, where their columns can be seen.
  void drawHiddenKeys() {
    painter_.save();
    painter_.setClipRect(layout_.plot);
    for (const std::uint64_t key : content_.hidden_keys) {
      const double left = x(static_cast<double>(key)), right = x(static_cast<double>(key + 1));
      if (right < layout_.plot.left() || left > layout_.plot.right() || right - left < 1) continue;
      painter_.fillRect(QRectF(left, layout_.plot.top(), right - left, layout_.plot.height()),
                        QBrush(drawing_.theme.line, Qt::BDiagPattern));
    }
    painter_.restore();
  }

  // A chosen token's row and column between lines, with room inside for what they show.
  void drawChosen() {
    painter_.save();
    painter_.setClipRect(layout_.plot.adjusted(-4, -4, 4, 4));
    painter_.setBrush(Qt::NoBrush);
    painter_.setPen(figurePen(drawing_.theme.selection, 1.2));
    const QRectF& plot = layout_.plot;
    for (const std::size_t token : content_.chosen) {
      const auto from = static_cast<double>(token);
      if (token < content_.stack.queries) {
        painter_.drawRect(
            QRectF(plot.left() - 3, y(from), plot.width() + 6, y(from + 1) - y(from)));
      }
      if (token < content_.stack.keys && content_.stack.queries == content_.stack.keys) {
        painter_.setPen(figurePen(drawing_.theme.selection, 0.8, Qt::DashLine));
        painter_.drawRect(
            QRectF(x(from), plot.top() - 3, x(from + 1) - x(from), plot.height() + 6));
        painter_.setPen(figurePen(drawing_.theme.selection, 1.2));
      }
    }
    painter_.restore();
  }

  bool chosen(std::uint64_t token) const {
    return std::find(content_.chosen.begin(), content_.chosen.end(), token) !=
           content_.chosen.end();
  }

  void setLabelLook(std::uint64_t token) {
    painter_.setFont(figureFont(TextSize::small, chosen(token)));
    painter_.setPen(chosen(token) ? drawing_.theme.selection : drawing_.theme.text);
  }

  // Calls draw(token) for those that have room for a label.
  template <class Draw>
  static void labelled(double from, double cells, std::uint64_t count, double length, Draw draw) {
    const std::uint64_t step = labelStep(length / cells, kLabelApart);
    const auto first = static_cast<std::uint64_t>(std::max(0.0, std::ceil(from - 0.5)));
    const std::uint64_t offset = step < 10 ? 0 : step - 1;  // numbers are counted from 1
    std::uint64_t token = (first + step - 1) / step * step + offset;
    if (token >= first + step) token -= step;
    for (; token < count; token += step) {
      if (static_cast<double>(token) + 0.5 > from + cells) break;
      draw(token, step);
    }
  }

  // Where not each token has a label, its number says which one it is.
  QString label(const std::vector<std::string>& tokens, std::uint64_t token,
                std::uint64_t step) const {
    if (step == 1 || tokens.empty()) return tokenName(tokens, token);
    return QString::number(token + 1) + u' ' + tokenName(tokens, token);
  }

  void drawQueries() {
    labelled(content_.area.query, content_.area.queries, content_.stack.queries,
             layout_.plot.height(), [&](std::uint64_t token, std::uint64_t step) {
               setLabelLook(token);
               const double at = y(static_cast<double>(token) + 0.5);
               const QString text =
                   elidedText(painter_.font(), label(content_.stack.query_tokens, token, step),
                              layout_.query_labels.width() - 6);
               drawLabel(painter_, {layout_.plot.left() - 5, at}, Qt::AlignRight | Qt::AlignVCenter,
                         text);
               drawTick({layout_.plot.left(), at}, {-3, 0});
             });
    painter_.setFont(figureFont());
    painter_.setPen(drawing_.theme.muted);
    drawUpwardLabel(painter_, {layout_.query_labels.left() - 8, layout_.plot.center().y()},
                    Words::tr("← query"));
  }

  void drawKeys() {
    labelled(content_.area.key, content_.area.keys, content_.stack.keys, layout_.plot.width(),
             [&](std::uint64_t token, std::uint64_t step) {
               setLabelLook(token);
               const QPointF at(x(static_cast<double>(token) + 0.5), layout_.plot.bottom());
               const QString text =
                   elidedText(painter_.font(), label(content_.stack.key_tokens, token, step),
                              layout_.key_labels.height() - 6);
               painter_.save();
               painter_.translate(at + QPointF(0, 5));
               painter_.rotate(-90);
               drawLabel(painter_, {0, 0}, Qt::AlignRight | Qt::AlignVCenter, text);
               painter_.restore();
               drawTick(at, {0, 3});
             });
    painter_.setFont(figureFont());
    painter_.setPen(drawing_.theme.muted);
    drawLabel(painter_, {layout_.plot.center().x(), layout_.key_labels.bottom() + 3},
              Qt::AlignHCenter | Qt::AlignTop, Words::tr("key →"));
  }

  void drawTick(const QPointF& at, const QPointF& out) {
    painter_.setPen(figurePen(drawing_.theme.line, 0.6));
    painter_.drawLine(at, at + out);
  }

  void drawProfiles() {
    const TokenProfile& profile = *content_.profile;
    drawProfile(profile.attends, content_.area.key, content_.area.keys, layout_.row_profile, false);
    drawProfile(profile.attended, content_.area.query, content_.area.queries,
                layout_.column_profile, true);
    painter_.setFont(figureFont(TextSize::small));
    painter_.setPen(drawing_.theme.muted);
    const QString name = tokenPhrase(content_.stack.query_tokens, profile.token);
    drawLabel(painter_, layout_.column_profile.topLeft() + QPointF(0, -24),
              Qt::AlignLeft | Qt::AlignBottom, elidedText(painter_.font(), name, kProfile + kBar));
    drawLabel(painter_, layout_.column_profile.topLeft() + QPointF(0, -13),
              Qt::AlignLeft | Qt::AlignBottom, Words::tr("← its row"));
    drawLabel(painter_, layout_.column_profile.topLeft() + QPointF(0, -2),
              Qt::AlignLeft | Qt::AlignBottom, Words::tr("↓ its column"));
  }

  // Bars from the side of the matrix outwards, linear, the largest one with its number.
  void drawProfile(const std::vector<float>& values, double from, double cells, const QRectF& place,
                   bool upright) {
    const double length = upright ? place.height() : place.width();
    const double depth = (upright ? place.width() : place.height()) - 10;
    const auto shown =
        strongestOf(values, from, cells, static_cast<std::size_t>(std::max(length, 1.0)));
    double low = 0, high = 0;
    for (const float value : shown) {
      low = std::min(low, static_cast<double>(value));
      high = std::max(high, static_cast<double>(value));
    }
    painter_.setPen(figurePen(drawing_.theme.line, 0.6));
    const double zero = high > low ? -low / (high - low) * depth : 0;
    const auto at = [&](double along, double away) {
      return upright ? QPointF(place.left() + away, place.top() + along)
                     : QPointF(place.left() + along, place.bottom() - away);
    };
    painter_.drawLine(at(0, zero), at(length, zero));
    if (!(high > low)) return;
    const double first = std::floor(std::max(from, 0.0));
    const bool cellwise = static_cast<double>(shown.size()) < length;
    const double step = cellwise ? length / cells : length / static_cast<double>(shown.size());
    const double start = cellwise ? (first - from) * step : 0;
    std::vector<QRectF> bars;
    for (std::size_t i = 0; i < shown.size(); ++i) {
      const double begin = std::max(start + static_cast<double>(i) * step, 0.0);
      const double end = std::min(start + static_cast<double>(i + 1) * step, length);
      const double away = zero + static_cast<double>(shown[i]) / (high - low) * depth;
      if (std::isfinite(away) && end > begin)
        bars.push_back(QRectF(at(begin, zero), at(end, away)).normalized());
    }
    painter_.setPen(Qt::NoPen);
    painter_.setBrush(drawing_.theme.selection);
    painter_.drawRects(bars.data(), static_cast<int>(bars.size()));
    painter_.setBrush(Qt::NoBrush);
    drawLargest(std::max(high, -low) == high ? high : low, place, upright);
  }

  void drawLargest(double value, const QRectF& place, bool upright) {
    painter_.setFont(figureFont(TextSize::small));
    painter_.setPen(drawing_.theme.muted);
    const QString text = numberText(value, 3);
    if (upright) {
      drawLabel(painter_, {place.right(), place.bottom() + 3}, Qt::AlignRight | Qt::AlignTop, text);
    } else {
      drawLabel(painter_, {place.left() - 4, place.top() + 8}, Qt::AlignRight | Qt::AlignVCenter,
                text);
    }
  }

  const Drawing& drawing_;
  const MatrixPaneLayout& layout_;
  const MatrixPaneDrawing& content_;
  QPainter& painter_;
};

}  // namespace

void drawMatrixPane(const Drawing& drawing, const MatrixPaneLayout& layout,
                    const MatrixPaneDrawing& content) {
  PanePainter(drawing, layout, content).draw();
}

void drawCrosshair(const Drawing& drawing, const MatrixPaneLayout& layout, const CellArea& area,
                   const CellPlace& cell, const AttentionStack& stack) {
  QPainter& painter = drawing.painter;
  const QRectF& plot = layout.plot;
  const double x =
      plot.left() + (static_cast<double>(cell.key) + 0.5 - area.key) / area.keys * plot.width();
  const double y = plot.top() + (static_cast<double>(cell.query) + 0.5 - area.query) /
                                    area.queries * plot.height();
  painter.setPen(figurePen(drawing.theme.accent, 0.8));
  painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y));
  painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()));
  painter.setFont(figureFont(TextSize::small, true));
  const auto tag = [&](QRectF place, Qt::Alignment alignment, const QPointF& at,
                       const QString& text) {
    painter.fillRect(place, drawing.theme.accent);
    painter.setPen(drawing.theme.accent_text);
    drawLabel(painter, at, alignment, text);
  };
  const double room = layout.query_labels.width() - 6;
  const QString query = elidedText(painter.font(), tokenName(stack.query_tokens, cell.query), room);
  const QString key = elidedText(painter.font(), tokenName(stack.key_tokens, cell.key), room + 40);
  const double wide = textWidth(painter.font(), query), across = textWidth(painter.font(), key);
  tag(QRectF(plot.left() - wide - 9, y - 7, wide + 6, 14), Qt::AlignRight | Qt::AlignVCenter,
      {plot.left() - 6, y}, query);
  tag(QRectF(x - across / 2 - 3, plot.bottom() + 3, across + 6, 14),
      Qt::AlignHCenter | Qt::AlignVCenter, {x, plot.bottom() + 10}, key);
}

}  // namespace lineament::views
