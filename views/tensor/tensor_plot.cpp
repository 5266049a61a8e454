// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/tensor/tensor_plot.h"

#include <QtConcurrent>
#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "views/common/figure_style.h"
#include "views/common/number_text.h"
#include "views/tensor/profile_drawing.h"

namespace lineament::views {

namespace {

constexpr std::size_t kScreenSquares = 1024;  // each way
constexpr std::size_t kPrintedSquares = 2048;
constexpr double kTop = 8;
constexpr double kMiddle = 0.98;
constexpr double kMostStretched = 4;  // sides of a plane whose cells stay squares
constexpr std::uint64_t kMostCopied = 4'000'000;

QString counted(std::uint64_t count) {
  return numberText(static_cast<double>(count), 15);
}

AxisScale valueAxis(const HeatPicture& whole, const QRectF& plot) {
  const Range range = paddedRange(whole.low, whole.high, false);
  return {range.low, range.high, plot.bottom(), plot.top(), false};
}

bool packed(const Tensor& tensor) {
  return bitsPerElement(tensor.dtype()) % 8 != 0;
}

}  // namespace

TensorPlot::TensorPlot(QWidget* parent) : PlotView(parent) {
  connect(this, &View::optionsChanged, this, &TensorPlot::refine);
  connect(&job_, &QFutureWatcherBase::finished, this, [this] {
    if (!stop_.stop_requested()) take(job_.result());
  });
}

TensorPlot::~TensorPlot() {
  stop_.request_stop();  // the job ends by itself; nobody waits for it
}

void TensorPlot::setData(const Data& shown) {
  tensor_ = shown.require<Tensor>();
  slice_ = defaultSlice(tensor_);
  restart();
}

void TensorPlot::setSlice(const TensorSlice& slice) {
  const TensorSlice wanted = fitted(slice, tensor_);
  if (wanted == slice_) return;
  slice_ = wanted;
  restart();
}

void TensorPlot::setMiddleOnly(bool middle) {
  middle_only_ = middle;
  pictureChanged();
}

void TensorPlot::setOptions(const nlohmann::json& options) {
  if (const auto found = options.find("colours"); found != options.end() && found->is_string()) {
    middle_only_ = *found == "middle";
  }
  PlotView::setOptions(options);
  refine();
}

nlohmann::json TensorPlot::options() const {
  nlohmann::json options = PlotView::options();
  options["colours"] = middle_only_ ? "middle" : "all";
  return options;
}

CellRange TensorPlot::everything() const {
  const SlicePlane all = plane();
  return {0, all.rows(), 0, all.columns()};
}

CellRange TensorPlot::visibleCells() const {
  const CellRange all = everything();
  const ZoomWindow& zoom = zoomWindow();
  const auto cell = [](double share, std::uint64_t cells, bool up) {
    const double at = share * static_cast<double>(cells);
    return std::min(static_cast<std::uint64_t>(std::max(up ? std::ceil(at) : std::floor(at), 0.0)),
                    cells);
  };
  return {cell(1 - zoom.top, all.rows(), false), cell(1 - zoom.bottom, all.rows(), true),
          cell(zoom.left, all.columns(), false), cell(zoom.right, all.columns(), true)};
}

void TensorPlot::restart() {
  whole_.reset();
  detail_.reset();
  problem_.clear();
  pictureChanged();
  if (packed(tensor_)) {
    problem_ = tr("Values that share a byte cannot be shown");
  } else if (tensor_.elements() == 0) {
    problem_ = tr("The tensor has no values");
  } else {
    start(everything());
  }
  Q_EMIT captionChanged();
}

void TensorPlot::start(const CellRange& range) {
  stop_.request_stop();
  stop_ = std::stop_source();
  wanted_ = range;
  job_.setFuture(
      QtConcurrent::run([tensor = tensor_, plane = plane(), range, stop = stop_.get_token()] {
        Found found;
        Context context;
        context.stop = stop;
        try {
          found.picture = heatPicture(tensor, plane, range, kScreenSquares, context);
        } catch (const Cancelled&) {
          return found;
        } catch (const Error& error) {
          found.problem = QString::fromStdString(error.found());
        }
        return found;
      }));
}

void TensorPlot::take(const Found& found) {
  problem_ = found.problem;
  if (found.picture) (wanted_ == everything() ? whole_ : detail_) = found.picture;
  pictureChanged();
  refine();
  Q_EMIT captionChanged();
  Q_EMIT pictureReady();
}

// What is zoomed into has more cells than squares were drawn for it: draw it anew.
void TensorPlot::refine() {
  if (!whole_ || !whole_->reduced() || zoomWindow().whole()) return;
  const CellRange visible = visibleCells();
  if (detail_ && detail_->range == visible) return;
  if (job_.isRunning() && wanted_ == visible) return;
  start(visible);
}

const HeatPicture* TensorPlot::shown() const {
  if (detail_ && !zoomWindow().whole() && detail_->range.holds(visibleCells())) return &*detail_;
  return whole_ ? &*whole_ : nullptr;
}

HeatPicture TensorPlot::pictureNow(const CellRange& range, std::size_t most) const {
  return heatPicture(tensor_, plane(), range, most, Context());
}

Limits TensorPlot::limitsOf(const HeatPicture& whole) const {
  return middle_only_ ? middleOf(whole, kMiddle) : Limits{whole.low, whole.high};
}

QRectF TensorPlot::plotArea(const QSizeF& size) const {
  return areaIn(size, whole_ ? &*whole_ : nullptr);
}

QRectF TensorPlot::areaIn(const QSizeF& size, const HeatPicture* whole) const {
  const bool marks = whole && hasMarks(*whole);
  const double bottom = bottomAxisHeight(true) + 4 + (marks ? kMarkKeyHeight : 0);
  const double height = std::max(size.height() - kTop - bottom, 1.0);
  const QRectF upright(0, kTop, 1, height);
  const AxisScale y = vector() && whole ? valueAxis(*whole, upright) : frameIn(upright).y;
  const double left = leftAxisWidth(y, true) + 4;
  const double right = vector() ? 12 : kColourBarWidth;
  QRectF plot(left, kTop, std::max(size.width() - left - right, 1.0), height);
  const CellRange all = everything();
  if (vector() || all.rows() == 0 || all.columns() == 0) return plot;
  // Cells are squares unless the plane is much longer one way than the other.
  const double aspect = static_cast<double>(all.columns()) / static_cast<double>(all.rows());
  if (aspect > kMostStretched || aspect < 1 / kMostStretched) return plot;
  const double side = std::min(plot.width() / aspect, plot.height());
  plot.setSize({side * aspect, side});
  return plot;
}

HeatFrame TensorPlot::frameIn(const QRectF& plot) const {
  const CellRange all = everything();
  const AxisScale x{
      -0.5, static_cast<double>(all.columns()) - 0.5, plot.left(), plot.right(), false, true};
  const AxisScale y{
      static_cast<double>(all.rows()) - 0.5, -0.5, plot.bottom(), plot.top(), false, true};
  const ZoomWindow& zoom = zoomWindow();
  return {plot, x.part(zoom.left, zoom.right), y.part(zoom.bottom, zoom.top)};
}

Qt::Orientations TensorPlot::zoomDirections() const {
  return vector() ? Qt::Horizontal : Qt::Horizontal | Qt::Vertical;
}

QString TensorPlot::axisLabel(std::size_t axis) const {
  const auto& names = tensor_.dimensionNames();
  if (axis < names.size() && !names[axis].empty()) return QString::fromStdString(names[axis]);
  if (vector()) return tr("Index");
  return tr("Index along dimension %1").arg(axis + 1);
}

void TensorPlot::draw(const Drawing& drawing) const {
  if (!problem_.isEmpty()) return drawSentence(drawing, problem_);
  if (drawing.screen) {
    if (!whole_) return drawSentence(drawing, tr("Reading the values"));
    return drawWith(drawing, *whole_, *shown());
  }
  // Print has its own number of squares, and does not wait for the screen's.
  const HeatPicture whole = whole_ ? *whole_ : pictureNow(everything(), kScreenSquares);
  const HeatPicture* ready = shown();
  if (ready && !ready->reduced()) return drawWith(drawing, whole, *ready);
  drawWith(drawing, whole, pictureNow(visibleCells(), kPrintedSquares));
}

void TensorPlot::drawWith(const Drawing& drawing, const HeatPicture& whole,
                          const HeatPicture& picture) const {
  QPainter& painter = drawing.painter;
  const QRectF plot = areaIn(drawing.size, &whole);
  const HeatFrame frame = frameIn(plot);
  const AxisScale left = vector() ? valueAxis(whole, plot) : frame.y;
  if (vector()) {
    drawGrid(painter, plot, nullptr, &left, drawing.theme);
    drawProfile(painter, plot, picture, frame.x, left, drawing.theme);
  } else {
    const HeatColours colours(limitsOf(whole), drawing.theme.dark);
    drawHeat(painter, frame, picture, colours);
    drawCellNumbers(painter, frame, picture, colours);
    drawColourBar(painter, plot, colours, drawing.theme);
  }
  drawBottomAxis(painter, plot, frame.x, axisLabel(vector() ? 0 : slice_.column_axis),
                 drawing.size.width(), drawing.theme);
  drawLeftAxis(painter, plot, left, vector() ? tr("Value") : axisLabel(slice_.row_axis),
               drawing.theme);
  drawMarkKey(painter,
              {plot.left(), plot.bottom() + bottomAxisHeight(true) + kMarkKeyHeight / 2 + 2},
              picture, drawing.theme);
}

void TensorPlot::drawSentence(const Drawing& drawing, const QString& sentence) const {
  drawing.painter.setFont(figureFont(TextSize::large));
  drawing.painter.setPen(drawing.theme.muted);
  drawLabel(drawing.painter, {drawing.size.width() / 2, drawing.size.height() / 2},
            Qt::AlignHCenter | Qt::AlignVCenter, sentence);
}

QString TensorPlot::textAt(const QPointF& at, const QSizeF& size) const {
  const QRectF plot = plotArea(size);
  if (!whole_ || !plot.contains(at)) return {};
  const HeatFrame frame = frameIn(plot);
  const CellRange all = everything();
  const auto cell = [](const AxisScale& scale, double position, std::uint64_t cells) {
    const double index = std::round(scale.value(position));
    return static_cast<std::uint64_t>(std::clamp(index, 0.0, static_cast<double>(cells - 1)));
  };
  const std::uint64_t column = cell(frame.x, at.x(), all.columns());
  const std::uint64_t row = vector() ? 0 : cell(frame.y, at.y(), all.rows());
  QStringList indices;
  for (std::size_t axis = 0; axis < tensor_.rank(); ++axis) {
    indices << QString::number(vector() || axis == slice_.column_axis ? column
                               : axis == slice_.row_axis              ? row
                                                                      : slice_.at[axis]);
  }
  return QStringLiteral("[%1] = %2")
      .arg(indices.join(QStringLiteral(", ")),
           numberText(tensor_.number(plane().element(row, column)), 9));
}

QSizeF TensorPlot::naturalSize(double width) const {
  const CellRange all = everything();
  if (vector() || all.rows() == 0) return {width, width * 0.5};
  const double aspect = static_cast<double>(all.columns()) / static_cast<double>(all.rows());
  if (aspect > kMostStretched || aspect < 1 / kMostStretched) return {width, width * 0.62};
  const double plot = width - kColourBarWidth - 50;
  return {width, std::clamp(plot / aspect, width * 0.2, width * 1.1) + kTop +
                     bottomAxisHeight(true) + 4 + kMarkKeyHeight};
}

QString TensorPlot::caption() const {
  QStringList parts;
  const HeatPicture* picture = shown();
  if (picture && picture->reduced()) {
    parts << (vector() ? tr("each line from the smallest to the largest of %1 values")
                             .arg(counted(picture->block_columns))
                       : tr("each square is the mean of %1 × %2 values")
                             .arg(counted(picture->block_rows), counted(picture->block_columns)));
  }
  if (tensor_.dtype() == DType::c64 || tensor_.dtype() == DType::c128) parts << tr("real parts");
  if (middle_only_ && !vector()) parts << tr("colours over the middle 98 %");
  return parts.join(QStringLiteral(" · "));
}

QString TensorPlot::copied() const {
  if (packed(tensor_)) return {};
  const CellRange cells = visibleCells();
  const SlicePlane shown_plane = plane();
  QString text;
  std::uint64_t copied = 0;
  for (std::uint64_t row = cells.first_row; row < cells.last_row; ++row) {
    if ((copied += cells.columns()) > kMostCopied) break;
    for (std::uint64_t column = cells.first_column; column < cells.last_column; ++column) {
      if (column > cells.first_column) text += u'\t';
      text += exactText(tensor_.number(shown_plane.element(row, column)));
    }
    text += u'\n';
  }
  return text;
}

}  // namespace lineament::views
