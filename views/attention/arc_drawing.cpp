// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/attention/arc_drawing.h"

#include <QCoreApplication>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

#include "views/attention/token_text.h"
#include "views/common/colour_map.h"
#include "views/common/figure_style.h"
#include "views/common/marker.h"

namespace lineament::views {

namespace {

struct Words {
  Q_DECLARE_TR_FUNCTIONS(Arcs)
};

constexpr double kMargin = 12, kTitle = 74, kMostLabel = 150, kLeastLabel = 30, kMostLinks = 420;
constexpr double kRow = 15;        // units of a token where there is room
constexpr double kWidest = 4;      // of a line
constexpr double kReadable = 7.5;  // rows closer than this have not all a label

}  // namespace

LinkedTokens linkedTokens(const ShownCells::Stack& stack, const ShownCells::Stack& other,
                          const MatrixChoice& choice, const std::vector<std::size_t>& heads,
                          std::uint64_t first, std::uint64_t count, const Context& context) {
  LinkedTokens tokens;
  const std::uint64_t all = std::min(stack->queries, stack->keys);
  tokens.first = std::min(first, all > 0 ? all - 1 : 0);
  tokens.count = std::min(count, all - tokens.first);
  tokens.heads = heads;
  std::vector<MatrixChoice> choices;
  for (const std::size_t head : heads) {
    choices.push_back(choice);
    choices.back().head = {choice.head.layer, head};
    // Of two runs each head is compared with itself.
    const bool itself =
        choice.minus && choice.minus_other && choice.minus->over == choice.head.over;
    if (itself && heads.size() > 1) choices.back().minus->head = head;
  }
  if (heads.empty()) choices = {choice};
  for (const MatrixChoice& each : choices) {
    std::vector<float> weights(tokens.count * tokens.count);
    const ShownCells cells(stack, each, each.minus_other ? other : nullptr);
    cells.read({tokens.first, tokens.first, tokens.count, tokens.count}, weights, context);
    for (const float weight : weights) {
      if (!std::isfinite(weight)) continue;
      tokens.largest = std::max(tokens.largest, std::abs(static_cast<double>(weight)));
    }
    tokens.weights.push_back(std::move(weights));
  }
  return tokens;
}

ChosenLinks chooseLinks(const LinkedTokens& tokens, double threshold,
                        const std::optional<ArcFocus>& focus, std::size_t most) {
  ChosenLinks chosen;
  for (std::size_t head = 0; head < tokens.weights.size(); ++head) {
    for (std::uint64_t i = 0; i < tokens.count * tokens.count; ++i) {
      const float weight = tokens.weights[head][i];
      const std::uint64_t query = tokens.first + i / tokens.count;
      const std::uint64_t key = tokens.first + i % tokens.count;
      if (!std::isfinite(weight) || weight == 0) continue;
      if (std::abs(static_cast<double>(weight)) < threshold) continue;
      if (focus && (focus->query ? query : key) != focus->token) continue;
      chosen.links.push_back({query, key, head, weight});
    }
  }
  chosen.all = chosen.links.size();
  const auto weaker = [](const Link& a, const Link& b) {
    return std::abs(a.weight) < std::abs(b.weight);
  };
  if (chosen.links.size() > most) {
    const auto kept = chosen.links.end() - static_cast<std::ptrdiff_t>(most);
    std::nth_element(chosen.links.begin(), kept, chosen.links.end(), weaker);
    chosen.links.erase(chosen.links.begin(), kept);
  }
  std::stable_sort(chosen.links.begin(), chosen.links.end(), weaker);
  return chosen;
}

ArcLayout layOutArcs(std::uint64_t first, std::uint64_t count, double label_width,
                     const QSizeF& size) {
  ArcLayout layout;
  layout.first = first;
  layout.count = count;
  layout.top = kMargin + kTitle;
  const double height = std::max(size.height() - layout.top - kMargin, 20.0);
  layout.row = count > 0 ? std::min(height / static_cast<double>(count), kRow * 1.4) : kRow;
  const double labels = std::clamp(label_width + 10, kLeastLabel, kMostLabel);
  const double between = std::clamp(size.width() - 2 * labels - 2 * kMargin, 60.0, kMostLinks);
  const double left = std::max(kMargin, (size.width() - between - 2 * labels) / 2);
  const double tall = layout.row * static_cast<double>(count);
  layout.queries = QRectF(left, layout.top, labels, tall);
  layout.keys = QRectF(left + labels + between, layout.top, labels, tall);
  layout.title = {left, kMargin + 12};
  layout.facts = {left, kMargin + 26};
  layout.legend = {left, kMargin + 41};
  return layout;
}

std::optional<ArcFocus> tokenAt(const ArcLayout& layout, const QPointF& at) {
  for (const bool query : {true, false}) {
    const QRectF& column = query ? layout.queries : layout.keys;
    if (!column.contains(at) || layout.row <= 0) continue;
    const auto row = static_cast<std::uint64_t>((at.y() - layout.top) / layout.row);
    if (row < layout.count) return ArcFocus{query, layout.first + row};
  }
  return std::nullopt;
}

double naturalArcHeight(std::uint64_t count) {
  return 2 * kMargin + kTitle + kRow * static_cast<double>(count);
}

namespace {

class ArcPainter {
 public:
  ArcPainter(const Drawing& drawing, const ArcLayout& layout, const ArcContent& content)
      : drawing_(drawing), layout_(layout), content_(content), painter_(drawing.painter) {}

