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
  profile_ = new SpectralProfile(this);
  profile_->setVisible(false);
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
  column->addWidget(split, 1);
  setFocusProxy(canvas_);
  makeActions();
  connect(canvas_, &View::captionChanged, this, &View::captionChanged);
  connect(canvas_, &View::optionsChanged, this, &View::optionsChanged);
  connect(canvas_, &MapCanvas::pixelRead, this, &MapView::addPixel);
  connect(canvas_, &MapCanvas::letGo, this, &MapView::forgetPixels);
  connect(canvas_, &MapCanvas::menuWanted, this, &MapView::showMenu);
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
    choose({{"stretch", stretch_->currentData().toString().toStdString()}});
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

void MapView::setData(const Data& shown) {
  canvas_->setData(shown);
  profile_->setRaster(figure().raster());
  showBands();
  showChoices();
}

void MapView::setOptions(const nlohmann::json& options) {
  canvas_->setOptions(options);
  showChoices();
}

void MapView::setSelection(const Selection& selection) {
  canvas_->setSelection(selection);
}

void MapView::choose(const nlohmann::json& options) {
  setOptions(options);
  Q_EMIT optionsChanged();
}

void MapView::showBands() {
  const Raster& raster = figure().raster();
  composite_->clear();
  for (const Way& way : waysFor(raster)) composite_->addItem(way.title, way.id);
  for (QComboBox* box : std::as_const(bands_)) {
    box->clear();
    for (std::size_t band = 0; band < raster.bands().size(); ++band) {
      box->addItem(bandLabel(raster, band));
    }
  }
  bar_->setVisible(!raster.categorical() && !raster.bands().empty());
}

void MapView::showChoices() {
  const Raster& raster = figure().raster();
  const MapSettings settings = figure().settings(false);
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
  choose({{"bands", bandNames(figure().raster(), bands)}});
}

void MapView::compositeChosen() {
  const Raster& raster = figure().raster();
  const QString id = composite_->currentData().toString();
  BandChoice bands = figure().settings(false).bands;
  for (const Way& way : waysFor(raster)) {
    if (way.id == id && way.composite) return chooseBands(*bandsOf(raster, *way.composite));
  }
  if (id == u"three") {
    if (bands.size() != 3) bands = {0, 1, 2};
    return chooseBands(bands);
  }
  bands.resize(1);
  choose({{"bands", bandNames(raster, bands)}, {"ramp", id.toStdString()}});
}

void MapView::bandsChosen() {
  BandChoice bands = figure().settings(false).bands;
  for (std::size_t i = 0; i < bands.size(); ++i) {
    bands[i] = static_cast<std::size_t>(bands_[static_cast<qsizetype>(i)]->currentIndex());
  }
  chooseBands(bands);
}

void MapView::showMenu(const QPoint& global) {
  QMenu menu(this);
  const nlohmann::json options = this->options();
  if (!figure().raster().categorical()) {
    const auto addAll = [&](const QString& title, QComboBox* box) {
      QMenu* choices = menu.addMenu(title);
      for (int i = 0; i < box->count(); ++i) {
        QAction* action = choices->addAction(box->itemText(i));
        action->setCheckable(true);
        action->setChecked(i == box->currentIndex());
        connect(action, &QAction::triggered, this, [box, i] {
          box->setCurrentIndex(i);
          Q_EMIT box->activated(i);
        });
      }
    };
    addAll(composite_->accessibleName(), composite_);
    addAll(stretch_->accessibleName(), stretch_);
    menu.addSeparator();
  }
  QMenu* opacities = menu.addMenu(tr("Opacity"));
  for (const int percent : {100, 75, 50, 25}) {
    QAction* action = opacities->addAction(tr("%1 %").arg(percent));
    action->setCheckable(true);
    action->setChecked(percent == std::lround(100 * options.at("opacity").get<double>()));
    connect(action, &QAction::triggered, this, [this, percent] {
      choose({{"opacity", percent / 100.0}});
    });
  }
  const auto addSwitch = [&](const QString& title, const char* key) {
    QAction* action = menu.addAction(title);
    action->setCheckable(true);
    action->setChecked(options.at(key).get<bool>());
    connect(action, &QAction::triggered, this, [this, key](bool on) { choose({{key, on}}); });
  };
  addSwitch(tr("Legend"), "legend");
  addSwitch(tr("Coordinates"), "graticule");
  if (!profile_->pixels().empty()) {
    menu.addSeparator();
    menu.addActions(actions());
    menu.addAction(tr("Forget the clicked pixels"), this, &MapView::forgetPixels);
  }
  menu.addSeparator();
  menu.addAction(tr("Fit to the raster"), this, &MapView::fit);
  menu.exec(global);
}

void MapView::addPixel(const PixelValues& pixel) {
  const Raster& raster = figure().raster();
  if (raster.categorical() || raster.bands().size() < 2) return;
  profile_->add(pixel);
  markPixels();
}

void MapView::forgetPixels() {
  profile_->clear();
  markPixels();
}

void MapView::markPixels() {
  std::vector<std::pair<std::int64_t, std::int64_t>> marked;
  for (const PixelValues& pixel : profile_->pixels()) marked.emplace_back(pixel.column, pixel.row);
  canvas_->setMarked(std::move(marked));
}

}  // namespace lineament::views
