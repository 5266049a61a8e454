// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFutureWatcher>
#include <QList>
#include <QPair>
#include <QWidget>
#include <functional>
#include <optional>
#include <stop_token>

#include "core/data/tensor_summary.h"
#include "views/common/theme.h"

namespace lineament::views {

// What the values of one tensor are like: counts, extremes, moments and their histogram. They are
// summed up beside the window's thread; until that is done the card says so.
class TensorCard : public QWidget {
  Q_OBJECT

 public:
  struct Subject {
    QString name;
    QString shape;
    QString dtype;
    QString note;                    // may be empty
    std::function<Tensor()> values;  // called on another thread; throws Error
  };

  explicit TensorCard(QWidget* parent = nullptr);
  ~TensorCard() override;

  void show(const Subject& subject);
  void clear();  // nothing is chosen
  bool busy() const { return job_.isRunning(); }
  const std::optional<TensorSummary>& summary() const { return summary_; }
  QString problem() const { return problem_; }

  // The same drawing in a figure; waits for the values where they are still being read.
  void paint(QPainter& painter, const QRectF& area, const Theme& theme) const;

  static constexpr double kWidth = 230;  // units that it needs
  static constexpr double kHeight = 330;

 Q_SIGNALS:
  void summedUp();

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  struct Found {
    std::optional<TensorSummary> summary;
    QString problem;
  };
  void take(const Found& found);
  void draw(QPainter& painter, const QRectF& area, const Found& found, const Theme& theme) const;

  std::optional<Subject> subject_;
  std::optional<TensorSummary> summary_;
  QString problem_;
  std::stop_source stop_;
  QFutureWatcher<Found> job_;
};

// "Values" → "8,192", ...: what is worth saying about them.
QList<QPair<QString, QString>> summaryFacts(const TensorSummary& summary);

// The histogram with its axis, all within `area`.
void drawHistogram(QPainter& painter, const QRectF& area, const TensorSummary& summary,
                   const Theme& theme);

}  // namespace lineament::views
