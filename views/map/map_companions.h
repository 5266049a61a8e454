// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <set>

#include "views/common/figure.h"
#include "views/common/surroundings.h"

namespace lineament::views {

// Loads what a figure of a map is to show with its own data, each once.
class MapCompanions : public QObject {
  Q_OBJECT

 public:
  using QObject::QObject;

  // What the figure lacks of it; nothing without surroundings, which must outlive this.
  void load(const Figure& figure, Surroundings* surroundings);
  void forget() { loading_.clear(); }  // the figure has other data

 Q_SIGNALS:
  void loaded(qint64 id, const lineament::Data& data);

 private:
  std::set<std::int64_t> loading_;  // on their way
};

}  // namespace lineament::views
