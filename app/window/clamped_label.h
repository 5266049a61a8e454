// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>

namespace lineament::app {

// Wrapped text that takes a given number of lines at most; what does not fit ends in "…" and can
// be read in full in the tooltip.
class ClampedLabel : public QWidget {
  Q_OBJECT

 public:
  ClampedLabel(const QString& text, int lines, QPalette::ColorRole role, QWidget* parent);

  QSize sizeHint() const override;
  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QString text_;
  int lines_;
  QPalette::ColorRole role_;
};

}  // namespace lineament::app
