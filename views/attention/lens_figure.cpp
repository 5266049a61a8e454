// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/attention/lens_figure.h"

#include <QPainter>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/error.h"
#include "core/data/table.h"
#include "views/common/colour_map.h"
#include "views/common/figure_style.h"
#include "views/common/number_text.h"

namespace lineament::views {

namespace {

constexpr ErrorText kColumns{"lens.columns", "Show a logit lens", "the table is none: {problem}",
                             "", "Choose the table 'Logit lens' of text.attention"};

constexpr double kRow = 19;
constexpr double kTop = 26;     // with the bar of colours
constexpr double kBottom = 62;  // upright names of tokens
constexpr double kRight = 12;
constexpr double kNarrowest = 13;  // a cell with a word in it
constexpr double kBarWidth = 120;
constexpr double kBarHeight = 8;

double numberAt(const Column& column, std::size_t row) {
  return column.missing(row) ? std::numeric_limits<double>::quiet_NaN() : column.number(row);
}

// A blank at the start is part of a token and would not be seen.
QString visible(const QString& token) {
  return token.trimmed().isEmpty() && !token.isEmpty() ? QString(token.size(), QChar(0x2423))
                                                       : token;
}

}  // namespace

void LensFigure::setData(const Data& data) {
  const auto& table = data.require<Table>();
  for (const char* name : {"layer", "position", "token", "likeliest_next", "probability",
                           "surprisal_of_next", "rank_of_next"}) {
    if (!table.find(name)) {
      throw Error::usage(kColumns, {{"problem", std::string("it has no column ") + name}});
    }
  }
  const Column &layer = table.require("layer"), &token = table.require("token"),
               &likeliest = table.require("likeliest_next");
  const Column &probability = table.require("probability"),
               &surprisal = table.require("surprisal_of_next"),
               &rank = table.require("rank_of_next");
  QStringList layers, tokens;
  std::vector<Cell> cells;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const QString name = QString::fromStdString(layer.text(row));
    if (layers.isEmpty() || layers.back() != name) layers << name;
    if (layers.size() == 1) tokens << visible(QString::fromStdString(token.text(row)));
    cells.push_back({visible(QString::fromStdString(likeliest.text(row))),
                     numberAt(probability, row), numberAt(surprisal, row), numberAt(rank, row)});
  }
  if (cells.size() != static_cast<std::size_t>(layers.size() * tokens.size())) {
    throw Error::usage(kColumns, {{"problem", "its layers are not of the same tokens"}});
  }
  layers_ = std::move(layers);
  tokens_ = std::move(tokens);
  cells_ = std::move(cells);
  setZoomWindow({});
}

QSizeF LensFigure::naturalSize(double width) const {
  return {width,
          kTop + kRow * static_cast<double>(std::max<qsizetype>(layers_.size(), 1)) + kBottom};
}

QString LensFigure::caption() const {
  return tr("%1 layers, %2 tokens; framed: what came next").arg(layers_.size()).arg(tokens_.size());
}

QRectF LensFigure::plotArea(const QSizeF& size) const {
  double left = 0;
  for (const QString& layer : layers_) left = std::max(left, textWidth(figureFont(), layer));
  left = std::min(left, size.width() / 3) + 14;
  return {left, kTop, std::max(1.0, size.width() - left - kRight),
          std::max(1.0, size.height() - kTop - kBottom)};
}

AxisScale LensFigure::tokenScale(const QRectF& plot) const {
  const AxisScale whole{0, static_cast<double>(std::max<qsizetype>(tokens_.size(), 1)), plot.left(),
                        plot.right()};
  return whole.part(zoomWindow().left, zoomWindow().right);
}

void LensFigure::drawCell(const Drawing& drawing, const QRectF& place, const Cell& cell) const {
  QPainter& painter = drawing.painter;
  const bool there = std::isfinite(cell.probability);
  const QColor ground =
      there ? sequentialMap(drawing.theme.dark).at(cell.probability) : ColourMap::missing();
  const bool light = contrast(ground, Qt::white) > contrast(ground, Qt::black);
  const QColor ink = light ? Qt::white : Qt::black;
  painter.fillRect(place.adjusted(0.25, 0.25, -0.25, -0.25), ground);
  if (cell.rank == 1) {
    painter.setBrush(Qt::NoBrush);
    painter.setPen(figurePen(ink));
    painter.drawRect(place.adjusted(1.5, 1.5, -1.5, -1.5));
  }
  if (place.width() < kNarrowest) return;
  const QFont font = figureFont(TextSize::small);
  const QString text = elidedText(font, cell.likeliest, place.width() - 4);
  painter.setFont(font);
  painter.setPen(ink);
  drawLabel(painter, place.center(), Qt::AlignHCenter | Qt::AlignVCenter, text);
}

