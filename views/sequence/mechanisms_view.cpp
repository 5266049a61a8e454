// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/sequence/mechanisms_view.h"

#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>

#include "views/sequence/matrix_menu.h"

namespace lineament::views {

namespace {

constexpr double kClick = 4;  // pixels that a press may move and still be a click

// How many matrices onwards an arrow key leads; 0: it is none.
int stepOf(int key) {
  if (key == Qt::Key_Right || key == Qt::Key_Down) return 1;
  return key == Qt::Key_Left || key == Qt::Key_Up ? -1 : 0;
}

}  // namespace

void MechanismsView::setOptions(const nlohmann::json& options) {
  PlotOf::setOptions(options);
  Q_EMIT captionChanged();
}

void MechanismsView::choose(const nlohmann::json& options) {
  setOptions(options);
  Q_EMIT optionsChanged();
}

void MechanismsView::focusOn(std::optional<std::size_t> matrix) {
  if (matrix == figure().focus()) return;
  fit();
  choose({{"focus", matrix ? nlohmann::json(*matrix) : nlohmann::json(nullptr)}});
}

void MechanismsView::mousePressEvent(QMouseEvent* event) {
  pressed_ = event->position();
  PlotOf::mousePressEvent(event);
}

void MechanismsView::mouseReleaseEvent(QMouseEvent* event) {
  PlotOf::mouseReleaseEvent(event);
  const bool click = (event->position() - pressed_).manhattanLength() <= kClick;
  if (figure().focus() || event->button() != Qt::LeftButton || !click) return;
  if (figure().matrixCount() < 2) return;
  const auto matrix = figure().matrixAt(figurePoint(event->position()), figureSize());
  if (matrix) focusOn(*matrix);
}

// With one matrix alone the arrows walk through all of them, and Escape goes back to all.
void MechanismsView::keyPressEvent(QKeyEvent* event) {
  const auto focus = figure().focus();
  if (focus && event->key() == Qt::Key_Escape) return focusOn(std::nullopt);
  const int step = stepOf(event->key());
  const std::size_t count = figure().matrixCount();
  if (!focus || step == 0 || count < 2) return PlotOf::keyPressEvent(event);
  focusOn((*focus + count + static_cast<std::size_t>(step)) % count);
}

void MechanismsView::contextMenuEvent(QContextMenuEvent* event) {
  QMenu menu(this);
  addMatrixActions(menu, options(), [this](const nlohmann::json& chosen) { choose(chosen); });
  if (figure().focus()) {
    menu.addSeparator();
    connect(menu.addAction(tr("All matrices")), &QAction::triggered, this,
            [this] { focusOn(std::nullopt); });
  }
  menu.exec(event->globalPos());
}

}  // namespace lineament::views
