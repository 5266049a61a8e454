// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

class QLabel;
class QProgressBar;
class QToolButton;

namespace lineament::app {

class Job;
class JobQueue;

// The jobs in the status bar: the latest running one with its progress (once it takes longer than a
// blink) and a button that cancels it, and how many there are.
class JobStrip : public QWidget {
  Q_OBJECT

 public:
  explicit JobStrip(JobQueue& queue, QWidget* parent = nullptr);

 private:
  Job* shown() const;
  void refresh();
  void openList();

  JobQueue& queue_;
  QTimer later_;
  QLabel* name_;
  QProgressBar* bar_;
  QLabel* left_;
  QToolButton* cancel_;
  QToolButton* count_;
};

// "4 s left", "3 min left".
QString timeLeftText(double seconds);

}  // namespace lineament::app
