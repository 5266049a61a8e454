// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

namespace lineament::views {

// Rows of a given height, for lists and trees that are read and aimed at all day.
class RoomyRows : public QStyledItemDelegate {
 public:
  RoomyRows(int height, QObject* parent) : QStyledItemDelegate(parent), height_(height) {}

  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    constexpr int kGap = 8;
    return {QStyledItemDelegate::sizeHint(option, index).width() + kGap, height_};
  }

 private:
  int height_;
};

}  // namespace lineament::views
