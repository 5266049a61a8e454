// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QWidget>

class QLabel;
class QVBoxLayout;

namespace lineament::app {

// What the middle of the window shows while nothing is open: a picture, one sentence, and the ways
// to begin.
class EmptyState : public QWidget {
  Q_OBJECT

 public:
  explicit EmptyState(QWidget* parent = nullptr);

  void setRecent(const QStringList& paths);

 Q_SIGNALS:
  void sampleWanted();
  void openWanted();
  void projectWanted(const QString& path);

 private:
  QWidget* recent_;
  QVBoxLayout* recent_column_;
};

}  // namespace lineament::app
