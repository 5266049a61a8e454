// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/tensor/tensor_figure.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "views/common/figure_style.h"
#include "views/common/number_text.h"
#include "views/common/tensor_portrait.h"
#include "views/tensor/profile_drawing.h"

namespace lineament::views {

namespace {

constexpr std::size_t kScreenSquares = 1024;  // each way
constexpr std::size_t kPrintedSquares = 2048;
constexpr std::size_t kSquaresOfAMark = 256;  // take as long to draw as a mark
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

// The member as an index; `now` where it is none.
std::size_t indexIn(const nlohmann::json& value, std::size_t now) {
  return value.is_number_integer() && value >= 0 ? value.get<std::size_t>() : now;
}

TensorSlice sliceIn(const nlohmann::json& options, TensorSlice slice) {
  if (const auto rows = options.find("rows"); rows != options.end()) {
    slice.row_axis = indexIn(*rows, slice.row_axis);
  }
  if (const auto columns = options.find("columns"); columns != options.end()) {
    slice.column_axis = indexIn(*columns, slice.column_axis);
  }
  if (const auto at = options.find("at"); at != options.end() && at->is_array()) {
    for (std::size_t axis = 0; axis < std::min(at->size(), slice.at.size()); ++axis) {
      slice.at[axis] = indexIn((*at)[axis], slice.at[axis]);
    }
  }
  return slice;
}

// "[0, :, :]": where the plane of a tensor of more than two dimensions lies.
QString sliceText(const TensorSlice& slice) {
  QStringList indices;
  for (std::size_t axis = 0; axis < slice.at.size(); ++axis) {
    const bool runs = axis == slice.row_axis || axis == slice.column_axis;
    indices << (runs ? QStringLiteral(":") : QString::number(slice.at[axis]));
  }
  return QStringLiteral("[%1]").arg(indices.join(QStringLiteral(", ")));
}

}  // namespace

void TensorFigure::setData(const Data& data) {
  tensor_ = data.require<Tensor>();
  slice_ = defaultSlice(tensor_);
  forgetPictures();
}

void TensorFigure::setSlice(const TensorSlice& slice) {
  const TensorSlice wanted = fitted(slice, tensor_);
  if (wanted == slice_) return;
  slice_ = wanted;
  forgetPictures();
}

void TensorFigure::forgetPictures() {
  whole_ = detail_ = print_ = nullptr;
  problem_.clear();
}

void TensorFigure::setOptions(const nlohmann::json& options) {
  setSlice(sliceIn(options, slice_));
  if (const auto found = options.find("colours"); found != options.end() && found->is_string()) {
    middle_only_ = *found == "middle";
  }
  PlotFigure::setOptions(options);
}

nlohmann::json TensorFigure::options() const {
  nlohmann::json options = PlotFigure::options();
  options["colours"] = middle_only_ ? "middle" : "all";
  if (tensor_.rank() >= 2) {
    options["rows"] = slice_.row_axis;
    options["columns"] = slice_.column_axis;
    options["at"] = slice_.at;
  }
  return options;
}

QString TensorFigure::unshowable() const {
  if (packed(tensor_)) return tr("Values that share a byte cannot be shown");
  return tensor_.elements() == 0 ? tr("The tensor has no values") : QString();
}

CellRange TensorFigure::everything() const {
  const SlicePlane all = plane();
  return {0, all.rows(), 0, all.columns()};
}

CellRange TensorFigure::visibleCells() const {
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

HeatPicture TensorFigure::screenPicture(const Tensor& tensor, const TensorSlice& slice,
                                        const CellRange& part, const Context& context) {
  return heatPicture(tensor, {tensor, slice}, part, kScreenSquares, context);
}

std::optional<CellRange> TensorFigure::missing() const {
  if (!unshowable().isEmpty() || !problem_.isEmpty()) return std::nullopt;
  if (!whole_) return everything();
  if (!whole_->reduced() || zoomWindow().whole()) return std::nullopt;
  const CellRange visible = visibleCells();
  if (detail_ && detail_->range == visible) return std::nullopt;
  return visible;
}

void TensorFigure::setPicture(HeatPicture picture) {
  Picture& place = picture.range == everything() ? whole_ : detail_;
  place = std::make_shared<const HeatPicture>(std::move(picture));
}

// A file has its own number of squares.
void TensorFigure::prepare(const Context& context) {
  if (!unshowable().isEmpty()) return;
  problem_.clear();
  if (!whole_) setPicture(screenPicture(tensor_, slice_, everything(), context));
  if (!shown()->reduced()) return;
  print_ = std::make_shared<const HeatPicture>(
      heatPicture(tensor_, plane(), visibleCells(), kPrintedSquares, context));
}

const HeatPicture* TensorFigure::shown() const {
  if (detail_ && !zoomWindow().whole() && detail_->range.holds(visibleCells())) {
    return detail_.get();
  }
  return whole_.get();
}

const HeatPicture* TensorFigure::printed() const {
  return print_ && print_->range == visibleCells() ? print_.get() : shown();
}

std::size_t TensorFigure::marks() const {
  const HeatPicture* picture = shown();
  return picture ? picture->values.size() / kSquaresOfAMark : 0;
}

Limits TensorFigure::limits() const {
  return middle_only_ ? middleOf(*whole_, kMiddle) : Limits{whole_->low, whole_->high};
}

QRectF TensorFigure::plotArea(const QSizeF& size) const {
  const bool marks = whole_ && hasMarks(*whole_);
  const double bottom = bottomAxisHeight(true) + 4 + (marks ? kMarkKeyHeight : 0);
  const double height = std::max(size.height() - kTop - bottom, 1.0);
  const QRectF upright(0, kTop, 1, height);
  const AxisScale y = vector() && whole_ ? valueAxis(*whole_, upright) : frameIn(upright).y;
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

HeatFrame TensorFigure::frameIn(const QRectF& plot) const {
  const CellRange all = everything();
  const AxisScale x{
      -0.5, static_cast<double>(all.columns()) - 0.5, plot.left(), plot.right(), false, true};
  const AxisScale y{
      static_cast<double>(all.rows()) - 0.5, -0.5, plot.bottom(), plot.top(), false, true};
  const ZoomWindow& zoom = zoomWindow();
  return {plot, x.part(zoom.left, zoom.right), y.part(zoom.bottom, zoom.top)};
}

Qt::Orientations TensorFigure::zoomDirections() const {
  return vector() ? Qt::Horizontal : Qt::Horizontal | Qt::Vertical;
}

QString TensorFigure::axisLabel(std::size_t axis) const {
  const auto& names = tensor_.dimensionNames();
  if (axis < names.size() && !names[axis].empty()) return QString::fromStdString(names[axis]);
  if (vector()) return tr("Index");
  return tr("Index along dimension %1").arg(axis + 1);
}

void TensorFigure::draw(const Drawing& drawing) const {
  const QString why_not = unshowable();
  if (!why_not.isEmpty()) return drawSentence(drawing, why_not);
  if (!problem_.isEmpty()) return drawSentence(drawing, problem_);
  if (!whole_) return drawSentence(drawing, tr("Reading the values"));
  drawPicture(drawing, drawing.screen ? *shown() : *printed());
}

void TensorFigure::drawPicture(const Drawing& drawing, const HeatPicture& picture) const {
  QPainter& painter = drawing.painter;
  const QRectF plot = plotArea(drawing.size);
  const HeatFrame frame = frameIn(plot);
  const AxisScale left = vector() ? valueAxis(*whole_, plot) : frame.y;
  if (vector()) {
    drawGrid(painter, plot, nullptr, &left, drawing.theme);
    drawProfile(painter, plot, picture, frame.x, left, drawing.theme);
  } else {
    const HeatColours colours(limits(), drawing.theme.dark);
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

void TensorFigure::drawSentence(const Drawing& drawing, const QString& sentence) const {
  drawing.painter.setFont(figureFont(TextSize::large));
  drawing.painter.setPen(drawing.theme.muted);
  drawLabel(drawing.painter, {drawing.size.width() / 2, drawing.size.height() / 2},
            Qt::AlignHCenter | Qt::AlignVCenter, sentence);
}

QString TensorFigure::textAt(const QPointF& at, const QSizeF& size) const {
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

QSizeF TensorFigure::naturalSize(double width) const {
  const CellRange all = everything();
  if (vector() || all.rows() == 0) return {width, width * 0.5};
  const double aspect = static_cast<double>(all.columns()) / static_cast<double>(all.rows());
  if (aspect > kMostStretched || aspect < 1 / kMostStretched) return {width, width * 0.62};
  const double plot = width - kColourBarWidth - 50;
  return {width, std::clamp(plot / aspect, width * 0.2, width * 1.1) + kTop +
                     bottomAxisHeight(true) + 4 + kMarkKeyHeight};
}

QString TensorFigure::caption() const {
  QStringList parts{shapeLabel(tensor_.shape()) + QStringLiteral(", ") +
                    dtypeLabel(tensor_.dtype())};
  if (tensor_.rank() > 2) parts << sliceText(slice_);
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

QString TensorFigure::copied() const {
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
