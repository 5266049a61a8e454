// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QTimer>
#include <memory>
#include <optional>

#include "views/attention/attention_figure.h"
#include "views/attention/latest_job.h"
#include "views/attention/weight_tiles.h"
#include "views/common/plot_view.h"

namespace lineament::views {

// The figure on the screen, and the background work it asks for: thumbnails, the overview of a
// matrix from a sample of its queries first, tiles of what is zoomed into, links, a token's row and
// column. A click among the heads opens one; arrows step through the heads, in a matrix that is
// zoomed into they pan and Ctrl or Page up and down step; Escape lets a token go, then goes back to
// all heads. With links the wheel moves along the tokens.
class AttentionPlot : public PlotOf<AttentionFigure> {
  Q_OBJECT

 public:
  explicit AttentionPlot(QWidget* parent = nullptr);

  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  void setSelection(const Selection& selection) override;
  void setCompanion(std::int64_t id, const Data& data);
  void fit() override;

  // As a person chooses: the same, and said by optionsChanged.
  void choose(const nlohmann::json& options);
  void chooseToken(std::optional<std::size_t> token);  // selected, in all views of the origin
  bool complete() const;                               // nothing finer is to come
  // Where reading every weight takes minutes, or has been cancelled, what is shown stays a sample
  // until a person asks for all: whether that can be asked for now, is going on, and how it is
  // begun and ended.
  bool offersAll() const;
  bool readsAll() const;
  void readAll();
  void stopReadingAll();
  const WeightTiles& tiles() const { return tiles_; }

 Q_SIGNALS:
  void workDone();  // something has come from the background

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  void ask();  // for whatever is missing
  void askForThumbnails();
  void leaveThumbnails();
  void stopReadingHeads();
  void askForPlane();
  using Reducing = ReducedPlane (*)(const ShownCells& cells, const Context& context);
  void askForOverview(LatestJob& job, Reducing reducing);
  void askForTiles();
  void askForProfile();
  void askForLinks();
  void came();
  bool told(const Outcome<Nothing>& outcome);
  void stepHead(int right, int down);
  void moveLinks(std::int64_t tokens);
  void hoverToken(const QPointF& at);

  LatestJob thumbnails_job_, plane_job_, profile_job_, links_job_;
  LatestJob reading_heads_, reading_matrix_;  // every weight, which is only read when asked for
  std::shared_ptr<ThumbnailMaker> maker_;
  HiddenKeys made_hidden_ = HiddenKeys::none;  // of what it makes
  bool thumbnails_settled_ = false;            // no more of them are made unasked
  QTimer poll_;                                // takes thumbnails over while they are made
  QElapsedTimer polled_;
  std::optional<MatrixChoice> plane_of_, tiles_of_;
  std::shared_ptr<const AttentionStack> tiles_stack_;
  WeightTiles tiles_;
  QPointF pressed_;
  std::optional<HeadChoice> pressed_head_;
  std::optional<QPointF> pointer_;
};

}  // namespace lineament::views
