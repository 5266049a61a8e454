// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QTimer>
#include <QWidget>
#include <functional>
#include <memory>

#include "views/common/background.h"
#include "views/map/map_sheet.h"

namespace lineament::views {

// A sheet on the screen, as it will be printed: all of the page, or as much of it as the wheel and
// a hand choose. It is read and drawn in the background; what was drawn before stands in for what
// is still to come.
class SheetPreview : public QWidget {
  Q_OBJECT

 public:
  // The background may be another one later.
  explicit SheetPreview(std::function<Background&()> background, QWidget* parent = nullptr);
  ~SheetPreview() override;

  void setSheet(const MapSheet& sheet);  // draws it after a moment in which nothing else comes
  void fit();
  bool complete() const { return !drawing_ && !waiting_.isActive() && !drawn_.isNull(); }
  QRectF page() const;  // where it lies on the widget
  double zoom() const { return zoom_; }

 Q_SIGNALS:
  // What has been read for the drawing, which the next one need not read again.
  void prepared(const lineament::views::MapSheet& sheet);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void showEvent(QShowEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  void zoomAbout(const QPointF& at, double factor);
  void moveBy(const QPointF& pixels);
  void redraw();
  void draw();
  void stop();

  std::function<Background&()> background_;
  MapSheet sheet_;
  bool any_ = false;  // there is a sheet
  double zoom_ = 1;   // 1: all of the page is seen
  QPointF moved_;     // the page's middle from the widget's
  QImage drawn_;      // the widget's size, when it was drawn
  QRectF drawn_page_;
  QString problem_;  // why it could not be drawn
  QTimer waiting_;
  Background::Cancel drawing_;  // empty: nothing is being drawn
  int drawings_ = 0;            // counts what was asked for, so that an overtaken one is known
  QPointF last_at_;
};

}  // namespace lineament::views
