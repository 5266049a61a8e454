// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/sequence/sequence_figure.h"

#include <algorithm>

#include "core/base/error.h"
#include "views/common/figure_style.h"
#include "views/common/number_text.h"
#include "views/sequence/comparison_grids.h"
#include "views/sequence/trace_plot.h"

namespace lineament::views {

namespace {

constexpr ErrorText kShape{"comparison.shape", "Show mechanisms side by side",
                           "expected matrices, curves and measures of the same mechanisms and "
                           "tokens",
                           "", "Run the analysis again, or choose another result"};

constexpr int kAfterEntry = 18;
constexpr std::size_t kManyTokens = 600;  // more than small plots have room for

bool isPlane(const Comparison::Plot& plot) {
  return plot.over == Comparison::Over::plane;
}

}  // namespace

void SequenceFigure::setData(const Data& shown) {
  const auto& comparison = shown.require<Comparison>();
  if (!isConsistent(comparison)) throw Error(kShape);
  matrices_.setData(Data(comparison.attention, shown.origin()));
  comparison_ = std::make_shared<const Comparison>(comparison);
  origin_ = shown.origin();
  readLook(options());
  setSelection(selection());
}

void SequenceFigure::setOptions(const nlohmann::json& options) {
  readLook(options);
  matrices_.setOptions({{"focus", nullptr}});
  for (const char* known : {"normalise", "show"}) {
    if (options.contains(known)) matrices_.setOptions({{known, options.at(known)}});
  }
}

nlohmann::json SequenceFigure::options() const {
  const nlohmann::json of_matrices = matrices_.options();
  return {{"hidden", look_.hidden},
          {"forward", look_.forward ? nlohmann::json(*look_.forward) : nlohmann::json(nullptr)},
          {"normalise", of_matrices.at("normalise")},
          {"show", of_matrices.at("show")}};
}

// Numbers of mechanisms that are not there are left out.
void SequenceFigure::readLook(const nlohmann::json& options) {
  const auto known = [this](const nlohmann::json& number) {
    return number.is_number_unsigned() && number.get<std::size_t>() < mechanismCount();
  };
  if (const auto found = options.find("hidden"); found != options.end() && found->is_array()) {
    look_.hidden.clear();
    for (const nlohmann::json& number : *found) {
      if (known(number)) look_.hidden.insert(number.get<std::size_t>());
    }
    matrices_.hideLayers(look_.hidden);
  }
  if (const auto found = options.find("forward"); found != options.end()) {
    look_.forward.reset();
    if (known(*found)) look_.forward = found->get<std::size_t>();
    matrices_.bringForward(look_.forward);
  }
}

void SequenceFigure::setSelection(const Selection& selection) {
  PlotFigure::setSelection(selection);
  matrices_.setSelection(selection);
  look_.tokens.clear();
  if (selection.origin() != origin_) return;
  std::copy_if(selection.indices().begin(), selection.indices().end(),
               std::back_inserter(look_.tokens),
               [this](std::size_t token) { return token < comparison_->tokens(); });
}

void SequenceFigure::adopt(const PlotFigure& prepared) {
  matrices_.adopt(static_cast<const SequenceFigure&>(prepared).matrices_);
}

const Comparison::Plot* SequenceFigure::plane() const {
  const auto found = std::find_if(comparison_->plots.begin(), comparison_->plots.end(), isPlane);
  return found == comparison_->plots.end() ? nullptr : &*found;
}

QString SequenceFigure::mechanismName(std::size_t mechanism) const {
  return QString::fromStdString(comparison_->mechanisms()[mechanism]);
}

SequenceContent SequenceFigure::content(bool screen) const {
  SequenceContent content;
  const QFont font = figureFont();
  for (std::size_t i = 0; i < mechanismCount(); ++i) {
    content.entries.push_back(kNameIndent + textWidth(font, mechanismName(i)) + kAfterEntry);
  }
  content.matrices = mechanismCount() - look_.hidden.size();
  content.plane = plane() != nullptr;
  content.plots = static_cast<std::size_t>(
      std::count_if(comparison_->plots.begin(), comparison_->plots.end(),
                    [](const Comparison::Plot& plot) { return !isPlane(plot); }));
  content.rows = mechanismCount();
  content.measures = kNameIndent + neededWidth(measuresGrid(*comparison_));
  if (screen || !look_.tokens.empty()) {
    content.values = kNameIndent + neededWidth(valuesGrid(*comparison_, std::nullopt));
    content.exchange = screen;
  }
  return content;
}

SequenceLayout SequenceFigure::layout(const QSizeF& size, bool screen) const {
  return layOutSequence(content(screen), size);
}

QSizeF SequenceFigure::naturalSize(double width) const {
  return {width, naturalSequenceHeight(content(false), width)};
}

double SequenceFigure::leastHeight(double width) const {
  return leastSequenceHeight(content(true), width);
}

QString SequenceFigure::caption() const {
  if (mechanismCount() == 0) return {};
  QString text = tr("%1 mechanisms · ").arg(mechanismCount()) + matrices_.caption();
  if (comparison_->tokens() > kManyTokens) text += tr(" · traces: means over their range");
  if (!look_.hidden.empty()) text += tr(" · hidden: %1").arg(look_.hidden.size());
  if (!look_.tokens.empty()) text += tr(" · token %1").arg(look_.tokens.front() + 1);
  return text;
}

std::size_t SequenceFigure::marks() const {
  std::size_t points = 0;
  if (const Comparison::Plot* found = plane()) {
    for (const std::size_t curve : shownCurves(*found, look_)) {
      points += found->series.curves[curve].x.size();
    }
  }
  const std::size_t matrices = matrices_.marks();
  return std::max(matrices, matrices + points);  // endless stays so
}

void SequenceFigure::forPlots(const SequenceLayout& places, const UsePlot& use) const {
  auto cell = places.plots.begin();
  for (const Comparison::Plot& plot : comparison_->plots) {
    if (!isPlane(plot) && cell != places.plots.end()) use(plot, *cell++);
  }
}

std::optional<std::size_t> SequenceFigure::rowAt(const QPointF& at, const QSizeF& size) const {
  const SequenceLayout places = layout(size);
  if (places.matrices.contains(at)) {
    return matrices_.queryAt(at - places.matrices.topLeft(), places.matrices.size());
  }
  std::optional<std::size_t> token;
  forPlots(places, [&](const Comparison::Plot& plot, const QRectF& cell) {
    if (!cell.contains(at)) return;
    token = TracePlot(plot, comparison_->tokens(), look_, cell).tokenAt(at);
  });
  return token;
}

// A trace's title and what each mechanism has there.
QString SequenceFigure::valuesText(const Comparison::Plot& plot, std::size_t token) const {
  QString text = tr("%1, token %2").arg(QString::fromStdString(plot.series.title)).arg(token + 1);
  for (std::size_t i = 0; i < plot.owners.size(); ++i) {
    const Series::Curve& curve = plot.series.curves[i];
    const auto nearest = nearestPoint(curve, token);
    if (!nearest || look_.hidden.contains(plot.owners[i])) continue;
    text += u'\n' + QString::fromStdString(curve.name) + QStringLiteral("  ") +
            numberText(curve.y[*nearest], 5);
  }
  return text;
}

QString SequenceFigure::textAt(const QPointF& at, const QSizeF& size) const {
  const SequenceLayout places = layout(size);
  if (places.matrices.contains(at)) {
    return matrices_.textAt(at - places.matrices.topLeft(), places.matrices.size());
  }
  QString values;
  forPlots(places, [&](const Comparison::Plot& plot, const QRectF& cell) {
    if (!cell.contains(at)) return;
    const auto token = TracePlot(plot, comparison_->tokens(), look_, cell).tokenAt(at);
    if (token) values = valuesText(plot, *token);
  });
  if (!values.isEmpty()) return values;
  if (const auto entry = entryAt(at, size)) {
    return look_.hidden.contains(*entry) ? tr("Show %1").arg(mechanismName(*entry))
                                         : tr("Hide %1").arg(mechanismName(*entry));
  }
  if (const auto line = lineAt(at, size)) {
    return look_.forward == line ? tr("All alike again")
                                 : tr("Bring %1 forward").arg(mechanismName(*line));
  }
  return {};
}

std::optional<std::size_t> SequenceFigure::entryAt(const QPointF& at, const QSizeF& size) const {
  const SequenceLayout places = layout(size);
  for (std::size_t i = 0; i < places.legend.size(); ++i) {
    if (places.legend[i].contains(at)) return i;
  }
  return std::nullopt;
}

std::optional<std::size_t> SequenceFigure::lineAt(const QPointF& at, const QSizeF& size) const {
  const SequenceLayout places = layout(size);
  for (const QRectF& table : {places.measures, places.values}) {
    const double row = (at.y() - table.top() - kTitleHeight - kGridHead) / kGridRow;
    if (!table.contains(at) || row < 0) continue;
    const auto line = static_cast<std::size_t>(row);
    if (line < mechanismCount()) return line;
  }
  return std::nullopt;
}

std::optional<Selection> SequenceFigure::stepped(int right, int) const {
  const std::size_t tokens = comparison_->tokens();
  if (right == 0 || tokens == 0) return std::nullopt;
  if (look_.tokens.empty()) return Selection(origin_, {right > 0 ? 0 : tokens - 1});
  const auto now = static_cast<std::ptrdiff_t>(look_.tokens.front());
  const auto next = std::clamp<std::ptrdiff_t>(now + right, 0, std::ptrdiff_t(tokens) - 1);
  return Selection(origin_, {static_cast<std::size_t>(next)});
}

}  // namespace lineament::views
