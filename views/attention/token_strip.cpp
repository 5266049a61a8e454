// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/attention/token_strip.h"

#include <QFontMetricsF>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <string_view>
#include <unordered_map>

#include "views/attention/token_text.h"
#include "views/common/colour_map.h"
#include "views/common/figure_style.h"
#include "views/common/number_text.h"
#include "views/common/weight_colours.h"

namespace lineament::views {

namespace {

constexpr double kPadding = 2.5, kGap = 1, kMostWidth = 260, kBarLength = 90;
constexpr std::size_t kTokensAtOnce = 4096;

bool endsLine(const std::vector<std::string>& tokens, std::size_t token) {
  return token < tokens.size() && tokens[token].find('\n') != std::string::npos;
}

WeightColours stripColours(const Drawing& drawing, const TokenStripContent& content) {
  return {content.limit, content.has_negative, drawing.theme.dark, WeightScale::root};
}

}  // namespace

QRectF TokenStripLayout::place(std::size_t token) const {
  const Box& box = boxes[token];
  return {box.left, kStripMargin / 2 + static_cast<double>(box.line) * kStripLine, box.width,
          kStripLine - 2};
}

std::vector<float> tokenWidths(const std::vector<std::string>& tokens, std::size_t count,
                               const Context& context) {
  std::vector<float> widths;
  widths.reserve(count);
  const QFontMetricsF metrics(figureFont(TextSize::large));
  std::unordered_map<std::string_view, float> known;  // texts come again and again
  for (std::size_t token = 0; token < count; ++token) {
    if (token % kTokensAtOnce == 0) {
      context.checkpoint(static_cast<double>(token) / static_cast<double>(count));
    }
    const auto wide = [&] {
      return static_cast<float>(
          std::min(metrics.horizontalAdvance(tokenName(tokens, token)), kMostWidth));
    };
    if (token >= tokens.size()) {
      widths.push_back(wide());
      continue;
    }
    const auto [found, added] = known.try_emplace(tokens[token]);
    if (added) found->second = wide();
    widths.push_back(found->second);
  }
  return widths;
}

TokenStripLayout layOutTokens(const std::vector<std::string>& tokens,
                              const std::vector<float>& widths, double width) {
  TokenStripLayout layout;
  layout.boxes.reserve(widths.size());
  double x = kStripMargin;
  std::uint32_t line = 0;
  for (std::size_t token = 0; token < widths.size(); ++token) {
    // A word's beginning is set off from the one before it.
    const bool apart = token < tokens.size() && !tokens[token].empty() && tokens[token][0] == ' ';
    const double wide = static_cast<double>(widths[token]) + 2 * kPadding, before = apart ? 3 : 0;
    if (x > kStripMargin && x + before + wide > width - kStripMargin) {
      x = kStripMargin;
      ++line;
    } else {
      x += x > kStripMargin ? before : 0;
    }
    if (layout.line_starts.size() == line) layout.line_starts.push_back(token);
    layout.boxes.push_back({static_cast<float>(x), static_cast<float>(wide), line});
    x += wide + kGap;
    if (endsLine(tokens, token)) {
      x = kStripMargin;
      ++line;
    }
  }
  layout.height = static_cast<double>(layout.line_starts.size()) * kStripLine + kStripMargin;
  return layout;
}

TokenStripLayout layOutTokens(const std::vector<std::string>& tokens, std::size_t count,
                              double width) {
  return layOutTokens(tokens, tokenWidths(tokens, count, {}), width);
}

std::optional<std::size_t> tokenAt(const TokenStripLayout& layout, const QPointF& at) {
  const double line = std::floor((at.y() - kStripMargin / 2) / kStripLine);
  if (line < 0 || line >= static_cast<double>(layout.line_starts.size())) return std::nullopt;
  const auto index = static_cast<std::size_t>(line);
  const std::size_t end =
      index + 1 < layout.line_starts.size() ? layout.line_starts[index + 1] : layout.boxes.size();
  for (std::size_t token = layout.line_starts[index]; token < end; ++token) {
    if (layout.place(token).contains(at)) return token;
  }
  return std::nullopt;
}

void drawTokenStrip(const Drawing& drawing, const TokenStripLayout& layout,
                    const TokenStripContent& content, double top, double bottom) {
  if (layout.line_starts.empty()) return;
  QPainter& painter = drawing.painter;
  const WeightColours colours = stripColours(drawing, content);
  const auto line = [&](double y) {
    const double at = std::floor((y - kStripMargin / 2) / kStripLine);
    return static_cast<std::size_t>(
        std::clamp(at, 0.0, static_cast<double>(layout.line_starts.size() - 1)));
  };
  const std::size_t last = line(bottom);
  const std::size_t end =
      last + 1 < layout.line_starts.size() ? layout.line_starts[last + 1] : layout.boxes.size();
  painter.setFont(figureFont(TextSize::large));
  for (std::size_t token = layout.line_starts[line(top)]; token < end; ++token) {
    const QRectF place = layout.place(token);
    QColor ink = drawing.theme.text;
    if (token < content.values.size() && std::isfinite(content.values[token])) {
      const QColor ground = QColor(colours.of(content.values[token]));
      painter.fillRect(place, ground);
      ink = contrast(ground, Qt::white) > contrast(ground, Qt::black) ? Qt::white : Qt::black;
    }
    const bool chosen = std::binary_search(content.chosen.begin(), content.chosen.end(), token);
    if (chosen || content.hovered == token) {
      painter.setBrush(Qt::NoBrush);
      painter.setPen(figurePen(chosen ? drawing.theme.selection : drawing.theme.accent, 1.6));
      painter.drawRect(place);
    }
    painter.setPen(ink);
    drawLabel(painter, {place.left() + kPadding, place.center().y()},
              Qt::AlignLeft | Qt::AlignVCenter,
              elidedText(painter.font(), tokenName(content.tokens, token), place.width()));
  }
}

void drawStripBar(const Drawing& drawing, const QPointF& right, const TokenStripContent& content) {
  constexpr int steps = 60;
  QPainter& painter = drawing.painter;
  const WeightColours colours = stripColours(drawing, content);
  painter.setFont(figureFont(TextSize::small));
  painter.setPen(drawing.theme.text);
  const QString high = numberText(colours.limit(), 3), low = numberText(colours.lowest(), 3);
  const double end = right.x() - textWidth(painter.font(), high) - 5, begin = end - kBarLength;
  drawLabel(painter, {end + 4, right.y()}, Qt::AlignLeft | Qt::AlignVCenter, high);
  drawLabel(painter, {begin - 4, right.y()}, Qt::AlignRight | Qt::AlignVCenter, low);
  for (int i = 0; i < steps; ++i) {
    const double each = kBarLength / steps;
    painter.fillRect(QRectF(begin + i * each, right.y() - 4, each + 0.4, 8),
                     QColor(colours.of(static_cast<float>(colours.weight((i + 0.5) / steps)))));
  }
}

}  // namespace lineament::views
