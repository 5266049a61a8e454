// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <QString>
#include <vector>

#include "views/common/axis_scale.h"
#include "views/common/plot_figure.h"

namespace lineament::views {

// The logit lens: what every layer of a network alone would have said after each token
// (nostalgebraist 2020, Interpreting GPT: the logit lens). Tokens from left to right, the layers
// upwards from the embedding; a cell names the likeliest next token in the colour of its
// probability, and is framed where that is the token that came. Shows the table "lens" of
// text.attention. Figure id "lens".
class LensFigure : public Copied<LensFigure, PlotFigure> {
  Q_DECLARE_TR_FUNCTIONS(LensFigure)

 public:
  QString id() const override { return QStringLiteral("lens"); }
  // Throws Error "lens.columns" for another table.
  void setData(const Data& data) override;
  QSizeF naturalSize(double width) const override;
  QString caption() const override;

  void draw(const Drawing& drawing) const override;
  QRectF plotArea(const QSizeF& size) const override;
  Qt::Orientations zoomDirections() const override { return Qt::Horizontal; }
  QString textAt(const QPointF& at, const QSizeF& size) const override;

  std::size_t layers() const { return layers_.size(); }
  std::size_t tokens() const { return tokens_.size(); }

 private:
  struct Cell {
    QString likeliest;
    double probability = 0;
    double surprisal = 0;  // of the token that came, bits; NaN behind the last one
    double rank = 0;       // of it, from 1
  };
  const Cell& cell(std::size_t layer, std::size_t token) const {
    return cells_[layer * tokens_.size() + token];
  }
  AxisScale tokenScale(const QRectF& plot) const;  // token i from i to i + 1
  void drawCell(const Drawing& drawing, const QRectF& place, const Cell& cell) const;

  QStringList layers_;  // the embedding first
  QStringList tokens_;
  std::vector<Cell> cells_;  // [layer, token]
};

}  // namespace lineament::views
