// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QObject>
#include <QString>
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "core/base/json.h"
#include "core/data/data.h"

namespace lineament::views {

// What else there is in the project beside the data that a view shows, for views that show two
// things of the same place together. The app answers it.
class Surroundings : public QObject {
  Q_OBJECT

 public:
  struct Item {
    std::int64_t id = 0;
    QString name;
    std::string origin;      // of its data, by which a view knows its own
    nlohmann::json summary;  // see summaryOf in core/data/data.h
  };
  using Listed = std::function<void(const QList<Item>&)>;
  using Loaded = std::function<void(const Data&)>;
  // Longitude and latitude on WGS 84, in degrees, of coordinates of a system. For one thread at a
  // time.
  using ToDegrees = std::function<std::optional<std::array<double, 2>>(double x, double y)>;

  using QObject::QObject;

  // Sources and results of a kind, and the data of one, a vector layer in that system as
  // Figure::companionSystem() says. Files may have to be opened for them, in jobs: then the answer
  // comes later, unless `receiver` is gone by then; no answer where a file cannot be read.
  virtual void list(Kind kind, QObject* receiver, Listed listed) = 0;
  virtual void load(std::int64_t id, const Crs& system, QObject* receiver, Loaded loaded) = 0;

  // Finds it out, which may take as long as a file takes to open: on any thread, and also when
  // these surroundings have gone.
  virtual std::function<ToDegrees()> toDegrees(const Crs& crs) const = 0;

 Q_SIGNALS:
  void changed();  // items have come, gone or been renamed
};

}  // namespace lineament::views
