// SPDX-License-Identifier: GPL-3.0-or-later
// The figure's drawing, and what lies where in it.
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "views/attention/attention_figure.h"
#include "views/attention/token_text.h"
#include "views/common/figure_style.h"
#include "views/common/number_text.h"

namespace lineament::views {

namespace {

constexpr std::size_t kScreenLinks = 1500, kFileLinks = 20'000;
constexpr double kTextTitle = 34;
// Of the largest weight, where a logarithmic ramp begins: below what evenly spread weights have.
constexpr double kFloorShare = 1e-4, kOfEven = 0.3;
constexpr double kLeastFloor = 1e-6;
constexpr std::uint64_t kMeasuredLabels = 400, kFewLabels = 36;

}  // namespace

WeightColours AttentionFigure::colours(double largest, bool negative, bool dark) const {
  if (look_.look.per_row) largest = 1;
  const double limit = look_.range ? look_.range->high : largest;
  const double floor = look_.range && look_.range->low > 0
                           ? look_.range->low
                           : std::max(kLeastFloor, limit * kFloorShare);
  return {limit, negative, dark, look_.scale, floor};
}

// Of the widest of the tokens that are seen, or of some of them where there are many.
double AttentionFigure::labelWidth(std::uint64_t first, std::uint64_t count,
                                   const QFont& font) const {
  const std::uint64_t step = std::max<std::uint64_t>(count / kMeasuredLabels, 1);
  double widest = textWidth(font, QString::number(first + count));
  const std::uint64_t end = std::min<std::uint64_t>(first + count, tokens().size());
  for (std::uint64_t token = first; token < end; token += step) {
    widest = std::max(widest, textWidth(font, shownToken(tokens()[token])));
  }
  return widest;
}

MatrixPaneLayout AttentionFigure::paneLayout(const QSizeF& size) const {
  // The same at every zoom, so that the matrix does not move under the hand.
  const QFont font = figureFont(TextSize::small, true);
  double labels = label_width_;
  // Thinned out, each has its number, too.
  if (tokenCount() > kFewLabels && !tokens().empty()) {
    labels += textWidth(font, QString::number(tokenCount()) + u' ');
  }
  return layOutMatrixPane({stack_->queries, stack_->keys, token().has_value(), labels}, size);
}

ArcLayout AttentionFigure::arcLayout(const QSizeF& size) const {
  const std::uint64_t first = links_ ? links_->first : 0, count = links_ ? links_->count : 0;
  return layOutArcs(first, count, labelWidth(first, count, figureFont(TextSize::label, true)),
                    size);
}

QRectF AttentionFigure::plotArea(const QSizeF& size) const {
  if (empty()) return QRectF(QPointF(0, 0), size);
  if (look_.mode == AttentionMode::matrix) return paneLayout(size).plot;
  return QRectF(QPointF(0, 0), size);
}

Qt::Orientations AttentionFigure::zoomDirections() const {
  return look_.mode == AttentionMode::matrix && !empty() ? Qt::Horizontal | Qt::Vertical
                                                         : Qt::Orientations();
}

std::optional<CellPlace> AttentionFigure::cellAt(const QPointF& at, const QSizeF& size) const {
  if (look_.mode != AttentionMode::matrix || empty()) return std::nullopt;
  return cellPlaceAt(paneLayout(size).plot, area(), at, stack_->queries, stack_->keys);
}

std::optional<HeadChoice> AttentionFigure::headAt(const QPointF& at, const QSizeF& size) const {
  if (empty()) return std::nullopt;
  if (look_.mode == AttentionMode::grid) {
    const HeadGridLayout layout = gridLayout(size);
    const auto cell = views::cellAt(layout, at);
    if (!cell) return std::nullopt;
    return headOf(*stack_, layout.cells[*cell].layer, layout.cells[*cell].column);
  }
  if (look_.mode != AttentionMode::measures) return std::nullopt;
  const MeasureMapsContent content = measuresContent();
  const auto cell = measureCellAt(layOutMeasureMaps(content, size), content, at);
  return cell ? std::optional(HeadChoice{cell->layer, cell->head}) : std::nullopt;
}

std::optional<ArcFocus> AttentionFigure::arcTokenAt(const QPointF& at, const QSizeF& size) const {
  if (look_.mode != AttentionMode::arcs || !links_) return std::nullopt;
  return tokenAt(arcLayout(size), at);
}

// In the matrix a place stands for its query, beside it for the token whose label it is.
std::optional<std::size_t> AttentionFigure::rowAt(const QPointF& at, const QSizeF& size) const {
  if (empty()) return std::nullopt;
  if (const auto focus = arcTokenAt(at, size)) return static_cast<std::size_t>(focus->token);
  if (look_.mode == AttentionMode::text) {
    return tokenAt(layOutTokens(tokens(), tokenCount(), size.width()), at - QPointF(0, kTextTitle));
  }
  if (look_.mode != AttentionMode::matrix) return std::nullopt;
  const MatrixPaneLayout layout = paneLayout(size);
  const auto place = [&](const QPointF& inside) {
    return cellPlaceAt(layout.plot, area(), inside, stack_->queries, stack_->keys);
  };
  const QPointF middle = layout.plot.center();
  if (layout.key_labels.contains(at)) {
    if (const auto cell = place({at.x(), middle.y()})) return static_cast<std::size_t>(cell->key);
  }
  if (layout.query_labels.contains(at)) {
    if (const auto cell = place({middle.x(), at.y()})) return static_cast<std::size_t>(cell->query);
  }
  const auto cell = place(at);
  return cell ? std::optional(static_cast<std::size_t>(cell->query)) : std::nullopt;
}

QString AttentionFigure::cellText(const CellPlace& cell) const {
  float weight = 0;
  cells_.read({cell.query, cell.key, 1, 1}, std::span(&weight, 1), {});
  const QString place = tr("query %1\nkey %2")
                            .arg(tokenPhrase(stack_->query_tokens, cell.query),
                                 tokenPhrase(stack_->key_tokens, cell.key));
  if (cells_.causal() && cell.key > cell.query) return place + tr("\nlater than the query: masked");
  const QString name = cells_.isDifference() ? tr("difference") : tr("weight");
  return place + u'\n' + name + u' ' + numberText(static_cast<double>(weight), 5);
}

QString AttentionFigure::headText(const HeadChoice& head) const {
  QStringList lines{headTitle(*stack_, head)};
  if (head.over == HeadChoice::Over::one) {
    for (const HeadMeasure& measure : stack_->measures) {
      lines << measureText(measure, head.layer * stack_->heads.size() + head.head);
    }
  }
  return lines.join(u'\n');
}

QString AttentionFigure::textAt(const QPointF& at, const QSizeF& size) const {
  if (empty()) return {};
  if (const auto head = headAt(at, size)) return headText(*head);
  if (const auto cell = cellAt(at, size)) return cellText(*cell);
  const auto token = rowAt(at, size);
  if (!token) return {};
  QString text = tokenPhrase(tokens(), *token);
  for (const TokenMeasure& measure : stack_->token_measures) {
    if (*token >= measure.values.size() || std::isnan(measure.values[*token])) continue;
    text += u'\n' + QString::fromStdString(measure.title) + u' ' +
            numberText(measure.values[*token], 4) + u' ' + QString::fromStdString(measure.unit);
  }
  return text;
}

void AttentionFigure::draw(const Drawing& drawing) const {
  if (empty()) return drawSentence(drawing, tr("There are no attention matrices"));
  switch (look_.mode) {
    case AttentionMode::grid:
      return drawGrid(drawing);
    case AttentionMode::matrix:
      return drawMatrix(drawing);
    case AttentionMode::arcs:
      return drawLinks(drawing);
    case AttentionMode::text:
      return drawText(drawing);
    case AttentionMode::measures:
      if (stack_->measures.empty()) {
        return drawSentence(drawing, tr("No numbers of the heads have been worked out"));
      }
      const HeadChoice& head = cells_.choice().head;
      return drawMeasureMaps(drawing, layOutMeasureMaps(measuresContent(), drawing.size), *stack_,
                             head.over == HeadChoice::Over::one
                                 ? std::optional(head.layer * stack_->heads.size() + head.head)
                                 : std::nullopt);
  }
}

void AttentionFigure::drawSentence(const Drawing& drawing, const QString& sentence) const {
  drawing.painter.setFont(figureFont(TextSize::large));
  drawing.painter.setPen(drawing.theme.muted);
  drawLabel(drawing.painter, QPointF(drawing.size.width(), drawing.size.height()) / 2,
            Qt::AlignCenter, sentence);
}

// What is on its way, or why it does not come.
void AttentionFigure::drawAbsence(const Drawing& drawing, const QString& doing) const {
  drawSentence(drawing, problem_.isEmpty() ? doing : problem_);
}

void AttentionFigure::drawGrid(const Drawing& drawing) const {
  if (!thumbnails_) return drawAbsence(drawing, tr("Working out the heads"));
  const RangeOf range_of = look_.range ? RangeOf::all : look_.range_of;
  const bool shares = range_of == RangeOf::head || range_of == RangeOf::layer;
  const WeightColours ramp =
      colours(shares ? 1 : thumbnails_->largest, thumbnails_->has_negative, drawing.theme.dark);
  drawHeadGrid(drawing, gridLayout(drawing.size),
               {*stack_, *thumbnails_, ramp, look_.look, range_of, measure(), look_.order,
                cells_.choice().head});
}

// What the strongest colour of a matrix stands for, where no limits are given.
double AttentionFigure::largestInRange() const {
  const bool compared = !cells_.isDifference() && thumbnails_;
  const std::size_t layer = cells_.choice().head.layer;
  double largest = plane_->largest();
  if (compared && look_.range_of == RangeOf::layer) {
    largest = std::max(largest, thumbnails_->largestOf(layer, std::nullopt));
  }
  if (compared && look_.range_of == RangeOf::all) {
    largest = std::max(largest, thumbnails_->largest);
  }
  return largest;
}

// Of what a mask or another pattern of zeros leaves.
QString AttentionFigure::keptText() const {
  const double share = 100 * static_cast<double>(plane_->kept) / static_cast<double>(plane_->seen);
  const QString number = numberText(share, 3);
  return plane_->sampled ? tr("about %1 % of the weights are not 0").arg(number)
                         : tr("%1 % of the weights are not 0").arg(number);
}

QString AttentionFigure::differenceText() const {
  if (look_.choice.minus_other) {
    return tr("minus %1 of the other run").arg(headTitle(*other_, *cells_.choice().minus));
  }
  return tr("minus %1").arg(headTitle(*stack_, *cells_.choice().minus));
}

QString AttentionFigure::headFacts() const {
  const HeadChoice& head = cells_.choice().head;
  QStringList facts;
  if (cells_.isDifference()) {
    facts << differenceText();
  } else if (head.over == HeadChoice::Over::one) {
    for (const HeadMeasure& measure : stack_->measures) {
      facts << measureText(measure, head.layer * stack_->heads.size() + head.head);
    }
  }
  if (sparse()) facts << keptText();
  return facts.join(QStringLiteral(" · "));
}

void AttentionFigure::drawMatrix(const Drawing& drawing) const {
  if (!plane_) return drawAbsence(drawing, tr("Working out the weights"));
  std::vector<PlanePtr> planes{plane_};
  const std::vector<PlanePtr> tiles = shownTiles();
  planes.insert(planes.end(), tiles.begin(), tiles.end());
  // A sample may have missed what is negative.
  const bool negative =
      std::ranges::any_of(planes, [](const PlanePtr& each) { return each->lowest < 0; });
  const WeightColours ramp =
      colours(largestInRange(), negative || cells_.isDifference(), drawing.theme.dark);
  const QString bar = look_.look.per_row      ? tr("Share of row's largest")
                      : cells_.isDifference() ? tr("Difference")
                                              : tr("Weight");
  const bool profiled = token().has_value() && profile_ && profileFits();
  drawMatrixPane(drawing, paneLayout(drawing.size),
                 {*stack_, planes, ramp, look_.look, sparse(), area(),
                  headTitle(*stack_, cells_.choice().head), headFacts(), bar,
                  profiled ? profile_.get() : nullptr, cells_.hiddenKeys(), chosenTokens()});
}

void AttentionFigure::drawLinks(const Drawing& drawing) const {
  if (!links_) return drawAbsence(drawing, tr("Working out the links"));
  std::optional<ArcFocus> focus = focus_;
  const auto chosen = token();
  if (!focus && chosen && *chosen >= links_->first && *chosen < links_->first + links_->count) {
    focus = ArcFocus{true, *chosen};
  }
  const std::size_t most = drawing.screen ? kScreenLinks : kFileLinks;
  const double threshold = look_.look.threshold > 0 ? look_.look.threshold : 0.01;
  const ChosenLinks links = chooseLinks(*links_, threshold, focus, most);
  const double limit = look_.range ? look_.range->high : links_->largest;
  const bool several = linkedHeads().size() > 1;
  const QString title = several ? QString::fromStdString(stack_->layers[cells_.choice().head.layer])
                                : headTitle(*stack_, cells_.choice().head);
  QString facts = links.all > links.links.size()
                      ? tr("the strongest %1 of %2 links of at least %3")
                            .arg(links.links.size())
                            .arg(links.all)
                            .arg(numberText(threshold, 2))
                      : tr("%1 links of at least %2").arg(links.all).arg(numberText(threshold, 2));
  if (cells_.isDifference()) facts += QStringLiteral(" · ") + differenceText();
  drawArcs(drawing, arcLayout(drawing.size),
           {*stack_, *links_, links, limit > 0 ? limit : 1, title, facts, cells_.isDifference(),
            focus, chosenTokens()});
}

void AttentionFigure::drawText(const Drawing& drawing) const {
  QPainter& painter = drawing.painter;
  painter.setFont(figureFont(TextSize::label, true));
  painter.setPen(drawing.theme.text);
  drawLabel(painter, {kStripMargin, 22}, Qt::AlignLeft | Qt::AlignBottom, stripTitle());
  const TokenStripLayout layout = layOutTokens(tokens(), tokenCount(), drawing.size.width());
  const std::vector<float> values = stripValues();
  const TokenStripContent content = stripContent(values);
  if (!values.empty()) drawStripBar(drawing, {drawing.size.width() - kStripMargin, 14}, content);
  painter.save();
  painter.translate(0, kTextTitle);
  drawTokenStrip(drawing, layout, content, 0, drawing.size.height() - kTextTitle);
  painter.restore();
}

}  // namespace lineament::views
