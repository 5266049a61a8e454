// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/map_view.h"

#include <QAction>
#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QSplitter>
#include <QVBoxLayout>
#include <cmath>

#include "views/map/map_backgrounds.h"

namespace lineament::views {

namespace {

// How bands become colours, as the box above the map lists them.
struct Way {
  QString title;
  QString id;
  std::optional<Composite> composite;
};

std::vector<Way> waysFor(const Raster& raster) {
  std::vector<Way> ways;
  const auto add = [&](const QString& title, const char* id, Composite composite) {
    if (bandsOf(raster, composite)) ways.push_back({title, QString::fromLatin1(id), composite});
  };
  add(MapView::tr("True colour"), "true", Composite::trueColour);
  add(MapView::tr("False colour: NIR, red, green"), "false", Composite::falseColour);
  add(MapView::tr("Short wave: SWIR 2, SWIR 1, red"), "swir", Composite::shortWave);
  if (raster.bands().size() >= 3) {
    ways.push_back({MapView::tr("Three bands"), QStringLiteral("three"), std::nullopt});
  }
  ways.push_back({MapView::tr("One band in grey"), QStringLiteral("grey"), std::nullopt});
  ways.push_back({MapView::tr("One band in colours"), QStringLiteral("colour"), std::nullopt});
  return ways;
}

struct StretchName {
  StretchKind kind;
  QString title;
};

std::vector<StretchName> stretchNames() {
  return {{StretchKind::percentile, MapView::tr("2 to 98 %")},
          {StretchKind::extremes, MapView::tr("all values")},
          {StretchKind::deviation, MapView::tr("2 standard deviations")}};
}

nlohmann::json bandNames(const Raster& raster, const BandChoice& bands) {
  nlohmann::json names = nlohmann::json::array();
  for (const std::size_t band : bands) names.push_back(bandKey(raster, band));
  return names;
}

}  // namespace

MapView::MapView(QWidget* parent) : View(parent) {
  canvas_ = new MapCanvas(this);
  classes_ = new ClassEditor(*canvas_);
  profile_ = new SpectralProfile(this);
  profile_->setVisible(false);
  spectra_ = new ClassSpectra([this]() -> Background& { return background(); }, this);
  layers_ = new MapLayersBar(this);
  companions_ = new MapCompanions(this);
  connect(companions_, &MapCompanions::loaded, this, &MapView::companionLoaded);
  makeBar();
  auto* split = new QSplitter(Qt::Vertical, this);
  split->addWidget(canvas_);
  split->addWidget(profile_);
  split->setStretchFactor(0, 3);
  split->setStretchFactor(1, 1);
  split->setCollapsible(0, false);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(bar_);
  column->addWidget(layers_);
  column->addWidget(split, 1);
  setFocusProxy(canvas_);
  makeActions();
  connectCanvas();
  connectLayers();
}

void MapView::connectCanvas() {
  connect(canvas_, &View::captionChanged, this, &View::captionChanged);
  connect(canvas_, &View::optionsChanged, this, &View::optionsChanged);
  connect(canvas_, &View::edited, this, &View::edited);
  connect(canvas_, &MapCanvas::placeRead, this, &MapView::addPlace);
  connect(canvas_, &MapCanvas::featureClicked, this, &MapView::addArea);
  connect(canvas_, &MapCanvas::featureClicked, this, &MapView::chooseFeature);
  connect(canvas_, &MapCanvas::letGo, this, &MapView::letGo);
  connect(canvas_, &MapCanvas::menuWanted, this, &MapView::showMenu);
  connect(canvas_, &MapCanvas::classMenuWanted, this, [this](const QPoint& global, qint64 value) {
    QMenu menu(this);
    classes_->fillMenu(menu, value);
    menu.exec(global);
  });
  connect(classes_, &ClassEditor::wanted, this,
          [this](const QString& what, const ClassEdits& edits) {
            choose({{"classes", edits.toJson()}}, what, true);
          });
  connect(spectra_, &ClassSpectra::changed, this,
          [this] { profile_->setClasses(spectra_->known(figure())); });
}

void MapView::connectLayers() {
  connect(layers_, &MapLayersBar::backgroundChosen, this, &MapView::backgroundChosen);
  connect(layers_, &MapLayersBar::arrangementChosen, this, [this](MapArrangement arrangement) {
    choose({{"arrangement", name(arrangement)}}, tr("Arrange the map"), true);
  });
  connect(layers_, &MapLayersBar::opacityMoved, this, [this](double opacity) {
    canvas_->setOptions({{"opacity", opacity}});
    Q_EMIT optionsChanged();
  });
  connect(layers_, &MapLayersBar::opacitySettled, this,
          [this] { Q_EMIT edited(tr("Change the opacity"), true); });
  connect(layers_, &MapLayersBar::layersChosen, this, &MapView::layersChosen);
  connect(layers_, &MapLayersBar::layerFillChosen, this, [this](double fill) {
    choose({{"layer_fill", fill}}, tr("Change the opacity of areas"), true);
  });
}

QComboBox* MapView::addBox(const QString& title, const QString& tip) {
  auto* box = new QComboBox(bar_);
  box->setAccessibleName(title);
  box->setToolTip(tip);
  box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
  bar_->layout()->addWidget(box);
  return box;
}

void MapView::makeBar() {
  bar_ = new QWidget(this);
  auto* line = new QHBoxLayout(bar_);
  line->setContentsMargins(12, 4, 12, 4);
  line->setSpacing(8);
  composite_ = addBox(tr("Colours"), tr("How bands become colours"));
  for (const QString& channel : {tr("Red"), tr("Green"), tr("Blue")}) {
    bands_ << addBox(channel, tr("The band shown as %1").arg(channel.toLower()));
    connect(bands_.last(), &QComboBox::activated, this, &MapView::bandsChosen);
  }
  line->addStretch(1);
  auto* label = new QLabel(tr("Stretch over"), bar_);
  line->addWidget(label);
  stretch_ =
      addBox(tr("Stretch over"),
             tr("The values between which a band goes from dark to light, by all of the map"));
  label->setBuddy(stretch_);
  for (const StretchName& one : stretchNames()) {
    stretch_->addItem(one.title, QString::fromLatin1(name(one.kind).data()));
  }
  connect(composite_, &QComboBox::activated, this, &MapView::compositeChosen);
  connect(stretch_, &QComboBox::activated, this, [this] {
    choose({{"stretch", stretch_->currentData().toString().toStdString()}},
           tr("Stretch the colours"));
  });
}

void MapView::makeActions() {
  auto* copy = new QAction(tr("Copy the spectra"), this);
  copy->setShortcut(QKeySequence::Copy);
  copy->setShortcutContext(Qt::WidgetWithChildrenShortcut);
  connect(copy, &QAction::triggered, this, [this] {
    if (!profile_->pixels().empty()) QGuiApplication::clipboard()->setText(profile_->copied());
  });
  addAction(copy);
}

void MapView::setBackground(Background& background) {
  View::setBackground(background);
  canvas_->setBackground(background);
}

void MapView::setSurroundings(Surroundings* surroundings) {
  if (this->surroundings()) this->surroundings()->disconnect(this);
  View::setSurroundings(surroundings);
  canvas_->setSurroundings(surroundings);
  if (surroundings) {
    connect(surroundings, &Surroundings::changed, this, &MapView::listOthers);
  }
  listOthers();
}

void MapView::setData(const Data& shown) {
  origin_ = shown.origin();
  companions_->forget();
  canvas_->setData(shown);
  imageChanged();
  listOthers();
}

void MapView::setOptions(const nlohmann::json& options) {
  const RasterLayer* before = figure().image();
  const ClassEdits edits = figure().choices().edits;
  canvas_->setOptions(options);
  if (figure().image() != before) imageChanged();
  if (figure().choices().edits != edits) spectra_->follow(figure());
  companions_->load(figure(), surroundings());
  showChoices();
}

nlohmann::json MapView::keptOptions() const {
  nlohmann::json kept = options();
  kept.erase("view");
  return kept;
}

void MapView::listOthers() {
  if (!surroundings() || figure().empty()) return;
  if (!figure().ofLayer()) {
    surroundings()->list(Kind::raster, this, [this](const QList<Surroundings::Item>& rasters) {
      layers_->offer(backgroundsFor(rasters, figure().raster().grid(), origin_));
    });
  }
  surroundings()->list(Kind::features, this, [this](QList<Surroundings::Item> layers) {
    layers.removeIf([this](const Surroundings::Item& item) { return item.origin == origin_; });
    layers_->offerLayers(layers);
  });
}

void MapView::companionLoaded(std::int64_t id, const Data& loaded) {
  canvas_->setCompanion(id, loaded);
  if (loaded.kind() == Kind::raster) imageChanged();
}

void MapView::layersChosen(const std::vector<MapChoices::Layer>& layers) {
  const bool more = layers.size() > figure().choices().layers.size();
  MapChoices chosen;
  chosen.layers = layers;
  choose({{"layers", chosen.toJson()["layers"]}}, more ? tr("Show a layer") : tr("Hide a layer"),
         true);
}

// The first time the upper raster is made so thin that both are seen.
void MapView::backgroundChosen(qint64 id, const QString& name) {
  constexpr double kThin = 0.6;
  const bool covers = figure().choices().background == 0 && figure().choices().opacity == 1;
  nlohmann::json options{{"background", id}, {"background_name", name.toStdString()}};
  if (id != 0 && covers) options["opacity"] = kThin;
  if (id == 0) options["opacity"] = 1.0;
  choose(options, id == 0 ? tr("Remove the background") : tr("Choose a background"), true);
}

// Another image, or none: what was read of the one before is of no use.
void MapView::imageChanged() {
  spectra_->forget();
  profile_->setRaster(figure().image() ? figure().image()->raster : Raster());
  markPixels();
  showBands();
  showChoices();
}

void MapView::setSelection(const Selection& selection) {
  canvas_->setSelection(selection);
}

std::vector<std::string> MapView::otherOrigins() const {
  std::vector<std::string> origins;
  if (figure().other()) origins.push_back(figure().other()->origin);
  for (const VectorLayer& layer : figure().layers()) {
    if (!layer.origin.empty()) origins.push_back(layer.origin);
  }
  return origins;
}

// The row of the same feature is chosen in the layer's table, too.
void MapView::chooseFeature(const FeatureHit& hit, Qt::KeyboardModifiers modifiers) {
  if (hit.layer.origin.empty()) return;
  const Selection one(hit.layer.origin, {hit.feature});
  Selection wanted = one;
  if (selection().origin() == one.origin()) {
    if (modifiers.testFlag(Qt::ShiftModifier)) wanted = selection().added(one);
    if (modifiers.testFlag(Qt::ControlModifier)) wanted = selection().toggled(one);
  }
  if (wanted == selection()) return;
  setSelection(wanted);
  Q_EMIT selectionEdited(wanted);
}

void MapView::letGo() {
  forgetPixels();
  if (selection().empty()) return;
  const Selection none(selection().origin(), {});
  setSelection(none);
  Q_EMIT selectionEdited(none);
}

void MapView::choose(const nlohmann::json& options, const QString& what, bool makes_figure) {
  setOptions(options);
  Q_EMIT optionsChanged();
  Q_EMIT edited(what, makes_figure);
}

void MapView::showBands() {
  const Raster raster = figure().image() ? figure().image()->raster : Raster();
  composite_->clear();
  for (const Way& way : waysFor(raster)) composite_->addItem(way.title, way.id);
  for (QComboBox* box : std::as_const(bands_)) {
    box->clear();
    for (std::size_t band = 0; band < raster.bands().size(); ++band) {
      box->addItem(bandLabel(raster, band));
    }
  }
  bar_->setVisible(!raster.bands().empty());
}

void MapView::showChoices() {
  layers_->setChoices(figure().choices());
  if (!figure().image()) return;
  const Raster& raster = figure().image()->raster;
  const MapSettings settings = figure().settings(*figure().image(), false);
  QString way = settings.ramp == Ramp::colour ? QStringLiteral("colour") : QStringLiteral("grey");
  if (settings.bands.size() == 3) {
    way = QStringLiteral("three");
    for (const Way& one : waysFor(raster)) {
      if (one.composite && bandsOf(raster, *one.composite) == settings.bands) way = one.id;
    }
  }
  composite_->setCurrentIndex(composite_->findData(way));
  for (qsizetype i = 0; i < bands_.size(); ++i) {
    const auto channel = static_cast<std::size_t>(i);
    const bool used = channel < settings.bands.size();
    bands_[i]->setVisible(used);
    if (used) bands_[i]->setCurrentIndex(static_cast<int>(settings.bands[channel]));
  }
  if (!bands_.isEmpty()) {
    const QString title = settings.bands.size() == 1 ? tr("Band") : tr("Red");
    bands_.first()->setAccessibleName(title);
    bands_.first()->setToolTip(settings.bands.size() == 1 ? tr("The band shown")
                                                          : tr("The band shown as red"));
  }
  stretch_->setCurrentIndex(stretch_->findData(QString::fromLatin1(name(settings.stretch).data())));
}

void MapView::chooseBands(const BandChoice& bands) {
  choose({{"bands", bandNames(figure().image()->raster, bands)}}, tr("Choose bands"));
}

void MapView::compositeChosen() {
  const Raster& raster = figure().image()->raster;
  const QString id = composite_->currentData().toString();
  BandChoice bands = figure().settings(*figure().image(), false).bands;
  for (const Way& way : waysFor(raster)) {
    if (way.id == id && way.composite) return chooseBands(*bandsOf(raster, *way.composite));
  }
  if (id == u"three") {
    if (bands.size() != 3) bands = {0, 1, 2};
    return chooseBands(bands);
  }
  bands.resize(1);
  choose({{"bands", bandNames(raster, bands)}, {"ramp", id.toStdString()}}, tr("Choose bands"));
}

void MapView::bandsChosen() {
  BandChoice bands = figure().settings(*figure().image(), false).bands;
  for (std::size_t i = 0; i < bands.size(); ++i) {
    bands[i] = static_cast<std::size_t>(bands_[static_cast<qsizetype>(i)]->currentIndex());
  }
  chooseBands(bands);
}

// What the bar above the map has.
void MapView::addBandMenus(QMenu& menu) {
  for (QComboBox* box : {composite_, stretch_}) {
    QMenu* choices = menu.addMenu(box->accessibleName());
    for (int i = 0; i < box->count(); ++i) {
      QAction* action = choices->addAction(box->itemText(i));
      action->setCheckable(true);
      action->setChecked(i == box->currentIndex());
      connect(action, &QAction::triggered, this, [box, i] {
        box->setCurrentIndex(i);
        Q_EMIT box->activated(i);
      });
    }
  }
  menu.addSeparator();
}

void MapView::addOpacities(QMenu& menu) {
  QMenu* opacities = menu.addMenu(tr("Opacity"));
  for (const int percent : {100, 75, 50, 25}) {
    QAction* action = opacities->addAction(tr("%1 %").arg(percent));
    action->setCheckable(true);
    action->setChecked(percent == std::lround(100 * figure().choices().opacity));
    connect(action, &QAction::triggered, this, [this, percent] {
      choose({{"opacity", percent / 100.0}}, tr("Change the opacity"));
    });
  }
}

void MapView::showMenu(const QPoint& global) {
  QMenu menu(this);
  const nlohmann::json options = this->options();
  if (figure().classes()) classes_->fillMenuOfAll(*menu.addMenu(tr("Classes")));
  if (figure().image()) addBandMenus(menu);
  if (!figure().ofLayer()) addOpacities(menu);
  if (!figure().layers().empty()) menu.addMenu(layers_->fills());
  const auto addSwitch = [&](const QString& title, const char* key) {
    QAction* action = menu.addAction(title);
    action->setCheckable(true);
    action->setChecked(options.at(key).get<bool>());
    connect(action, &QAction::triggered, this, [this, key, title](bool on) {
      choose({{key, on}}, title);
    });
  };
  addSwitch(tr("Legend"), "legend");
  addSwitch(tr("Coordinates"), "graticule");
  if (!profile_->pixels().empty()) {
    menu.addSeparator();
    menu.addActions(actions());
    menu.addAction(tr("Forget the clicked pixels"), this, &MapView::forgetPixels);
  }
  menu.addSeparator();
  menu.addAction(figure().ofLayer() ? tr("Fit to the layer") : tr("Fit to the raster"), this,
                 &MapView::fit);
  menu.exec(global);
}

// The spectrum of the image's pixel there, and of the class it is of.
void MapView::addPlace(const MapPlace& place) {
  const RasterLayer* image = figure().image();
  if (!image || image->raster.bands().size() < 2) return;
  const bool own_image = image == &figure().own();
  const PixelValues* pixel = own_image ? &place.pixel : place.other ? &*place.other : nullptr;
  if (pixel) profile_->add(*pixel);
  markPixels();
  const PixelValues* label = !own_image ? &place.pixel : place.other ? &*place.other : nullptr;
  const bool of_class =
      figure().classes() && label && !label->values.empty() && std::isfinite(label->values[0]);
  if (of_class) spectra_->want(figure(), std::llround(label->values[0]));
  profile_->setClasses(spectra_->known(figure()));
}

// The spectrum of the feature's areas; its pixels are read as any others.
void MapView::addArea(const FeatureHit& hit) {
  if (!figure().image() || figure().image()->raster.bands().size() < 2) return;
  spectra_->want(figure(), hit);
}

void MapView::forgetPixels() {
  spectra_->forget();
  profile_->clear();
  markPixels();
}

void MapView::markPixels() {
  canvas_->setMarked(profile_->pixels());
}

}  // namespace lineament::views
