// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/figures/view_catalogue.h"

#include <QCoreApplication>
#include <vector>

#include "core/base/error.h"
#include "views/cloud/cloud_view.h"
#include "views/explanation/bar_view.h"
#include "views/explanation/beeswarm_view.h"
#include "views/explanation/waterfall_view.h"
#include "views/sequence/mechanisms_view.h"
#include "views/series/series_view.h"
#include "views/table/table_view.h"

namespace lineament::app {

namespace {

constexpr ErrorText kNoView{"figure.no_view", "Draw a figure with the view '{view}'",
                            "there is no view of that name", "", "Choose from {names}"};

struct Words {
  Q_DECLARE_TR_FUNCTIONS(Views)
};

struct Entry {
  const char* id;
  const char* title;
  Kind shows;
  std::unique_ptr<views::View> (*make)();
};

template <class T>
std::unique_ptr<views::View> made() {
  return std::make_unique<T>();
}

// The best view of a kind first.
const std::vector<Entry>& entries() {
  static const std::vector<Entry> all = {
      {"table", QT_TRANSLATE_NOOP("Views", "Table"), Kind::table, made<views::TableView>},
      {"series", QT_TRANSLATE_NOOP("Views", "Curves"), Kind::series, made<views::SeriesView>},
      {"beeswarm", QT_TRANSLATE_NOOP("Views", "Beeswarm"), Kind::explanation,
       made<views::BeeswarmView>},
      {"bar", QT_TRANSLATE_NOOP("Views", "Importance"), Kind::explanation, made<views::BarView>},
      {"waterfall", QT_TRANSLATE_NOOP("Views", "Waterfall"), Kind::explanation,
       made<views::WaterfallView>},
      {"mechanisms", QT_TRANSLATE_NOOP("Views", "Attention matrices"), Kind::attention,
       made<views::MechanismsView>},
      {"cloud", QT_TRANSLATE_NOOP("Views", "Points"), Kind::points, made<views::CloudView>},
  };
  return all;
}

const Entry* findEntry(const QString& id) {
  for (const Entry& entry : entries()) {
    if (id == QLatin1String(entry.id)) return &entry;
  }
  return nullptr;
}

}  // namespace

std::unique_ptr<views::View> makeView(const QString& id) {
  if (const Entry* entry = findEntry(id)) return entry->make();
  QStringList names;
  for (const Entry& entry : entries()) names << QString::fromLatin1(entry.id);
  throw Error::usage(kNoView, {{"view", id.toStdString()},
                               {"names", names.join(QStringLiteral(", ")).toStdString()}});
}

QStringList viewsFor(Kind kind) {
  QStringList ids;
  for (const Entry& entry : entries()) {
    if (entry.shows == kind) ids << QString::fromLatin1(entry.id);
  }
  return ids;
}

QString viewTitle(const QString& id) {
  const Entry* entry = findEntry(id);
  return entry ? Words::tr(entry->title) : id;
}

}  // namespace lineament::app
