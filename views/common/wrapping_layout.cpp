// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/common/wrapping_layout.h"

#include <QStyle>
#include <QWidget>
#include <algorithm>

namespace lineament::views {

WrappingLayout::WrappingLayout(QWidget* parent) : QLayout(parent) {}
WrappingLayout::~WrappingLayout() = default;

void WrappingLayout::addItem(QLayoutItem* item) {
  items_.emplace_back(item);
}

QLayoutItem* WrappingLayout::itemAt(int index) const {
  return index >= 0 && index < count() ? items_[static_cast<std::size_t>(index)].get() : nullptr;
}

QLayoutItem* WrappingLayout::takeAt(int index) {
  if (!itemAt(index)) return nullptr;
  const auto place = items_.begin() + index;
  QLayoutItem* taken = place->release();
  items_.erase(place);
  return taken;
}

// Hidden widgets take no room.
std::vector<WrappingLayout::Row> WrappingLayout::rowsWithin(int width) const {
  std::vector<Row> rows;
  int used = 0;
  for (const auto& item : items_) {
    if (item->isEmpty()) continue;
    const QSize size = item->sizeHint();
    if (rows.empty() || used + spacing() + size.width() > width) {
      rows.emplace_back();
      used = size.width();
    } else {
      used += spacing() + size.width();
    }
    rows.back().items.push_back(item.get());
    rows.back().height = std::max(rows.back().height, size.height());
  }
  return rows;
}

int WrappingLayout::heightForWidth(int width) const {
  const QMargins around = contentsMargins();
  int height = around.top() + around.bottom();
  bool first = true;
  for (const Row& row : rowsWithin(width - around.left() - around.right())) {
    height += row.height + (first ? 0 : spacing());
    first = false;
  }
  return height;
}

QSize WrappingLayout::sizeHint() const {
  QSize size(0, 0);
  for (const auto& item : items_) {
    if (item->isEmpty()) continue;
    const QSize each = item->sizeHint();
    size.rwidth() += each.width() + (size.width() > 0 ? spacing() : 0);
    size.setHeight(std::max(size.height(), each.height()));
  }
  return size.grownBy(contentsMargins());
}

QSize WrappingLayout::minimumSize() const {
  QSize size(0, 0);
  for (const auto& item : items_) {
    if (!item->isEmpty()) size = size.expandedTo(item->minimumSize());
  }
  return size.grownBy(contentsMargins());
}

void WrappingLayout::setGeometry(const QRect& place) {
  QLayout::setGeometry(place);
  const QRect room = place.marginsRemoved(contentsMargins());
  const bool mirrored = parentWidget() && parentWidget()->isRightToLeft();
  int y = room.top();
  for (const Row& row : rowsWithin(room.width())) {
    int x = room.left();
    for (QLayoutItem* item : row.items) {
      QSize size = item->sizeHint();
      size.setWidth(std::min(size.width(), room.width()));
      const QRect wanted(QPoint(x, y + (row.height - size.height()) / 2), size);
      item->setGeometry(
          QStyle::visualRect(mirrored ? Qt::RightToLeft : Qt::LeftToRight, room, wanted));
      x += size.width() + spacing();
    }
    y += row.height + spacing();
  }
}

}  // namespace lineament::views
