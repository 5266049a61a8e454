// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <vector>

namespace lineament::views {

// What a comparison's panel has to hold.
struct SequenceContent {
  std::vector<double> entries;  // widths of the legend's entries
  std::size_t matrices = 0;
  std::size_t plots = 0;  // square cells of the grid
  bool plane = false;     // one more, twice as high
  std::size_t rows = 0;   // of the tables
  double measures = 0;    // widths that the tables need
  double values = 0;      // 0: there is none
  bool exchange = false;  // tables that do not fit beside each other take turns in one place
};

// Where it lies, from top to bottom: the legend, the matrices, a grid of plots of one size with the
// complex plane at its upper right, the table of measures with the table of a token's values beside
// it or, where it does not fit there, below it or in its place.
struct SequenceLayout {
  std::vector<QRectF> legend;
  QRectF matrices;
  std::vector<QRectF> plots;  // cells with their titles and axes
  QRectF plane;
  QRectF measures, values;
};

SequenceLayout layOutSequence(const SequenceContent& content, const QSizeF& size);

// The height at which everything is as large as a figure of that width allows, and the least at
// which it can be read.
double naturalSequenceHeight(const SequenceContent& content, double width);
double leastSequenceHeight(const SequenceContent& content, double width);

}  // namespace lineament::views
