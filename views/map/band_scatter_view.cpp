// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/band_scatter_view.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>
#include <utility>

#include "views/map/band_choice.h"

namespace lineament::views {

ScatterPlot::~ScatterPlot() {
  stop();
}

void ScatterPlot::stop() {
  ++readings_;
  if (reading_) std::exchange(reading_, nullptr)();
}

void ScatterPlot::setData(const Data& shown) {
  PlotOf<BandScatter>::setData(shown);
  read();
}

void ScatterPlot::setOptions(const nlohmann::json& options) {
  PlotOf<BandScatter>::setOptions(options);
  read();
}

void ScatterPlot::showEvent(QShowEvent* event) {
  PlotOf<BandScatter>::showEvent(event);
  read();
}

// A hidden plot reads nothing.
void ScatterPlot::read() {
  stop();
  if (!isVisible() || !figure().possible() || figure().sample()) return;
  const std::shared_ptr<BandScatter> made(static_cast<BandScatter*>(figure().copy().release()));
  reading_ = background().start(
      tr("Read the pixels"), [made](const Context& context) { made->prepare(context); }, this,
      [this, made, number = readings_](const Outcome<Nothing>& outcome) {
        if (number != readings_) return;
        reading_ = nullptr;
        const Error* error = errorOf(outcome);
        editedFigure().setProblem(error ? QString::fromStdString(error->what()) : QString());
        if (valueOf(outcome)) editedFigure().adopt(*made);
        pictureChanged();
        Q_EMIT captionChanged();
      });
}

BandScatterView::BandScatterView(QWidget* parent)
    : View(parent), plot_(new ScatterPlot(this)), bar_(new QWidget(this)) {
  auto* line = new QHBoxLayout(bar_);
  line->setContentsMargins(12, 4, 12, 4);
  line->setSpacing(8);
  x_ = addBox(tr("Across"), "x");
  y_ = addBox(tr("Up"), "y");
  line->addStretch(1);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(bar_);
  column->addWidget(plot_, 1);
  setFocusProxy(plot_);
  connect(plot_, &View::captionChanged, this, &View::captionChanged);
  connect(plot_, &View::optionsChanged, this, &View::optionsChanged);
  connect(plot_, &View::selectionEdited, this, &View::selectionEdited);
}

QComboBox* BandScatterView::addBox(const QString& title, const char* key) {
  auto* box = new QComboBox(bar_);
  box->setAccessibleName(title);
  box->setToolTip(tr("The band along this axis"));
  box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
  auto* label = new QLabel(title, bar_);
  label->setBuddy(box);
  bar_->layout()->addWidget(label);
  bar_->layout()->addWidget(box);
  connect(box, &QComboBox::activated, this, [this, key](int band) {
    setOptions({{key, bandKey(figure().raster(), static_cast<std::size_t>(band))}});
    plot_->fit();
    Q_EMIT optionsChanged();
    Q_EMIT edited(tr("Choose bands"), false);
  });
  return box;
}

void BandScatterView::setBackground(Background& background) {
  View::setBackground(background);
  plot_->setBackground(background);
}

void BandScatterView::setData(const Data& shown) {
  plot_->setData(shown);
  for (QComboBox* box : {x_, y_}) {
    box->clear();
    for (std::size_t band = 0; band < figure().raster().bands().size(); ++band) {
      box->addItem(bandLabel(figure().raster(), band));
    }
  }
  bar_->setVisible(figure().possible());
  showBands();
}

void BandScatterView::setOptions(const nlohmann::json& options) {
  plot_->setOptions(options);
  showBands();
}

void BandScatterView::showBands() {
  x_->setCurrentIndex(static_cast<int>(figure().bands()[0]));
  y_->setCurrentIndex(static_cast<int>(figure().bands()[1]));
}

}  // namespace lineament::views
