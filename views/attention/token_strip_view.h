// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QScrollArea>
#include <memory>
#include <optional>
#include <vector>

#include "views/attention/attention_figure.h"
#include "views/attention/latest_job.h"

namespace lineament::views {

// The text of a stack's tokens in colours, to be scrolled. A click chooses a token.
class TokenStrip : public QWidget {
  Q_OBJECT

 public:
  explicit TokenStrip(QWidget* parent = nullptr);

  void show(const AttentionFigure& figure);
  void setBackground(Background& background) { background_ = &background; }
  QRectF placeOf(std::size_t token) const;  // of the widget; empty before the text is laid out
  const std::vector<float>& values() const { return values_; }

 Q_SIGNALS:
  void tokenClicked(std::size_t token);
  void laidOut();  // a long text, later than it was shown or resized

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;

 private:
  void measure();  // another text
  void layOut();   // in another width
  void layOutLater();
  void take(TokenStripLayout layout);
  std::optional<std::size_t> under(const QPointF& at) const;

  std::shared_ptr<AttentionFigure> figure_ = std::make_shared<AttentionFigure>();
  std::vector<float> values_;
  std::shared_ptr<const std::vector<float>> widths_;  // of the texts; null: not known yet
  Background* background_ = &pooledBackground();
  LatestJob laying_out_;
  TokenStripLayout layout_;
  std::optional<std::size_t> hovered_;
};

}  // namespace lineament::views
