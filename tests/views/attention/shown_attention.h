// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPainter>
#include <QtTest>

#include "views/attention/attention_view.h"
#include "views/common/figure_export.h"

namespace lineament::views {

inline constexpr double kScale = PlotView::kScreenScale;

inline QImage picture(const Figure& figure, const QSize& size) {
  QImage image(size, QImage::Format_RGB32);
  image.fill(Qt::white);
  QPainter painter(&image);
  figure.paint(painter, QSizeF(size), figureTheme());
  return image;
}

// A view on the screen, whose background work has ended.
class Shown {
 public:
  explicit Shown(const AttentionStack& stack, const QSize& size = {1000, 800}) {
    view.resize(size);
    view.setData(Data(stack, "tokens"));
    view.show();
    exposed = QTest::qWaitForWindowExposed(&view);
    settle();
  }
  void settle() {
    QTRY_VERIFY_WITH_TIMEOUT(view.plot().complete(), 60'000);
    QTest::qWait(20);
  }
  void choose(const nlohmann::json& options) {
    view.plot().choose(options);
    settle();
  }
  QSizeF units() const { return QSizeF(view.plot().size()) / kScale; }
  void click(const QPointF& at, Qt::KeyboardModifiers modifiers = {}) {
    QTest::mouseClick(&view.plot(), Qt::LeftButton, modifiers, (at * kScale).toPoint());
    settle();
  }
  QPointF cell(std::uint64_t query, std::uint64_t key) const {
    const QRectF plot = view.figure().plotArea(units());
    const CellArea area = view.figure().area();
    return {plot.left() + (double(key) + 0.5 - area.key) / area.keys * plot.width(),
            plot.top() + (double(query) + 0.5 - area.query) / area.queries * plot.height()};
  }

  AttentionView view;
  bool exposed = false;
};

}  // namespace lineament::views
