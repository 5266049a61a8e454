// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/tensor/tensor_plot.h"

#include <memory>
#include <utility>

namespace lineament::views {

TensorPlot::TensorPlot(QWidget* parent) : PlotOf(parent) {
  connect(this, &View::optionsChanged, this, &TensorPlot::read);
}

TensorPlot::~TensorPlot() {
  stopReading();
}

void TensorPlot::setData(const Data& shown) {
  PlotOf::setData(shown);
  stopReading();
  read();
}

void TensorPlot::setOptions(const nlohmann::json& options) {
  const TensorSlice before = figure().slice();
  PlotOf::setOptions(options);
  if (figure().slice() != before) stopReading();
  read();
  Q_EMIT captionChanged();
}

void TensorPlot::setSlice(const TensorSlice& slice) {
  const TensorSlice before = figure().slice();
  editedFigure().setSlice(slice);
  if (figure().slice() == before) return;
  pictureChanged();
  stopReading();
  read();
  Q_EMIT captionChanged();
}

void TensorPlot::setMiddleOnly(bool middle) {
  editedFigure().setMiddleOnly(middle);
  pictureChanged();
  Q_EMIT captionChanged();
}

void TensorPlot::stopReading() {
  if (reading_) reading_();
  reading_ = nullptr;
  ++readings_;
}

void TensorPlot::read() {
  const auto missing = figure().missing();
  if (!missing || (reading_ && wanted_ == *missing)) return;
  stopReading();
  wanted_ = *missing;
  const int number = readings_;
  const auto made = std::make_shared<HeatPicture>();
  reading_ = background().start(
      tr("Read the values"),
      [tensor = figure().tensor(), slice = figure().slice(), part = wanted_,
       made](const Context& context) {
        *made = TensorFigure::screenPicture(tensor, slice, part, context);
      },
      this,
      [this, number, made](const Outcome<Nothing>& outcome) {
        if (number == readings_) readingEnded(outcome, std::move(*made));
      });
}

// Where a part of the plane could not be read the coarser picture of all of it stays.
void TensorPlot::readingEnded(const Outcome<Nothing>& outcome, HeatPicture made) {
  reading_ = nullptr;
  const Error* error = errorOf(outcome);
  if (valueOf(outcome)) {
    editedFigure().setPicture(std::move(made));
    read();
  } else if (!figure().shown()) {
    editedFigure().setProblem(error ? QString::fromStdString(error->found())
                                    : tr("Not read: cancelled"));
  }
  pictureChanged();
  Q_EMIT captionChanged();
  Q_EMIT pictureReady();
}

}  // namespace lineament::views
