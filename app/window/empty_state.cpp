// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/empty_state.h"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPainterPath>
#include <QPushButton>
#include <QVBoxLayout>
#include <array>
#include <cmath>

#include "app/window/primary_button.h"
#include "views/common/theme.h"

namespace lineament::app {
namespace {

// A landscape of layers with a straight feature across it, which shows how the layers shift:
// a lineament.
class Landscape : public QWidget {
 public:
  explicit Landscape(QWidget* parent) : QWidget(parent) { setFixedSize(360, 196); }

 protected:
  void paintEvent(QPaintEvent*) override {
    const views::Theme& theme = views::theme();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    constexpr int kLayers = 6;
    for (int layer = 0; layer < kLayers; ++layer) {
      QColor ink = theme.accent;
      ink.setAlphaF(0.20F + 0.11F * static_cast<float>(layer));
      painter.setPen(QPen(ink, 1.6));
      painter.drawPath(layerLine(layer));
    }
    painter.setPen(QPen(theme.text, 1.8));
    painter.drawLine(faultAt(8), faultAt(height() - 8.0));
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.selection);
    for (const double x : {72.0, 128.0, 262.0, 300.0}) {
      painter.drawEllipse(QPointF(x, heightOf(x, 1) - 7), 3.2, 3.2);
    }
  }

 private:
  QPointF faultAt(double y) const { return {width() * 0.60 - (y - height() / 2.0) * 0.42, y}; }
  double heightOf(double x, int layer) const {
    const double base = 48 + 21.0 * layer;
    const double wave = 13 * std::sin(x / 52.0 + 0.5 * layer) + 5 * std::sin(x / 19.0 - layer);
    return base + wave * (1 - 0.09 * layer) + (x > faultAt(base).x() ? 15 : 0);
  }
  QPainterPath layerLine(int layer) const {
    QPainterPath path;
    bool beyond = false;
    bool first = true;
    for (double x = 6; x <= width() - 6; x += 2) {
      const bool now_beyond = x > faultAt(48 + 21.0 * layer).x();
      const QPointF point(x, heightOf(x, layer));
      if (first || now_beyond != beyond) {
        path.moveTo(point);
      } else {
        path.lineTo(point);
      }
      beyond = now_beyond;
      first = false;
    }
    return path;
  }
};

}  // namespace

EmptyState::EmptyState(QWidget* parent) : QWidget(parent) {
  setAutoFillBackground(true);
  setBackgroundRole(QPalette::Base);
  auto* column = new QVBoxLayout(this);
  column->setSpacing(16);
  column->addStretch(2);
  column->addWidget(new Landscape(this), 0, Qt::AlignHCenter);
  auto* sentence = new QLabel(tr("Drop a table, a scene, a scan or a checkpoint here"), this);
  QFont large = sentence->font();
  large.setPointSizeF(large.pointSizeF() * 1.5);
  sentence->setFont(large);
  column->addWidget(sentence, 0, Qt::AlignHCenter);

  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(12);
  auto* sample = new PrimaryButton(tr("Open the sample project"), this);
  sample->setObjectName("sample");
  auto* open = new QPushButton(tr("Open data…"), this);
  open->setObjectName("open");
  open->setMinimumSize(104, 32);
  connect(sample, &QPushButton::clicked, this, &EmptyState::sampleWanted);
  connect(open, &QPushButton::clicked, this, &EmptyState::openWanted);
  buttons->addStretch(1);
  buttons->addWidget(sample);
  buttons->addWidget(open);
  buttons->addStretch(1);
  column->addLayout(buttons);

  recent_ = new QWidget(this);
  recent_column_ = new QVBoxLayout(recent_);
  recent_column_->setSpacing(2);
  column->addWidget(recent_, 0, Qt::AlignHCenter);
  column->addStretch(3);
}

void EmptyState::setRecent(const QStringList& paths) {
  qDeleteAll(recent_->findChildren<QWidget*>());
  recent_->setVisible(!paths.isEmpty());
  if (paths.isEmpty()) return;
  auto* head = new QLabel(tr("Recent projects"), recent_);
  head->setForegroundRole(QPalette::PlaceholderText);
  recent_column_->addWidget(head, 0, Qt::AlignHCenter);
  constexpr qsizetype kMost = 5;
  for (const QString& path : paths.mid(0, kMost)) {
    auto* button = new QPushButton(QFileInfo(path).completeBaseName(), recent_);
    button->setFlat(true);
    button->setToolTip(path);
    button->setCursor(Qt::PointingHandCursor);
    connect(button, &QPushButton::clicked, this, [this, path] { Q_EMIT projectWanted(path); });
    recent_column_->addWidget(button, 0, Qt::AlignHCenter);
  }
}

}  // namespace lineament::app
