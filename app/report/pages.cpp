// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/report/pages.h"

#include <QPainter>
#include <QPdfWriter>
#include <algorithm>

#include "app/report/text_box.h"
#include "views/common/theme.h"

namespace lineament::app {

namespace {

// Margins leave 174 mm of an A4 page for the text: the full width of a journal's figure.
constexpr double kSide = 18 * kMillimetre;
constexpr double kTop = 24 * kMillimetre;
constexpr double kBottom = 22 * kMillimetre;
constexpr double kHeadAbove = 11 * kMillimetre;  // the running head, above the text
constexpr double kFootBelow = 9 * kMillimetre;

TextStyle quiet(Qt::Alignment align) {
  TextStyle style;
  style.points = 8;
  style.colour = views::figureTheme().muted;
  style.align = align;
  return style;
}

QSizeF sizeOf(QPageSize::PageSizeId id) {
  return QPageSize(id).sizePoints() * kPoint;
}

}  // namespace

Pages::Pages(QPageSize::PageSizeId size)
    : size_(size),
      width_(sizeOf(size).width() - 2 * kSide),
      height_(sizeOf(size).height() - kTop - kBottom) {}

void Pages::place(double height, Draw draw) {
  keepTogether(height);
  pages_.back().items.push_back({y_, std::move(draw)});
  y_ += height;
}

void Pages::space(double height) {
  if (y_ > 0) y_ = std::min(y_ + height, height_);
}

void Pages::keepTogether(double height) {
  if (height > room() && y_ > 0) breakPage();
}

void Pages::breakPage() {
  if (y_ == 0 && pages_.back().items.empty()) return;
  pages_.push_back({section_, {}});
  y_ = 0;
}

void Pages::addSheet(const QSizeF& millimetres, Draw draw) {
  pages_.back().behind.push_back({millimetres, std::move(draw)});
}

std::size_t Pages::count() const {
  std::size_t count = pages_.size();
  for (const Page& page : pages_) count += page.behind.size();
  return count;
}

void Pages::setSection(const QString& title) {
  // One that begins in the middle of a page is the head of the pages behind it.
  if (y_ == 0) pages_.back().section = title;
  section_ = title;
}

void Pages::draw(QPdfWriter& writer, const QString& title, const QString& foot,
                 const Context& context) const {
  QPainter painter(&writer);
  std::size_t number = 0;
  for (std::size_t page = 0; page < pages_.size(); ++page) {
    if (page > 0) {
      writer.setPageSize(QPageSize(size_));
      writer.newPage();
    }
    painter.resetTransform();
    painter.translate(kSide, kTop);
    if (page > 0) drawRunningHead(painter, page, title);
    drawFoot(painter, ++number, foot);
    const double done = static_cast<double>(page) / static_cast<double>(pages_.size());
    for (const Item& item : pages_[page].items) {
      context.checkpoint(done, "Drawing the report");
      painter.save();
      painter.translate(0, item.y);
      item.draw(painter);
      painter.restore();
    }
    for (const Sheet& sheet : pages_[page].behind) {
      context.checkpoint(done, "Drawing the report");
      writer.setPageSize(QPageSize(sheet.millimetres, QPageSize::Millimeter,
                                   QStringLiteral("sheet"), QPageSize::ExactMatch));
      writer.newPage();
      ++number;
      painter.resetTransform();
      painter.save();
      sheet.draw(painter);
      painter.restore();
    }
  }
}

void Pages::drawRunningHead(QPainter& painter, std::size_t page, const QString& title) const {
  const TextBox left(title, quiet(Qt::AlignLeft), width_ * 0.6);
  const TextBox right(pages_[page].section, quiet(Qt::AlignRight), width_ * 0.38);
  left.draw(painter, {0, -kHeadAbove}, 0, 1);
  right.draw(painter, {width_ * 0.62, -kHeadAbove}, 0, 1);
  const double line = -kHeadAbove + left.lineHeight() + 2 * kPoint;
  painter.setPen(QPen(views::figureTheme().line, 0.5 * kPoint));
  painter.drawLine(QPointF(0, line), QPointF(width_, line));
}

void Pages::drawFoot(QPainter& painter, std::size_t number, const QString& foot) const {
  const TextBox left(foot, quiet(Qt::AlignLeft), width_ * 0.7);
  const TextBox right(QStringLiteral("%1 / %2").arg(number).arg(count()), quiet(Qt::AlignRight),
                      width_ * 0.3);
  left.draw(painter, {0, height_ + kFootBelow}, 0, 1);
  right.draw(painter, {width_ * 0.7, height_ + kFootBelow}, 0, 1);
}

}  // namespace lineament::app
