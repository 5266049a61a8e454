// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QApplication>
#include <QComboBox>
#include <QMenu>
#include <QMouseEvent>
#include <QTimer>
#include <QWheelEvent>
#include <QtTest>

#include "views/common/plot_view.h"
#include "views/map/map_view.h"

namespace lineament::views::testing {

// A project of a few rasters and vector layers, all of which are here as they are.
class FewRasters : public Surroundings {
 public:
  explicit FewRasters(const std::vector<std::pair<QString, Raster>>& rasters) {
    for (std::size_t i = 0; i < rasters.size(); ++i) {
      const auto id = static_cast<std::int64_t>(i) + 1;
      data_.push_back(Data(rasters[i].second, std::to_string(id)));
      items_.append({id, rasters[i].first, std::to_string(id), summaryOf(data_.back())});
    }
  }
  const Data& data(std::int64_t id) const { return data_[static_cast<std::size_t>(id) - 1]; }

  void add(const QString& name, const Features& layer) {
    const auto id = static_cast<std::int64_t>(data_.size()) + 1;
    data_.push_back(Data(layer, std::to_string(id)));
    items_.append({id, name, std::to_string(id), summaryOf(data_.back())});
  }

  void list(Kind kind, QObject*, Listed listed) override {
    QList<Item> found;
    for (const Item& item : items_) {
      if (data(item.id).kind() == kind) found << item;
    }
    listed(found);
  }
  void load(std::int64_t id, const Crs&, QObject*, Loaded loaded) override { loaded(data(id)); }
  std::function<ToDegrees()> toDegrees(const Crs&) const override {
    return [] {
      return [](double x, double y) {
        return std::array<double, 2>{51 + (x - 500'000) / 1e5, y / 1.1e5};
      };
    };
  }

 private:
  QList<Item> items_;
  std::vector<Data> data_;
};

// A map on the screen, and a hand on it.
struct Shown {
  static constexpr double kScale = PlotView::kScreenScale;
  MapView view;

  explicit Shown(const Data& data, const QSize& size = {900, 640},
                 Surroundings* surroundings = nullptr) {
    view.resize(size);
    view.setSurroundings(surroundings);
    view.setData(data);
    view.show();
  }
  explicit Shown(const Raster& raster, const QSize& size = {900, 640})
      : Shown(Data(raster), size) {}

  bool ready() const { return view.canvas().complete(); }
  QComboBox* box(const char* title) const {
    for (QComboBox* one : view.findChildren<QComboBox*>()) {
      if (one->accessibleName() == QLatin1String(title)) return one;
    }
    return nullptr;
  }
  void choose(const char* title, const QString& entry) const {
    QComboBox* one = box(title);
    one->setCurrentIndex(one->findText(entry));
    Q_EMIT one->activated(one->currentIndex());
  }
  // Where a pixel's middle lies on the canvas.
  QPoint place(double column, double row) const {
    const QPointF at = view.canvas().camera().fromPixel().map(QPointF(column + 0.5, row + 0.5));
    return (at * kScale).toPoint();
  }
  void wheel(const QPoint& at, int notches) {
    QWheelEvent event(QPointF(at), view.canvas().mapToGlobal(QPointF(at)), {}, {0, 120 * notches},
                      Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
    QApplication::sendEvent(&view.canvas(), &event);
  }
  void send(QEvent::Type type, const QPoint& at, Qt::MouseButton button, Qt::MouseButtons held) {
    QMouseEvent event(type, QPointF(at), view.canvas().mapToGlobal(QPointF(at)), button, held,
                      Qt::NoModifier);
    QApplication::sendEvent(&view.canvas(), &event);
  }
  void point(const QPoint& at) { send(QEvent::MouseMove, at, Qt::NoButton, Qt::NoButton); }
  void drag(const QPoint& from, const QPoint& to, Qt::MouseButton button = Qt::LeftButton) {
    send(QEvent::MouseButtonPress, from, button, button);
    send(QEvent::MouseMove, (from + to) / 2, Qt::NoButton, button);
    send(QEvent::MouseMove, to, Qt::NoButton, button);
    send(QEvent::MouseButtonRelease, to, button, Qt::NoButton);
  }
  QColor colourOn(const QPoint& at) { return view.canvas().grab().toImage().pixelColor(at); }
  QColor colourAt(double column, double row) { return colourOn(place(column, row)); }

  // The middle of a legend's entry.
  QPoint entry(std::int64_t value) const {
    const MapCanvas& canvas = view.canvas();
    return (canvas.figure().legendNameOf(value, canvas.figureSize()).center() * kScale).toPoint();
  }
  // Asks for the menu there and triggers what is on that path of it. Returns the titles it had.
  QStringList pick(const QPoint& at, const QStringList& path) {
    QStringList titles;
    QTimer::singleShot(0, &view, [&titles, path] {
      auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
      if (!menu) return;
      QMenu* level = menu;
      for (const QString& wanted : path) {
        QAction* found = nullptr;
        for (QAction* action : level->actions()) {
          if (level == menu) titles << action->text();
          if (action->text() == wanted) found = action;
        }
        if (!found) break;
        found->menu() ? void(level = found->menu()) : found->trigger();
      }
      menu->close();
    });
    send(QEvent::MouseButtonPress, at, Qt::RightButton, Qt::RightButton);
    send(QEvent::MouseButtonRelease, at, Qt::RightButton, Qt::NoButton);
    return titles;
  }
};

}  // namespace lineament::views::testing
