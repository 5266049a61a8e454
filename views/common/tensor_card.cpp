// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/common/tensor_card.h"

#include <QPainter>
#include <QtConcurrent>
#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "views/common/axis_scale.h"
#include "views/common/colour_map.h"
#include "views/common/figure_style.h"
#include "views/common/number_text.h"
#include "views/common/plot_view.h"

namespace lineament::views {

namespace {

constexpr double kMargin = 12;
constexpr double kLine = 17;
constexpr double kHistogram = 130;

QString counted(std::uint64_t count) {
  return numberText(static_cast<double>(count), 15);
}

}  // namespace

QList<QPair<QString, QString>> summaryFacts(const TensorSummary& summary) {
  QList<QPair<QString, QString>> facts{{TensorCard::tr("Values"), counted(summary.count)}};
  if (summary.finite() > 0) {
    facts << qMakePair(TensorCard::tr("Smallest"), numberText(summary.low, 5))
          << qMakePair(TensorCard::tr("Largest"), numberText(summary.high, 5))
          << qMakePair(TensorCard::tr("Mean"), numberText(summary.mean, 5))
          << qMakePair(TensorCard::tr("Deviation"), numberText(summary.deviation, 5));
  }
  facts << qMakePair(TensorCard::tr("Zeros"), counted(summary.zeros))
        << qMakePair(QStringLiteral("NaN"), counted(summary.nan))
        << qMakePair(TensorCard::tr("Infinite"), counted(summary.infinite));
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

TensorCard::TensorCard(QWidget* parent) : QWidget(parent) {
  setAttribute(Qt::WA_OpaquePaintEvent);
  setMinimumWidth(static_cast<int>(kWidth * PlotView::kScreenScale));
  connect(&job_, &QFutureWatcherBase::finished, this, [this] {
    if (stop_.stop_requested()) return;
    take(job_.result());
    update();
    Q_EMIT summedUp();
  });
}

TensorCard::~TensorCard() {
  stop_.request_stop();  // the job ends by itself; nobody waits for it
}

void TensorCard::show(const Subject& subject) {
  clear();
  subject_ = subject;
  setAccessibleName(subject.name);
  stop_ = std::stop_source();
  job_.setFuture(QtConcurrent::run([values = subject.values, stop = stop_.get_token()] {
    Found found;
    Context context;
    context.stop = stop;
    try {
      found.summary = summarize(values(), context);
    } catch (const Cancelled&) {
      return found;
    } catch (const Error& error) {
      found.problem = QString::fromStdString(error.found());
    }
    return found;
  }));
}

void TensorCard::clear() {
  stop_.request_stop();
  subject_.reset();
  summary_.reset();
  problem_.clear();
  update();
}

void TensorCard::take(const Found& found) {
  summary_ = found.summary;
  problem_ = found.problem;
}

void TensorCard::paint(QPainter& painter, const QRectF& area, const Theme& theme) const {
  Found found{summary_, problem_};
  // A figure that is drawn before the window heard of the end.
  if (subject_ && !summary_ && problem_.isEmpty()) found = job_.future().result();
  draw(painter, area, found, theme);
}

void TensorCard::draw(QPainter& painter, const QRectF& area, const Found& found,
                      const Theme& theme) const {
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
  if (!subject_) {
    line(figureFont(), theme.muted, tr("Choose a tensor to see its values"), kLine);
    return;
  }
  line(figureFont(TextSize::large, true), theme.text, subject_->name, 18);
  line(figureFont(), theme.muted, subject_->shape + QStringLiteral(", ") + subject_->dtype, kLine);
  if (!subject_->note.isEmpty()) line(figureFont(), theme.muted, subject_->note, kLine);
  y += 4;
  if (!found.problem.isEmpty()) return line(figureFont(), theme.warning, found.problem, kLine);
  if (!found.summary) return line(figureFont(), theme.muted, tr("Reading the values"), kLine);
  if (found.summary->finite() > 0) {
    drawHistogram(painter, {area.left(), y, wide, kHistogram}, *found.summary, theme);
    y += kHistogram + 18;
  }
  for (const auto& [name, value] : summaryFacts(*found.summary)) {
    const bool alarming = (name == QLatin1String("NaN") && found.summary->nan > 0) ||
                          (name == tr("Infinite") && found.summary->infinite > 0);
    painter.setFont(figureFont());
    painter.setPen(theme.text);
    drawLabel(painter, {area.left() + wide, y}, Qt::AlignRight | Qt::AlignVCenter, value);
    line(figureFont(), alarming ? theme.warning : theme.muted, name, kLine);
  }
}

void TensorCard::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const Theme& colours = theme();
  painter.fillRect(rect(), colours.view);
  painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
  painter.scale(PlotView::kScreenScale, PlotView::kScreenScale);
  const QSizeF units = QSizeF(size()) / PlotView::kScreenScale;
  draw(painter, QRectF(kMargin, 4, units.width() - 2 * kMargin, units.height() - 8),
       {summary_, problem_}, colours);
}

}  // namespace lineament::views
