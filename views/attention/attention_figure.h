// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <QFont>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "views/attention/arc_drawing.h"
#include "views/attention/attention_options.h"
#include "views/attention/head_grid.h"
#include "views/attention/head_thumbnails.h"
#include "views/attention/matrix_pane.h"
#include "views/attention/measure_maps.h"
#include "views/attention/token_profile.h"
#include "views/attention/token_strip.h"
#include "views/common/plot_figure.h"

namespace lineament::views {

// Attention of a network's heads: all of them small, one large with its tokens, links between
// tokens, the tokens as text, or a number for each head. What takes longer than a frame is handed
// in by whoever works it out in the background; prepare() works it out for a file. Figure id
// "attention"; options: AttentionOptions and "zoom".
class AttentionFigure : public Copied<AttentionFigure, PlotFigure> {
  Q_DECLARE_TR_FUNCTIONS(AttentionFigure)

 public:
  using Stack = std::shared_ptr<const AttentionStack>;

  QString id() const override { return QStringLiteral("attention"); }
  // Throws Error "data.kind" for another kind, "attention.shape" for lists that do not fit
  // together.
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  nlohmann::json options() const override;
  std::vector<std::int64_t> companions() const override;
  // One of other sizes is left out, and said in the caption.
  void setCompanion(std::int64_t id, const Data& data) override;
  void prepare(const Context& context) override;
  QSizeF naturalSize(double width) const override;
  QString caption() const override;

  void draw(const Drawing& drawing) const override;
  QRectF plotArea(const QSizeF& size) const override;
  Qt::Orientations zoomDirections() const override;
  QString textAt(const QPointF& at, const QSizeF& size) const override;
  std::optional<std::size_t> rowAt(const QPointF& at, const QSizeF& size) const override;
  std::string origin() const override { return origin_; }

  const AttentionStack& stack() const { return *stack_; }
  const Stack& sharedStack() const { return stack_; }
  const Stack& sharedOther() const { return other_; }  // null where there is none
  const AttentionOptions& look() const { return look_; }
  const ShownCells& cells() const { return cells_; }
  bool empty() const;
  // The chosen tokens; from the options where nothing is selected.
  std::vector<std::size_t> chosenTokens() const;
  std::optional<std::size_t> token() const;  // the first of them
  const HeadMeasure* measure() const;        // the chosen one
  const TokenMeasure* tokenMeasure() const;

  // What is worked out in the background. Of another choice than the present one it is not taken.
  void setThumbnails(std::shared_ptr<const HeadThumbnails> thumbnails);
  void setPlane(const MatrixChoice& choice, PlanePtr plane);
  void setTiles(std::vector<PlanePtr> tiles) { tiles_ = std::move(tiles); }
  // The level from which on tiles are no finer than the plane of all of the matrix, or, where that
  // has every weight, only samples.
  int tileLevels() const;
  void setProfile(std::shared_ptr<const TokenProfile> profile);
  void setLinks(std::shared_ptr<const LinkedTokens> links) { links_ = std::move(links); }
  void setProblem(const QString& problem) { problem_ = problem; }  // why there is nothing
  void setFocus(const std::optional<ArcFocus>& focus) { focus_ = focus; }
  const std::optional<ArcFocus>& focus() const { return focus_; }
  const PlanePtr& plane() const { return plane_; }
  const std::shared_ptr<const HeadThumbnails>& thumbnails() const { return thumbnails_; }
  const std::shared_ptr<const LinkedTokens>& links() const { return links_; }
  bool linksFit() const;     // they are of the tokens and heads that are chosen now
  bool profileFits() const;  // likewise; true where no token is chosen
  // Whether reading all weights of all heads, or of the chosen one, takes minutes: they are then
  // sampled until a person asks for all.
  bool manyInAll() const;
  bool manyInMatrix() const;
  bool needsThumbnails() const;  // drawn, or asked for the largest weight

  HeadGridContent gridContent() const;
  HeadGridLayout gridLayout(const QSizeF& size) const;
  MatrixPaneLayout paneLayout(const QSizeF& size) const;
  CellArea area() const { return areaOf(zoomWindow(), stack_->queries, stack_->keys); }
  std::optional<CellPlace> cellAt(const QPointF& at, const QSizeF& size) const;
  // The head that a place stands for among all of them.
  std::optional<HeadChoice> headAt(const QPointF& at, const QSizeF& size) const;
  std::optional<ArcFocus> arcTokenAt(const QPointF& at, const QSizeF& size) const;
  std::vector<std::size_t> linkedHeads() const;
  // Those of the strip of text.
  std::vector<float> stripValues() const;
  TokenStripContent stripContent(const std::vector<float>& values) const;
  const std::vector<std::string>& tokens() const;
  std::size_t tokenCount() const;
  QString stripTitle() const;

 private:
  MeasureMapsContent measuresContent() const;
  ArcLayout arcLayout(const QSizeF& size) const;
  WeightColours colours(double largest, bool negative, bool dark) const;
  double labelWidth(std::uint64_t first, std::uint64_t count, const QFont& font) const;
  void choiceChanged();
  QString headFacts() const;
  QString differenceText() const;  // "minus layer 1 · head 2"
  QString cellText(const CellPlace& cell) const;
  QString headText(const HeadChoice& head) const;
  QStringList reductions() const;
  bool sparse() const;  // the matrix has zeros of its own where a query may attend
  QString keptText() const;
  double largestInRange() const;
  std::vector<PlanePtr> shownTiles() const;  // no samples over a plane that has every weight

  void drawGrid(const Drawing& drawing) const;
  void drawMatrix(const Drawing& drawing) const;
  void drawLinks(const Drawing& drawing) const;
  void drawText(const Drawing& drawing) const;
  void drawSentence(const Drawing& drawing, const QString& sentence) const;
  void drawAbsence(const Drawing& drawing, const QString& doing) const;

  Stack stack_ = std::make_shared<const AttentionStack>();
  Stack other_;
  bool other_unfit_ = false;
  std::string origin_;
  AttentionOptions look_;
  ShownCells cells_{stack_, {}};
  std::shared_ptr<const HeadThumbnails> thumbnails_;
  PlanePtr plane_;               // of all of the matrix
  std::vector<PlanePtr> tiles_;  // finer ones of what is seen
  std::shared_ptr<const TokenProfile> profile_;
  std::shared_ptr<const LinkedTokens> links_;
  std::optional<ArcFocus> focus_;
  QString problem_;
  double label_width_ = 0;  // of all tokens
};

}  // namespace lineament::views
