// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/sequence/sequence_view.h"

#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QScrollArea>
#include <QVBoxLayout>
#include <cmath>

#include "views/sequence/matrix_menu.h"

namespace lineament::views {

SequencePanel::SequencePanel(QWidget* parent) : PlotOf(parent) {
  setAccessibleName(tr("Mechanisms side by side"));
}

void SequencePanel::setData(const Data& shown) {
  PlotOf::setData(shown);
  askForHeight();
}

void SequencePanel::setOptions(const nlohmann::json& options) {
  PlotOf::setOptions(options);
  askForHeight();
  Q_EMIT captionChanged();
}

void SequencePanel::fit() {
  choose({{"hidden", nlohmann::json::array()}, {"forward", nullptr}});
}

void SequencePanel::choose(const nlohmann::json& options) {
  setOptions(options);
  Q_EMIT optionsChanged();
}

void SequencePanel::toggle(std::size_t mechanism) {
  std::set<std::size_t> hidden = figure().look().hidden;
  if (hidden.erase(mechanism) == 0) hidden.insert(mechanism);
  choose({{"hidden", hidden}});
}

void SequencePanel::bringForward(std::optional<std::size_t> mechanism) {
  choose({{"forward", mechanism ? nlohmann::json(*mechanism) : nlohmann::json(nullptr)}});
}

// Through the mechanisms and once around, past the place where none is forward.
void SequencePanel::stepForward(int down) {
  const auto count = static_cast<int>(figure().mechanismCount());
  const auto& forward = figure().look().forward;
  const int now = forward ? static_cast<int>(*forward) : count;
  const int next = (now + down + count + 1) % (count + 1);
  bringForward(next == count ? std::nullopt : std::optional(static_cast<std::size_t>(next)));
}

void SequencePanel::askForHeight() {
  setMinimumHeight(
      static_cast<int>(std::ceil(figure().leastHeight(figureSize().width()) * kScreenScale)));
}

void SequencePanel::resizeEvent(QResizeEvent* event) {
  PlotOf::resizeEvent(event);
  askForHeight();
}

void SequencePanel::mousePressEvent(QMouseEvent* event) {
  const QPointF at = figurePoint(event->position());
  if (event->button() == Qt::LeftButton) {
    if (const auto entry = figure().entryAt(at, figureSize())) return toggle(*entry);
    if (const auto line = figure().lineAt(at, figureSize())) {
      return bringForward(figure().look().forward == line ? std::nullopt : line);
    }
  }
  PlotOf::mousePressEvent(event);
}

void SequencePanel::keyPressEvent(QKeyEvent* event) {
  const int key = event->key();
  if (key == Qt::Key_Up || key == Qt::Key_Down) return stepForward(key == Qt::Key_Up ? -1 : 1);
  const bool let_go = key == Qt::Key_Escape && selection().empty() && figure().look().forward;
  if (let_go) return bringForward(std::nullopt);
  PlotOf::keyPressEvent(event);
}

void SequencePanel::contextMenuEvent(QContextMenuEvent* event) {
  QMenu menu(this);
  addMatrixActions(menu, options(), [this](const nlohmann::json& chosen) { choose(chosen); });
  menu.addSeparator();
  connect(menu.addAction(tr("All mechanisms")), &QAction::triggered, this, [this] { fit(); });
  menu.exec(event->globalPos());
}

SequenceView::SequenceView(QWidget* parent) : View(parent), panel_(new SequencePanel) {
  auto* scroll = new QScrollArea(this);
  scroll->setWidget(panel_);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setFocusPolicy(Qt::NoFocus);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(scroll);
  setFocusProxy(panel_);
  connect(panel_, &View::selectionEdited, this, &View::selectionEdited);
  connect(panel_, &View::captionChanged, this, &View::captionChanged);
  connect(panel_, &View::optionsChanged, this, &View::optionsChanged);
}

void SequenceView::setBackground(Background& background) {
  View::setBackground(background);
  panel_->setBackground(background);
}

}  // namespace lineament::views