  void draw() {
    drawTitle();
    for (const Link& link : content_.links.links) drawLink(link);
    drawTokens(layout_.queries, true);
    drawTokens(layout_.keys, false);
  }

 private:
  QColor colourOf(std::size_t head) const {
    if (content_.tokens.heads.size() < 2) return drawing_.theme.accent;
    return categoricalColour(static_cast<int>(content_.tokens.heads[head]), drawing_.theme.dark);
  }

  void drawTitle() {
    painter_.setFont(figureFont(TextSize::large, true));
    painter_.setPen(drawing_.theme.text);
    drawLabel(painter_, layout_.title, Qt::AlignLeft | Qt::AlignBottom, content_.title);
    painter_.setFont(figureFont(TextSize::small));
    painter_.setPen(drawing_.theme.muted);
    drawLabel(painter_, layout_.facts, Qt::AlignLeft | Qt::AlignBottom,
              elidedText(painter_.font(), content_.facts,
                         drawing_.size.width() - layout_.facts.x() - kMargin));
    drawLegend();
    const double y = layout_.top - 8;
    drawLabel(painter_, {layout_.queries.right() - 5, y}, Qt::AlignRight | Qt::AlignBottom,
              Words::tr("query"));
    drawLabel(painter_, {layout_.keys.left() + 5, y}, Qt::AlignLeft | Qt::AlignBottom,
              Words::tr("key"));
  }

  void drawLegend() {
    double x = layout_.legend.x();
    const auto entry = [&](const QColor& colour, const QString& name) {
      painter_.fillRect(QRectF(x, layout_.legend.y() - 9, 9, 9), colour);
      painter_.setPen(drawing_.theme.text);
      drawLabel(painter_, {x + 12, layout_.legend.y()}, Qt::AlignLeft | Qt::AlignBottom, name);
      x += textWidth(painter_.font(), name) + 20;
    };
    const bool negative = std::any_of(content_.links.links.begin(), content_.links.links.end(),
                                      [](const Link& link) { return link.weight < 0; });
    if (negative) {
      entry(drawing_.theme.error, content_.difference ? Words::tr("less") : Words::tr("negative"));
    }
    if (content_.tokens.heads.size() < 2) {
      if (negative)
        entry(colourOf(0), content_.difference ? Words::tr("more") : Words::tr("positive"));
      painter_.setPen(drawing_.theme.muted);
      return;
    }
    for (std::size_t head = 0; head < content_.tokens.heads.size(); ++head) {
      const QString name =
          QString::fromStdString(content_.stack.heads[content_.tokens.heads[head]]);
      if (x + textWidth(painter_.font(), name) + 20 > drawing_.size.width() - kMargin) break;
      entry(colourOf(head), name);
    }
    painter_.setPen(drawing_.theme.muted);
  }

  void drawLink(const Link& link) {
    const double share = std::min(1.0, std::abs(static_cast<double>(link.weight)) / content_.limit);
    QColor colour = link.weight < 0 ? drawing_.theme.error : colourOf(link.head);
    colour.setAlphaF(static_cast<float>(0.1 + 0.9 * std::sqrt(share)));
    const QPointF from(layout_.queries.right(), layout_.y(link.query));
    const QPointF to(layout_.keys.left(), layout_.y(link.key));
    const double bend = (to.x() - from.x()) * 0.45;
    QPainterPath path(from);
    path.cubicTo(from + QPointF(bend, 0), to - QPointF(bend, 0), to);
    painter_.strokePath(path, figurePen(colour, kThinnest + kWidest * share));
  }

  void drawTokens(const QRectF& column, bool query) {
    const auto& texts = query ? content_.stack.query_tokens : content_.stack.key_tokens;
    const std::uint64_t step = labelStep(layout_.row, kReadable);
    for (std::uint64_t i = 0; i < layout_.count; i += step) {
      const std::uint64_t token = layout_.first + i;
      const bool chosen =
          std::find(content_.chosen.begin(), content_.chosen.end(), token) != content_.chosen.end();
      const bool focused = content_.focus == ArcFocus{query, token};
      painter_.setFont(
          figureFont(layout_.row < 11 ? TextSize::small : TextSize::label, chosen || focused));
      painter_.setPen(chosen ? drawing_.theme.selection : drawing_.theme.text);
      const QString text = elidedText(painter_.font(), tokenName(texts, token), column.width() - 8);
      const double y = layout_.y(token);
      if (query) {
        drawLabel(painter_, {column.right() - 5, y}, Qt::AlignRight | Qt::AlignVCenter, text);
      } else {
        drawLabel(painter_, {column.left() + 5, y}, Qt::AlignLeft | Qt::AlignVCenter, text);
      }
    }
  }

  const Drawing& drawing_;
  const ArcLayout& layout_;
  const ArcContent& content_;
  QPainter& painter_;
};

}  // namespace

void drawArcs(const Drawing& drawing, const ArcLayout& layout, const ArcContent& content) {
  ArcPainter(drawing, layout, content).draw();
}

}  // namespace lineament::views
