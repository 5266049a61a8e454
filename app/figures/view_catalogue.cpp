// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/figures/view_catalogue.h"

#include <QCoreApplication>
#include <algorithm>
#include <vector>

#include "core/base/error.h"
#include "views/attention/attention_view.h"
#include "views/attention/lens_figure.h"
#include "views/checkpoint/checkpoint_view.h"
#include "views/cloud/cloud_view.h"
#include "views/common/plot_view.h"
#include "views/explanation/bar_figure.h"
#include "views/explanation/beeswarm_figure.h"
#include "views/explanation/waterfall_figure.h"
#include "views/map/band_scatter_view.h"
#include "views/map/map_sheet_view.h"
#include "views/map/map_view.h"
#include "views/model/model_view.h"
#include "views/note/note_view.h"
#include "views/sequence/mechanisms_view.h"
#include "views/sequence/sequence_view.h"
#include "views/series/panels_figure.h"
#include "views/series/series_figure.h"
#include "views/table/table_view.h"
#include "views/tensor/tensor_view.h"

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
  std::vector<Kind> shows;
  std::unique_ptr<views::Figure> (*figure)();
  std::unique_ptr<views::View> (*view)();
};

template <class Figure, class View>
Entry entry(const char* id, const char* title, std::vector<Kind> shows) {
  return {id, title, std::move(shows),
          []() -> std::unique_ptr<views::Figure> { return std::make_unique<Figure>(); },
          []() -> std::unique_ptr<views::View> { return std::make_unique<View>(); }};
}

template <class Figure>
Entry plot(const char* id, const char* title, std::vector<Kind> shows) {
  return entry<Figure, views::PlotOf<Figure>>(id, title, std::move(shows));
}

// The best view of a kind first.
const std::vector<Entry>& entries() {
  using namespace views;
  static const std::vector<Entry> all = {
      entry<TableFigure, TableView>("table", QT_TRANSLATE_NOOP("Views", "Table"),
                                    {Kind::table, Kind::features}),
      plot<SeriesFigure>("series", QT_TRANSLATE_NOOP("Views", "Curves"), {Kind::series}),
      plot<PanelsFigure>("panels", QT_TRANSLATE_NOOP("Views", "Curves side by side"),
                         {Kind::series}),
      plot<BeeswarmFigure>("beeswarm", QT_TRANSLATE_NOOP("Views", "Beeswarm"), {Kind::explanation}),
      plot<BarFigure>("bar", QT_TRANSLATE_NOOP("Views", "Importance"), {Kind::explanation}),
      plot<WaterfallFigure>("waterfall", QT_TRANSLATE_NOOP("Views", "Waterfall"),
                            {Kind::explanation}),
      entry<AttentionFigure, AttentionView>("attention", QT_TRANSLATE_NOOP("Views", "Attention"),
                                            {Kind::attention}),
      // Of one table alone, which figures name.
      plot<LensFigure>("lens", QT_TRANSLATE_NOOP("Views", "Logit lens"), {}),
      entry<MechanismsFigure, MechanismsView>(
          "mechanisms", QT_TRANSLATE_NOOP("Views", "Attention matrices"), {Kind::attention}),
      entry<SequenceFigure, SequenceView>(
          "sequence", QT_TRANSLATE_NOOP("Views", "Mechanisms side by side"), {Kind::comparison}),
      entry<CloudFigure, CloudView>("cloud", QT_TRANSLATE_NOOP("Views", "Points"), {Kind::points}),
      entry<ModelFigure, ModelView>("model", QT_TRANSLATE_NOOP("Views", "Model"), {Kind::model}),
      entry<CheckpointFigure, CheckpointView>("checkpoint", QT_TRANSLATE_NOOP("Views", "Tensors"),
                                              {Kind::checkpoint}),
      entry<TensorFigure, TensorView>("tensor", QT_TRANSLATE_NOOP("Views", "Values"),
                                      {Kind::tensor}),
      entry<MapFigure, MapView>("map", QT_TRANSLATE_NOOP("Views", "Map"),
                                {Kind::raster, Kind::features}),
      entry<MapSheet, MapSheetView>("sheet", QT_TRANSLATE_NOOP("Views", "Printed sheet"),
                                    {Kind::raster, Kind::features}),
      entry<BandScatter, BandScatterView>("band-scatter", QT_TRANSLATE_NOOP("Views", "Two bands"),
                                          {Kind::raster}),
      entry<NoteFigure, NoteView>("note", QT_TRANSLATE_NOOP("Views", "Note"), {Kind::note}),
  };
  return all;
}

const Entry* findEntry(const QString& id) {
  for (const Entry& entry : entries()) {
    if (id == QLatin1String(entry.id)) return &entry;
  }
  return nullptr;
}

const Entry& requireEntry(const QString& id) {
  if (const Entry* entry = findEntry(id)) return *entry;
  QStringList names;
  for (const Entry& entry : entries()) names << QString::fromLatin1(entry.id);
  throw Error::usage(kNoView, {{"view", id.toStdString()},
                               {"names", names.join(QStringLiteral(", ")).toStdString()}});
}

}  // namespace

std::unique_ptr<views::View> makeView(const QString& id) {
  return requireEntry(id).view();
}

std::unique_ptr<views::Figure> makeFigure(const QString& id) {
  return requireEntry(id).figure();
}

QStringList viewsFor(Kind kind) {
  QStringList ids;
  for (const Entry& entry : entries()) {
    if (std::ranges::find(entry.shows, kind) != entry.shows.end())
      ids << QString::fromLatin1(entry.id);
  }
  return ids;
}

QString viewTitle(const QString& id) {
  const Entry* entry = findEntry(id);
  return entry ? Words::tr(entry->title) : id;
}

}  // namespace lineament::app
