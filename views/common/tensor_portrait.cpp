// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/common/tensor_portrait.h"

#include <QCoreApplication>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <string_view>

#include "core/base/error.h"
#include "views/common/axis_scale.h"
#include "views/common/colour_map.h"
#include "views/common/figure_style.h"
#include "views/common/number_text.h"

namespace lineament::views {

namespace {

constexpr double kLine = 17;
constexpr double kHistogram = 130;

struct Words {
  Q_DECLARE_TR_FUNCTIONS(TensorPortrait)
};

QString counted(std::uint64_t count) {
  return numberText(static_cast<double>(count), 15);
}

}  // namespace

void TensorPortrait::sumUp(const Context& context) {
  try {
    summary = summarize(values(), context);
  } catch (const Error& error) {
    problem = QString::fromStdString(error.found());
  }
}

QString shapeLabel(const std::vector<std::uint64_t>& shape) {
  return QString::fromStdString(shapeText(shape)).replace(u'x', QChar(0x00d7));
}

QString dtypeLabel(DType dtype) {
  const std::string_view letters = name(dtype);
  return QString::fromUtf8(letters.data(), static_cast<qsizetype>(letters.size()));
}

QList<QPair<QString, QString>> summaryFacts(const TensorSummary& summary) {
  QList<QPair<QString, QString>> facts{{Words::tr("Values"), counted(summary.count)}};
  if (summary.finite() > 0) {
    facts << qMakePair(Words::tr("Smallest"), numberText(summary.low, 5))
          << qMakePair(Words::tr("Largest"), numberText(summary.high, 5))
          << qMakePair(Words::tr("Mean"), numberText(summary.mean, 5))
          << qMakePair(Words::tr("Deviation"), numberText(summary.deviation, 5));
  }
  facts << qMakePair(Words::tr("Zeros"), counted(summary.zeros))
        << qMakePair(QStringLiteral("NaN"), counted(summary.nan))
        << qMakePair(Words::tr("Infinite"), counted(summary.infinite));
  return facts;
}

void drawHistogram(QPainter& painter, const QRectF& area, const TensorSummary& summary,
                   const Theme& theme) {
  const QRectF plot(area.left() + 2, area.top(), area.width() - 4,
                    area.height() - bottomAxisHeight(false) - 2);
  const std::uint64_t most = *std::max_element(summary.histogram.begin(), summary.histogram.end());
  if (most == 0 || plot.height() < 8) return;
  const double width = plot.width() / static_cast<double>(TensorSummary::kBins);
  painter.setPen(Qt::NoPen);
  painter.setBrush(categoricalColour(0, theme.dark));
  for (std::size_t bin = 0; bin < TensorSummary::kBins; ++bin) {
    const std::uint64_t count = summary.histogram[bin];
    if (count == 0) continue;
    const double share = static_cast<double>(count) / static_cast<double>(most);
    const double height = std::max(share * plot.height(), 0.75);  // one value is seen, too
    painter.drawRect(QRectF(plot.left() + width * static_cast<double>(bin), plot.bottom() - height,
                            width * 0.9, height));
  }
  const Range range = summary.low < summary.high ? Range{summary.low, summary.high}
                                                 : paddedRange(summary.low, summary.high, false);
  if (!std::isfinite(range.high - range.low)) return;  // wider than an axis can say
  drawBottomAxis(painter, plot, {range.low, range.high, plot.left(), plot.right(), false}, {},
                 area.right(), theme);
}

void drawPortrait(QPainter& painter, const QRectF& area,
                  const std::optional<TensorPortrait>& portrait, const Theme& theme) {
  double y = area.top() + 8;
  const double wide = area.width();
  const auto line = [&](const QFont& font, const QColor& colour, const QString& text,
                        double height) {
    painter.setFont(font);
    painter.setPen(colour);
    drawLabel(painter, {area.left(), y}, Qt::AlignLeft | Qt::AlignVCenter,
              elidedText(font, text, wide));
    y += height;
  };
  if (!portrait) {
    line(figureFont(), theme.muted, Words::tr("Choose a tensor to see its values"), kLine);
    return;
  }
  line(figureFont(TextSize::large, true), theme.text, portrait->name, 18);
  line(figureFont(), theme.muted, portrait->shape + QStringLiteral(", ") + portrait->dtype, kLine);
  if (!portrait->note.isEmpty()) line(figureFont(), theme.muted, portrait->note, kLine);
  y += 4;
  if (!portrait->problem.isEmpty())
    return line(figureFont(), theme.warning, portrait->problem, kLine);
  if (!portrait->summary)
    return line(figureFont(), theme.muted, Words::tr("Reading the values"), kLine);
  if (portrait->summary->finite() > 0) {
    drawHistogram(painter, {area.left(), y, wide, kHistogram}, *portrait->summary, theme);
    y += kHistogram + 18;
  }
  for (const auto& [name, value] : summaryFacts(*portrait->summary)) {
    const bool alarming = (name == QLatin1String("NaN") && portrait->summary->nan > 0) ||
                          (name == Words::tr("Infinite") && portrait->summary->infinite > 0);
    painter.setFont(figureFont());
    painter.setPen(theme.text);
    drawLabel(painter, {area.left() + wide, y}, Qt::AlignRight | Qt::AlignVCenter, value);
    line(figureFont(), alarming ? theme.warning : theme.muted, name, kLine);
  }
}

}  // namespace lineament::views
