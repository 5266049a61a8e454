// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <optional>
#include <vector>

#include "views/attention/matrix_image.h"
#include "views/attention/token_profile.h"
#include "views/common/plot_figure.h"

namespace lineament::views {

// Where one matrix and what belongs to it lie: titles above, tokens left and below, a chosen
// token's row above and its column to the right, the bar of colours at the right end.
struct MatrixPaneLayout {
  QRectF plot;
  QRectF row_profile, column_profile;  // empty without a chosen token
  QRectF query_labels, key_labels;
  QRectF bar;
  QPointF title;
};

struct MatrixPaneContent {
  std::uint64_t queries = 0, keys = 0;
  bool profiles = false;
  double label_width = 0;  // of the longest token's text that is to be seen
};
MatrixPaneLayout layOutMatrixPane(const MatrixPaneContent& content, const QSizeF& size);

// The cells of a window of the plot; queries run downwards, a window's vertical axis upwards.
CellArea areaOf(const ZoomWindow& zoom, std::uint64_t queries, std::uint64_t keys);

struct CellPlace {
  std::uint64_t query = 0, key = 0;
};
std::optional<CellPlace> cellPlaceAt(const QRectF& plot, const CellArea& area, const QPointF& at,
                                     std::uint64_t queries, std::uint64_t keys);

// What is drawn there.
struct MatrixPaneDrawing {
  const AttentionStack& stack;
  const std::vector<PlanePtr>& planes;
  const WeightColours& colours;
  WeightLook look;
  bool sparse = false;  // some cells are left out as by a mask
  CellArea area;
  QString title, facts, bar_label;
  const TokenProfile* profile = nullptr;
  std::vector<std::uint64_t> hidden_keys;
  std::vector<std::size_t> chosen;  // tokens
};
void drawMatrixPane(const Drawing& drawing, const MatrixPaneLayout& layout,
                    const MatrixPaneDrawing& content);

// Lines through the pointer, to be drawn over the picture, and the tokens they lead to.
void drawCrosshair(const Drawing& drawing, const MatrixPaneLayout& layout, const CellArea& area,
                   const CellPlace& cell, const AttentionStack& stack);

}  // namespace lineament::views
