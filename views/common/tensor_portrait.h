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

#include "core/data/tensor_spectrum.h"
#include "core/data/tensor_summary.h"
#include "views/common/theme.h"

class QPainter;

namespace lineament::views {

// A tensor that people look at, and what its values are like: counts, extremes, moments and their
// histogram, once they have been summed up, and of a matrix its singular values.
struct TensorPortrait {
  QString name;
  QString shape;
  QString dtype;
  QString note;                       // may be empty
  std::optional<MatrixShape> matrix;  // none where it has no singular values
  std::function<Tensor()> values;     // may be called on another thread; throws Error

  std::optional<TensorSummary> summary;
  std::optional<TensorSpectrum> spectrum;
  QString problem;           // why there is no summary
  QString spectrum_problem;  // why there is no spectrum

  bool summedUp() const { return summary || !problem.isEmpty(); }
  // Both keep an Error as the problem and throw Cancelled. The first finds the singular values,
  // too, where that takes no time worth asking about. The second cannot be cancelled once it has
  // begun, at worst for a minute, and waits for another that has.
  void sumUp(const Context& context);
  void findSpectrum(const Context& context);
  // The singular values can be had by findSpectrum(), and are not there.
  bool offersSpectrum() const;

  static constexpr double kWidth = 230;  // units that it needs
  double height() const;

 private:
  void takeSpectrum();
};

// Draws it from the top of `area`; nothing chosen, or not summed up yet, is said.
void drawPortrait(QPainter& painter, const QRectF& area,
                  const std::optional<TensorPortrait>& portrait, const Theme& theme);

// "Values" → "8,192", ...: what is worth saying about them.
QList<QPair<QString, QString>> summaryFacts(const TensorSummary& summary);
QList<QPair<QString, QString>> spectrumFacts(const TensorSpectrum& spectrum);

// The histogram with its axis, all within `area`.
void drawHistogram(QPainter& painter, const QRectF& area, const TensorSummary& summary,
                   const Theme& theme);

// The singular values over the largest by their rank, on a logarithmic scale, all within `area`.
void drawSpectrum(QPainter& painter, const QRectF& area, const TensorSpectrum& spectrum,
                  const Theme& theme);

QString shapeLabel(const std::vector<std::uint64_t>& shape);  // "64 × 32", "scalar"
QString dtypeLabel(DType dtype);                              // "float32"

}  // namespace lineament::views
