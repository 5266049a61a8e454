// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/common/tensor_portrait.h"

#include <QCoreApplication>
#include <QPainter>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <mutex>
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
constexpr double kHeight = 330;  // without singular values
constexpr double kSpectrum = 120;
constexpr std::uint64_t kQuickSide = 512;  // singular values in well below a second
constexpr std::uint64_t kQuickValues = 1 << 20;
constexpr std::uint64_t kLargestSide = 4096;    // in minutes
constexpr std::chrono::milliseconds kLook(50);  // between looks whether people still want it
constexpr double kLowestDrawn = 1e-8;           // a singular value over the largest

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
    return;
  }
  if (offersSpectrum() && matrix->side() <= kQuickSide &&
      matrix->rows * matrix->columns <= kQuickValues) {
    takeSpectrum();
  }
}

void TensorPortrait::findSpectrum(const Context& context) {
  static std::timed_mutex working;
  context.checkpoint(0, "Finding singular values");
  while (!working.try_lock_for(kLook)) context.checkpoint(0);
  const std::lock_guard held(working, std::adopt_lock);
  takeSpectrum();
}

void TensorPortrait::takeSpectrum() {
  try {
    spectrum = spectrumOf(values());
  } catch (const Error& error) {
    spectrum_problem = QString::fromStdString(error.found());
  }
}

bool TensorPortrait::offersSpectrum() const {
  return matrix && matrix->side() <= kLargestSide && summary &&
         summary->finite() == summary->count && !spectrum && spectrum_problem.isEmpty();
}

double TensorPortrait::height() const {
  return kHeight + (spectrum ? kSpectrum + 24 + kLine * 5 : 0);
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

QList<QPair<QString, QString>> spectrumFacts(const TensorSpectrum& spectrum) {
  return {
      {Words::tr("Largest singular value"), numberText(spectrum.largest(), 5)},
      {Words::tr("Stable rank"), numberText(spectrum.stable_rank, 4)},
      {Words::tr("Effective rank"), numberText(spectrum.effective_rank, 4)},
      {Words::tr("Condition"), std::isfinite(spectrum.condition) ? numberText(spectrum.condition, 4)
                                                                 : Words::tr("infinite")}};
}

void drawSpectrum(QPainter& painter, const QRectF& area, const TensorSpectrum& spectrum,
                  const Theme& theme) {
  const double largest = spectrum.largest();
  if (!(largest > 0)) return;
  const auto shareOf = [&](double value) { return std::max(value / largest, kLowestDrawn); };
  AxisScale y{std::min(shareOf(spectrum.values.back()), 0.5), 1, 0, 0, true};
  const double left = leftAxisWidth(y, false);
  const QRectF plot(area.left() + left, area.top() + 4, area.width() - left - 4,
                    area.height() - bottomAxisHeight(false) - 6);
  if (plot.height() < 8) return;
  y.first = plot.bottom();
  y.last = plot.top();
  const auto count = static_cast<double>(spectrum.values.size());
  const AxisScale x{1, std::max(count, 2.0), plot.left(), plot.right(), false, true};
  drawGrid(painter, plot, nullptr, &y, theme);
  QPolygonF line;
  for (std::size_t k = 0; k < spectrum.values.size(); ++k) {
    line << QPointF(x.position(static_cast<double>(k + 1)),
                    y.position(shareOf(spectrum.values[k])));
  }
  painter.setBrush(Qt::NoBrush);
  painter.setPen(QPen(categoricalColour(0, theme.dark), 1.5));
  painter.drawPolyline(line);
  drawLeftAxis(painter, plot, y, {}, theme);
  drawBottomAxis(painter, plot, x, {}, area.right(), theme);
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
  const auto fact = [&](const QString& name, const QString& value, const QColor& colour) {
    painter.setFont(figureFont());
    painter.setPen(theme.text);
    drawLabel(painter, {area.left() + wide, y}, Qt::AlignRight | Qt::AlignVCenter, value);
    line(figureFont(), colour, name, kLine);
  };
  for (const auto& [name, value] : summaryFacts(*portrait->summary)) {
    const bool alarming = (name == QLatin1String("NaN") && portrait->summary->nan > 0) ||
                          (name == Words::tr("Infinite") && portrait->summary->infinite > 0);
    fact(name, value, alarming ? theme.warning : theme.muted);
  }
  if (!portrait->spectrum_problem.isEmpty()) {
    line(figureFont(), theme.warning, portrait->spectrum_problem, kLine);
  }
  if (!portrait->spectrum) return;
  y += 8;
  line(figureFont(TextSize::label, true), theme.text, Words::tr("Singular values over the largest"),
       kLine);
  drawSpectrum(painter, {area.left(), y - 6, wide, kSpectrum}, *portrait->spectrum, theme);
  y += kSpectrum + 10;
  for (const auto& [name, value] : spectrumFacts(*portrait->spectrum)) {
    fact(name, value, theme.muted);
  }
}

}  // namespace lineament::views
