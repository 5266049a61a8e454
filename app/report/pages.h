// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPageSize>
#include <QSizeF>
#include <QString>
#include <functional>
#include <vector>

#include "core/base/context.h"

class QPainter;
class QPdfWriter;

namespace lineament::app {

// Pages that are filled from top to bottom. What is on them is kept as drawing instructions, so
// that the running heads, drawn last, know how many pages there are.
class Pages {
 public:
  explicit Pages(QPageSize::PageSizeId size);

  // In units (see text_box.h), inside the margins.
  double width() const { return width_; }
  double height() const { return height_; }
  double room() const { return height_ - y_; }

  // Draws with the origin at the left margin and the place reached, then moves on by `height`. What
  // does not fit goes to the next page.
  using Draw = std::function<void(QPainter&)>;
  void place(double height, Draw draw);
  void space(double height);  // nothing at the top of a page
  void keepTogether(double height);
  void breakPage();

  // A page of another size, all of it the drawing's, behind the page that is being filled.
  void addSheet(const QSizeF& millimetres, Draw draw);

  void setSection(const QString& title);  // for the running head of this page and those behind it

  // Draws all pages, each with `title`, its section, its number and `foot`. Throws Cancelled.
  void draw(QPdfWriter& writer, const QString& title, const QString& foot,
            const Context& context) const;

 private:
  struct Item {
    double y;
    Draw draw;
  };
  struct Sheet {
    QSizeF millimetres;
    Draw draw;
  };
  struct Page {
    QString section;
    std::vector<Item> items;
    std::vector<Sheet> behind;
  };

  void drawRunningHead(QPainter& painter, std::size_t page, const QString& title) const;
  void drawFoot(QPainter& painter, std::size_t number, const QString& foot) const;
  std::size_t count() const;  // of all pages and sheets

  QPageSize::PageSizeId size_;
  double width_;
  double height_;
  double y_ = 0;
  QString section_;
  std::vector<Page> pages_{1};
};

}  // namespace lineament::app
