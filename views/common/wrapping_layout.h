// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLayout>
#include <memory>
#include <vector>

namespace lineament::views {

// Widgets beside each other as far as there is room, the others in rows below: a bar of controls
// that asks for no more width than its widest one.
class WrappingLayout : public QLayout {
 public:
  explicit WrappingLayout(QWidget* parent);
  ~WrappingLayout() override;

  void addItem(QLayoutItem* item) override;
  int count() const override { return static_cast<int>(items_.size()); }
  QLayoutItem* itemAt(int index) const override;
  QLayoutItem* takeAt(int index) override;
  Qt::Orientations expandingDirections() const override { return {}; }
  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override;
  QSize sizeHint() const override;  // all in one row
  QSize minimumSize() const override;
  void setGeometry(const QRect& place) override;

 private:
  struct Row {
    std::vector<QLayoutItem*> items;
    int height = 0;
  };
  std::vector<Row> rowsWithin(int width) const;

  std::vector<std::unique_ptr<QLayoutItem>> items_;
};

}  // namespace lineament::views
