// SPDX-License-Identifier: GPL-3.0-or-later
// What the hand does in a cloud: orbiting, panning, zooming, picking and the lasso.
#include <QApplication>
#include <QContextMenuEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QToolTip>
#include <cmath>
#include <memory>
#include <utility>

#include "views/cloud/cloud_view.h"
#include "views/cloud/point_search.h"
#include "views/common/vtk/vtk_widget.h"

namespace lineament::views {

namespace {

constexpr std::size_t kHoverPoints = 1'000'000;  // beyond these a frame is too short to look at all
constexpr double kReach = 6;                     // pixels from the pointer

}  // namespace

std::optional<std::size_t> CloudView::pointAt(const QPointF& pixel, double reach) const {
  return pointNear(cloud(), figure_.camera().projection(QSizeF(size())), pixel, reach, {});
}

// A large cloud is looked through in a job; what is chosen meanwhile calls it off.
void CloudView::look(Look look, Qt::KeyboardModifiers modifiers) {
  if (looking_) std::exchange(looking_, nullptr)();
  if (cloud().points() <= kHoverPoints) return choose(look({}), modifiers);
  const auto found = std::make_shared<std::vector<std::size_t>>();
  looking_ = background().start(
      tr("Choose points"),
      [look = std::move(look), found](const Context& context) { *found = look(context); }, this,
      [this, found, modifiers](const Outcome<Nothing>& outcome) {
        if (errorOf(outcome) || !valueOf(outcome)) return;
        looking_ = nullptr;
        choose(std::move(*found), modifiers);
      });
}

void CloudView::lookAt(const QPointF& pixel, Qt::KeyboardModifiers modifiers) {
  look(
      [cloud = cloud(), projection = figure_.camera().projection(QSizeF(size())),
       pixel](const Context& context) {
        const auto point = pointNear(cloud, projection, pixel, kReach, context);
        return point ? std::vector{*point} : std::vector<std::size_t>();
      },
      modifiers);
}

void CloudView::lookInside(const QPolygonF& lasso, Qt::KeyboardModifiers modifiers) {
  look([cloud = cloud(), projection = figure_.camera().projection(QSizeF(size())),
        lasso](const Context& context) { return pointsInside(cloud, projection, lasso, context); },
       modifiers);
}

void CloudView::choose(std::vector<std::size_t> points, Qt::KeyboardModifiers modifiers) {
  Selection chosen(figure_.origin(), std::move(points));
  if (modifiers & Qt::ShiftModifier) {
    chosen = chosen.added(selection());
  } else if (modifiers & Qt::ControlModifier) {
    chosen = chosen.toggled(selection());
  }
  setSelection(chosen);
  Q_EMIT selectionEdited(chosen);
}

void CloudView::mousePressEvent(QMouseEvent* event) {
  pressed_at_ = last_at_ = event->position();
  const bool left = event->button() == Qt::LeftButton;
  if (left && (event->modifiers() & Qt::AltModifier)) {
    drag_ = Drag::lasso;
    lasso_ = {pressed_at_};
  } else {
    drag_ = left ? Drag::press : Drag::pan;
  }
}

void CloudView::mouseMoveEvent(QMouseEvent* event) {
  const QPointF moved = event->position() - last_at_;
  const bool far =
      (event->position() - pressed_at_).manhattanLength() >= QApplication::startDragDistance();
  if (drag_ == Drag::press && far) drag_ = Drag::orbit;
  switch (drag_) {
    case Drag::none:
      showHover(event->position(), event->globalPosition().toPoint());
      return;
    case Drag::press:
      return;
    case Drag::orbit:
      figure_.camera().orbit(moved);
      break;
    case Drag::pan:
      figure_.camera().pan(moved, QSizeF(size()));
      break;
    case Drag::lasso:
      lasso_.append(event->position());
      overlay_ ? overlay_->update() : update();
      return;
  }
  last_at_ = event->position();
  redraw();
}

void CloudView::mouseReleaseEvent(QMouseEvent* event) {
  const Drag ended = std::exchange(drag_, Drag::none);
  if (ended == Drag::lasso) {
    lookInside(std::exchange(lasso_, {}), event->modifiers() & ~Qt::AltModifier);
  } else if (ended == Drag::press) {
    lookAt(event->position(), event->modifiers());
  } else if (ended == Drag::orbit || ended == Drag::pan) {
    Q_EMIT optionsChanged();
  }
}

void CloudView::mouseDoubleClickEvent(QMouseEvent*) {
  drag_ = Drag::none;
  fit();
}

void CloudView::wheelEvent(QWheelEvent* event) {
  const double notches = event->angleDelta().y() / 120.0;
  figure_.camera().zoomAbout(std::pow(1.2, notches), event->position(), QSizeF(size()));
  redraw();
}

void CloudView::keyPressEvent(QKeyEvent* event) {
  constexpr double kStep = 15;  // pixels of dragging
  switch (event->key()) {
    case Qt::Key_Left:
      figure_.camera().orbit({-kStep, 0});
      break;
    case Qt::Key_Right:
      figure_.camera().orbit({kStep, 0});
      break;
    case Qt::Key_Up:
      figure_.camera().orbit({0, kStep});
      break;
    case Qt::Key_Down:
      figure_.camera().orbit({0, -kStep});
      break;
    case Qt::Key_Plus:
    case Qt::Key_Minus:
      figure_.camera().zoomAbout(event->key() == Qt::Key_Plus ? 1.2 : 1 / 1.2,
                                 QPointF(width() / 2.0, height() / 2.0), QSizeF(size()));
      break;
    case Qt::Key_Home:
      fit();
      return;
    case Qt::Key_Escape:
      lasso_.clear();
      drag_ = Drag::none;
      choose({}, Qt::NoModifier);
      return;
    default:
      View::keyPressEvent(event);
      return;
  }
  redraw();
}

void CloudView::contextMenuEvent(QContextMenuEvent* event) {
  // The right button pans: its menu opens only where it was not dragged.
  const QPointF from = pressed_at_ - QPointF(event->pos());
  if (event->reason() == QContextMenuEvent::Mouse && from.manhattanLength() > 4) return;
  drag_ = Drag::none;
  QMenu menu(this);
  QMenu* colours = menu.addMenu(tr("Colour by"));
  for (const QString& quantity : quantitiesOf(cloud())) {
    QAction* action = colours->addAction(quantity);
    action->setCheckable(true);
    action->setChecked(quantity == figure_.colouring().quantity);
    connect(action, &QAction::triggered, this, [this, quantity] {
      setOptions({{"colour_by", quantity.toStdString()}});
      Q_EMIT optionsChanged();
    });
  }
  QMenu* sizes = menu.addMenu(tr("Point size"));
  for (const int pixels : {1, 2, 3, 4, 6}) {
    QAction* action = sizes->addAction(tr("%1 px").arg(pixels));
    action->setCheckable(true);
    action->setChecked(pixels == static_cast<int>(figure_.pointSize()));
    connect(action, &QAction::triggered, this, [this, pixels] {
      setOptions({{"point_size", pixels}});
      Q_EMIT optionsChanged();
    });
  }
  menu.addAction(tr("Fit to the points"), this, &CloudView::fit);
  menu.exec(event->globalPos());
}

void CloudView::showHover(const QPointF& pixel, const QPoint& global) {
  if (cloud().points() > kHoverPoints) return;
  const auto point = pointAt(pixel);
  if (point) {
    QToolTip::showText(global, figure_.describe(*point), this);
  } else {
    QToolTip::hideText();
  }
}

}  // namespace lineament::views
