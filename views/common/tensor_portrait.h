// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QPair>
#include <QRectF>
#include <QString>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/data/tensor_summary.h"
#include "views/common/theme.h"

class QPainter;

namespace lineament::views {

// A tensor that people look at, and what its values are like: counts, extremes, moments and their
// histogram, once they have been summed up.
struct TensorPortrait {
  QString name;
  QString shape;
  QString dtype;
  QString note;                    // may be empty
  std::function<Tensor()> values;  // may be called on another thread; throws Error

  std::optional<TensorSummary> summary;
  QString problem;  // why there is no summary

  bool summedUp() const { return summary || !problem.isEmpty(); }
  void sumUp(const Context& context);  // an Error is kept as the problem; throws Cancelled

  static constexpr double kWidth = 230;  // units that it needs
  static constexpr double kHeight = 330;
};

// Draws it from the top of `area`; nothing chosen, or not summed up yet, is said.
void drawPortrait(QPainter& painter, const QRectF& area,
                  const std::optional<TensorPortrait>& portrait, const Theme& theme);

// "Values" → "8,192", ...: what is worth saying about them.
QList<QPair<QString, QString>> summaryFacts(const TensorSummary& summary);

// The histogram with its axis, all within `area`.
void drawHistogram(QPainter& painter, const QRectF& area, const TensorSummary& summary,
                   const Theme& theme);

QString shapeLabel(const std::vector<std::uint64_t>& shape);  // "64 × 32", "scalar"
QString dtypeLabel(DType dtype);                              // "float32"

}  // namespace lineament::views
