// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/table/table_header.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>

#include "views/common/number_text.h"
#include "views/common/theme.h"

namespace lineament::views {

namespace {

constexpr int kPadding = 8;
constexpr int kSpreadHeight = 22;

QString kindText(const Column& column) {
  const std::string_view type = name(column.type());
  const QString text = QString::fromUtf8(type.data(), static_cast<int>(type.size()));
  return column.unit().empty()
             ? text
             : QString::fromStdString(column.unit()) + QStringLiteral(" · ") + text;
}

}  // namespace

TableHeader::TableHeader(QWidget* parent) : QHeaderView(Qt::Horizontal, parent) {
  setSectionsClickable(true);
  setSectionsMovable(true);
  setHighlightSections(false);
  setDefaultAlignment(Qt::AlignLeft | Qt::AlignTop);
}

void TableHeader::setTable(const Table& table) {
  table_ = table;
  summaries_.assign(table.columnCount(), std::nullopt);
  viewport()->update();
}

void TableHeader::setSummary(int column, const ColumnSummary& summary) {
  if (column >= static_cast<int>(summaries_.size())) return;
  summaries_[static_cast<std::size_t>(column)] = summary;
  viewport()->update();
}

QSize TableHeader::sizeHint() const {
  return {QHeaderView::sizeHint().width(), 3 * fontMetrics().height() + kSpreadHeight + 16};
}

QSize TableHeader::sectionSizeFromContents(int column) const {
  if (column >= static_cast<int>(table_.columnCount())) return {80, sizeHint().height()};
  const Column& shown = table_.column(static_cast<std::size_t>(column));
  QFont bold = font();
  bold.setBold(true);
  const int label = QFontMetrics(bold).horizontalAdvance(QString::fromStdString(shown.name()));
  const int kind = fontMetrics().horizontalAdvance(kindText(shown));
  return {std::clamp(std::max(label + 16, kind) + 2 * kPadding, 110, 260), sizeHint().height()};
}

QString TableHeader::spreadText(int column) const {
  const auto& summary = summaries_[static_cast<std::size_t>(column)];
  if (!summary) return {};
  QString text;
  const Column& shown = table_.column(static_cast<std::size_t>(column));
  if (summary->missing > 0) {
    text = tr("%1 missing · ").arg(numberText(static_cast<double>(summary->missing), 15));
  }
  if (shown.type() == Column::Type::text) {
    const QString levels = numberText(static_cast<double>(summary->levels.size()), 15);
    return text +
           (summary->more_levels ? tr("over %1 levels").arg(levels) : tr("%1 levels").arg(levels));
  }
  if (summary->counted == 0) return text + tr("no numbers");
  if (shown.type() == Column::Type::date) {
    return text + QString::fromStdString(dateText(static_cast<std::int32_t>(summary->low))) +
           QStringLiteral(" – ") +
           QString::fromStdString(dateText(static_cast<std::int32_t>(summary->high)));
  }
  if (shown.type() == Column::Type::time) {
    const auto written = [](double seconds) {
      return QString::fromStdString(timeText(static_cast<std::int64_t>(seconds) * 1'000'000));
    };
    return text + written(summary->low) + QStringLiteral(" – ") + written(summary->high);
  }
  return text + numberText(summary->low, 4) + QStringLiteral(" – ") + numberText(summary->high, 4);
}

void TableHeader::paintSpread(QPainter& painter, const QRectF& box,
                              const ColumnSummary& summary) const {
  std::vector<double> heights;
  for (const auto& level : summary.levels) heights.push_back(static_cast<double>(level.second));
  if (summary.levels.empty()) heights.assign(summary.histogram.begin(), summary.histogram.end());
  const double highest = *std::max_element(heights.begin(), heights.end());
  if (highest == 0) return;
  const double bar = box.width() / static_cast<double>(heights.size());
  QColor colour = theme().muted;
  colour.setAlphaF(0.65f);
  for (std::size_t i = 0; i < heights.size(); ++i) {
    if (heights[i] == 0) continue;
    const double height = std::max(1.0, box.height() * heights[i] / highest);
    painter.fillRect(QRectF(box.left() + bar * static_cast<double>(i), box.bottom() - height,
                            std::min(std::max(bar - 1, 1.0), 12.0), height),
                     colour);
  }
}

void TableHeader::paintSection(QPainter* painter, const QRect& rect, int column) const {
  if (column < 0 || column >= static_cast<int>(table_.columnCount())) return;
  const Column& shown = table_.column(static_cast<std::size_t>(column));
  const Theme& colours = theme();
  painter->save();
  painter->setClipRect(rect);
  painter->fillRect(rect, colours.panel);
  painter->setPen(colours.grid);
  painter->drawLine(rect.topRight(), rect.bottomRight());
  painter->drawLine(rect.bottomLeft(), rect.bottomRight());

  const int line = fontMetrics().height();
  QRect row = rect.adjusted(kPadding, 4, -kPadding, 0);
  row.setHeight(line);
  QFont bold = font();
  bold.setBold(true);
  painter->setFont(bold);
  painter->setPen(colours.text);
  const bool sorted = isSortIndicatorShown() && sortIndicatorSection() == column;
  const QString arrow =
      sortIndicatorOrder() == Qt::AscendingOrder ? QStringLiteral(" ↑") : QStringLiteral(" ↓");
  const int arrow_width = sorted ? QFontMetrics(bold).horizontalAdvance(arrow) : 0;
  const QString label = QFontMetrics(bold).elidedText(QString::fromStdString(shown.name()),
                                                      Qt::ElideRight, row.width() - arrow_width);
  painter->drawText(row, Qt::AlignLeft | Qt::AlignVCenter, sorted ? label + arrow : label);

  painter->setFont(font());
  painter->setPen(colours.muted);
  row.translate(0, line);
  painter->drawText(row, Qt::AlignLeft | Qt::AlignVCenter,
                    fontMetrics().elidedText(kindText(shown), Qt::ElideRight, row.width()));
  if (const auto& summary = summaries_[static_cast<std::size_t>(column)]) {
    paintSpread(*painter, QRectF(row.left(), row.bottom() + 4, row.width(), kSpreadHeight - 2),
                *summary);
    row.translate(0, line + kSpreadHeight + 4);
    painter->drawText(row, Qt::AlignLeft | Qt::AlignVCenter,
                      fontMetrics().elidedText(spreadText(column), Qt::ElideRight, row.width()));
  }
  painter->restore();
}

bool TableHeader::viewportEvent(QEvent* event) {
  if (event->type() != QEvent::ToolTip) return QHeaderView::viewportEvent(event);
  const auto* help = static_cast<QHelpEvent*>(event);
  const int column = logicalIndexAt(help->pos());
  if (column < 0 || column >= static_cast<int>(table_.columnCount())) return false;
  const Column& shown = table_.column(static_cast<std::size_t>(column));
  QString text = QString::fromStdString(shown.name()) + u'\n' + kindText(shown);
  if (const auto& summary = summaries_[static_cast<std::size_t>(column)]) {
    text += u'\n' + spreadText(column);
    if (shown.numeric() && summary->counted > 0)
      text += tr("\nmean %1").arg(numberText(summary->mean, 6));
    for (std::size_t i = 0; i < std::min<std::size_t>(summary->levels.size(), 8); ++i) {
      text += QStringLiteral("\n%1: %2")
                  .arg(QString::fromStdString(summary->levels[i].first))
                  .arg(summary->levels[i].second);
    }
  }
  QToolTip::showText(help->globalPos(), text, viewport());
  return true;
}

}  // namespace lineament::views