void LensFigure::draw(const Drawing& drawing) const {
  QPainter& painter = drawing.painter;
  const Theme& theme = drawing.theme;
  const QRectF plot = plotArea(drawing.size);
  if (cells_.empty()) {
    painter.setFont(figureFont());
    painter.setPen(theme.muted);
    return drawLabel(painter, plot.center(), Qt::AlignCenter, tr("No layer was read"));
  }
  const AxisScale x = tokenScale(plot);
  const auto count = static_cast<std::size_t>(tokens_.size());
  const auto first = static_cast<std::size_t>(std::max(0.0, std::floor(x.low)));
  const auto last = std::min(count, static_cast<std::size_t>(std::ceil(x.high)));
  const double pitch = plot.height() / static_cast<double>(layers_.size());
  const double width = x.position(1) - x.position(0);
  painter.save();
  painter.setClipRect(plot.adjusted(-1, -1, 1, 1));
  for (qsizetype layer = 0; layer < layers_.size(); ++layer) {
    const double y = plot.bottom() - pitch * static_cast<double>(layer + 1);
    for (std::size_t token = first; token < last; ++token) {
      drawCell(drawing, {x.position(static_cast<double>(token)), y, width, pitch},
               cell(static_cast<std::size_t>(layer), token));
    }
  }
  painter.restore();
  painter.setFont(figureFont());
  painter.setPen(theme.text);
  for (qsizetype layer = 0; layer < layers_.size(); ++layer) {
    drawLabel(painter,
              {plot.left() - 6, plot.bottom() - pitch * (static_cast<double>(layer) + 0.5)},
              Qt::AlignRight | Qt::AlignVCenter,
              elidedText(figureFont(), layers_[layer], plot.left() - 10));
  }
  // Where cells are narrow, a name here and there.
  painter.setFont(figureFont(TextSize::small));
  const auto step = static_cast<std::size_t>(std::max(1.0, std::ceil(kNarrowest / width)));
  for (std::size_t token = (first + step - 1) / step * step; token < last; token += step) {
    const double middle = x.position(static_cast<double>(token) + 0.5);
    if (middle < plot.left() || middle > plot.right()) continue;
    const QString text = elidedText(figureFont(TextSize::small),
                                    tokens_[static_cast<qsizetype>(token)], kBottom - 22);
    const double half = textWidth(figureFont(TextSize::small), text) / 2;
    drawUpwardLabel(painter, {middle, plot.bottom() + 6 + half}, text);
  }
  painter.setPen(theme.muted);
  drawLabel(painter, {plot.center().x(), drawing.size.height() - 8},
            Qt::AlignHCenter | Qt::AlignVCenter, tr("Token that has been read"));
  const QRectF bar(plot.right() - kBarWidth, 6, kBarWidth, kBarHeight);
  for (int i = 0; i < kBarWidth; ++i) {
    painter.fillRect(QRectF(bar.left() + i, bar.top(), 1.5, kBarHeight),
                     sequentialMap(theme.dark).at(i / kBarWidth));
  }
  drawLabel(painter, {bar.left() - 6, bar.center().y()}, Qt::AlignRight | Qt::AlignVCenter,
            tr("Probability of the likeliest next token   0"));
  drawLabel(painter, {bar.right() + 3, bar.center().y()}, Qt::AlignLeft | Qt::AlignVCenter,
            QStringLiteral("1"));
}

QString LensFigure::textAt(const QPointF& at, const QSizeF& size) const {
  const QRectF plot = plotArea(size);
  if (cells_.empty() || !plot.contains(at)) return {};
  const double share = (plot.bottom() - at.y()) / plot.height();
  const auto layer = std::min(static_cast<qsizetype>(share * static_cast<double>(layers_.size())),
                              layers_.size() - 1);
  const double place = std::floor(tokenScale(plot).value(at.x()));
  if (place < 0 || place >= static_cast<double>(tokens_.size())) return {};
  const auto token = static_cast<qsizetype>(place);
  const Cell& shown = cell(static_cast<std::size_t>(layer), static_cast<std::size_t>(token));
  QString text =
      tr("%1 after '%2': '%3' at %4")
          .arg(layers_[layer], tokens_[token], shown.likeliest, numberText(shown.probability, 3));
  if (std::isfinite(shown.surprisal) && token + 1 < tokens_.size()) {
    text += tr("\nWhat came, '%1': rank %2, surprisal %3 bit")
                .arg(tokens_[token + 1], numberText(shown.rank, 6), numberText(shown.surprisal, 3));
  }
  return text;
}

}  // namespace lineament::views
