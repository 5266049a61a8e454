// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/attention/attention_figure.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "views/attention/token_text.h"
#include "views/attention/weight_tiles.h"
#include "views/common/figure_style.h"
#include "views/common/number_text.h"

namespace lineament::views {

namespace {

constexpr ErrorText kShape{"attention.shape", "Show attention matrices",
                           "expected as many weights as layers x heads x queries x keys, and "
                           "tokens and measures to go with them",
                           "", "Run the analysis again, or choose another result"};

constexpr std::uint64_t kWeightsAtOnce = 150'000;  // are worked out within a frame
constexpr double kFilePixels = 300.0 / 96;         // of a unit
constexpr double kTallest = 1200;                  // units of a text in a file

}  // namespace

void AttentionFigure::setData(const Data& shown) {
  // The data are held, not copied: tokens may be a million.
  const auto held = std::make_shared<const Data>(shown);
  const auto& stack = held->require<AttentionStack>();
  if (!isConsistent(stack)) throw Error(kShape);
  stack_ = {held, &stack};
  origin_ = shown.origin();
  other_.reset();
  other_unfit_ = false;
  thumbnails_.reset();
  label_width_ = labelWidth(0, tokenCount(), figureFont(TextSize::small, true));
  choiceChanged();
  const std::uint64_t weights =
      stack.layers.size() * stack.heads.size() * stack.queries * stack.keys;
  if (weights <= kWeightsAtOnce && !empty()) {
    ThumbnailMaker maker(stack_, look_.choice.hidden);
    maker.make(true, {});
    thumbnails_ = maker.now();
  }
}

bool AttentionFigure::manyInAll() const {
  return areMany(stack_->layers.size() * stack_->heads.size(), stack_->queries, stack_->keys);
}

bool AttentionFigure::manyInMatrix() const {
  return areMany(1, stack_->queries, stack_->keys);
}

bool AttentionFigure::sparse() const {
  return plane_ && plane_->sparse() && cells_.hiddenKeys().empty() && !cells_.isDifference();
}

bool AttentionFigure::needsThumbnails() const {
  const bool compared = look_.mode == AttentionMode::matrix && !look_.range &&
                        !cells_.isDifference() &&
                        (look_.range_of == RangeOf::layer || look_.range_of == RangeOf::all);
  return look_.mode == AttentionMode::grid || compared;
}

void AttentionFigure::setOptions(const nlohmann::json& options) {
  const MatrixChoice before = look_.choice;
  const auto companion = look_.companion;
  look_.read(options);
  if (look_.companion != companion) {
    other_.reset();
    other_unfit_ = false;
  }
  PlotFigure::setOptions(options);
  if (!(before == look_.choice) || look_.companion != companion) choiceChanged();
}

nlohmann::json AttentionFigure::options() const {
  nlohmann::json options = PlotFigure::options();
  options.update(look_.toJson());
  return options;
}

std::vector<std::int64_t> AttentionFigure::companions() const {
  if (!look_.companion) return {};
  return {*look_.companion};
}

void AttentionFigure::setCompanion(std::int64_t id, const Data& data) {
  if (look_.companion != id) return;
  const auto* stack = data.as<AttentionStack>();
  other_unfit_ = !stack || !isConsistent(*stack) || stack->queries != stack_->queries ||
                 stack->keys != stack_->keys || stack->layers.empty() || stack->heads.empty();
  other_ = other_unfit_ ? nullptr : std::make_shared<const AttentionStack>(*stack);
  choiceChanged();
}

// What was worked out of another choice is kept until there is the new one, but not drawn as it.
void AttentionFigure::choiceChanged() {
  cells_ = ShownCells(stack_, look_.choice, look_.companion ? other_ : nullptr);
  plane_.reset();
  tiles_.clear();
  links_.reset();
  focus_.reset();
  problem_.clear();
  const std::uint64_t weights = stack_->queries * stack_->keys;
  if (weights <= kWeightsAtOnce && !empty()) {
    plane_ = std::make_shared<const ReducedPlane>(overviewOf(cells_, {}));
  }
}

bool AttentionFigure::empty() const {
  return stack_->layers.empty() || stack_->heads.empty() || stack_->queries == 0 ||
         stack_->keys == 0;
}

void AttentionFigure::setThumbnails(std::shared_ptr<const HeadThumbnails> thumbnails) {
  thumbnails_ = std::move(thumbnails);
}

void AttentionFigure::setPlane(const MatrixChoice& choice, PlanePtr plane) {
  if (choice == cells_.choice()) plane_ = std::move(plane);
}

int AttentionFigure::tileLevels() const {
  const int overview = overviewLevel(stack_->queries, stack_->keys);
  return plane_ && !plane_->sampled ? std::min(overview, sampledLevel()) : overview;
}

std::vector<PlanePtr> AttentionFigure::shownTiles() const {
  std::vector<PlanePtr> tiles = tiles_;
  if (plane_ && !plane_->sampled) {
    std::erase_if(tiles, [](const PlanePtr& tile) { return tile->sampled; });
  }
  return tiles;
}

void AttentionFigure::setProfile(std::shared_ptr<const TokenProfile> profile) {
  profile_ = std::move(profile);
}

std::vector<std::size_t> AttentionFigure::chosenTokens() const {
  std::vector<std::size_t> tokens;
  if (selection().origin() == origin_) tokens = selection().indices();
  if (tokens.empty() && look_.token) tokens = {static_cast<std::size_t>(*look_.token)};
  std::erase_if(tokens, [this](std::size_t token) { return token >= tokenCount(); });
  return tokens;
}

std::optional<std::size_t> AttentionFigure::token() const {
  const auto chosen = chosenTokens();
  return chosen.empty() ? std::nullopt : std::optional(chosen.front());
}

const HeadMeasure* AttentionFigure::measure() const {
  for (const HeadMeasure& measure : stack_->measures) {
    if (measure.name == look_.measure) return &measure;
  }
  return stack_->measures.empty() ? nullptr : &stack_->measures.front();
}

const TokenMeasure* AttentionFigure::tokenMeasure() const {
  for (const TokenMeasure& measure : stack_->token_measures) {
    if (measure.name == look_.token_measure) return &measure;
  }
  return stack_->token_measures.empty() ? nullptr : &stack_->token_measures.front();
}

bool AttentionFigure::profileFits() const {
  const auto chosen = token();
  return !chosen || (profile_ && profile_->token == *chosen && profile_->choice == cells_.choice());
}

std::vector<std::size_t> AttentionFigure::linkedHeads() const {
  std::vector<std::size_t> heads = look_.heads;
  std::erase_if(heads, [this](std::size_t head) { return head >= stack_->heads.size(); });
  if (heads.empty() && cells_.choice().head.over == HeadChoice::Over::one) {
    heads = {cells_.choice().head.head};
  }
  return heads;
}

bool AttentionFigure::linksFit() const {
  if (!links_ || links_->heads != linkedHeads()) return false;
  const std::uint64_t all = std::min(stack_->queries, stack_->keys);
  const std::uint64_t first = std::min(look_.first, all > 0 ? all - 1 : 0);
  return links_->first == first && links_->count == std::min(look_.count, all - first);
}

const std::vector<std::string>& AttentionFigure::tokens() const {
  return stack_->key_tokens.size() >= stack_->query_tokens.size() ? stack_->key_tokens
                                                                  : stack_->query_tokens;
}

std::size_t AttentionFigure::tokenCount() const {
  return static_cast<std::size_t>(std::max(stack_->queries, stack_->keys));
}

// What is the same for a screen and a file, and then what only a file has to have at once.
void AttentionFigure::prepare(const Context& context) {
  if (empty()) return;
  const bool exactly = !manyInAll();
  // What a view has taken over while they are made may be a part of them.
  const auto all = [&](std::size_t heads) {
    return heads == stack_->layers.size() * stack_->heads.size();
  };
  if (needsThumbnails() &&
      !(thumbnails_ && all(exactly ? thumbnails_->exact() : thumbnails_->made()))) {
    ThumbnailMaker maker(stack_, look_.choice.hidden);
    maker.make(exactly, context);
    thumbnails_ = maker.now();
  }
  if (look_.mode == AttentionMode::arcs && !linksFit()) {
    links_ = std::make_shared<const LinkedTokens>(linkedTokens(
        stack_, other_, look_.choice, linkedHeads(), look_.first, look_.count, context));
  }
  if (const auto chosen = token(); chosen && !profileFits()) {
    profile_ = std::make_shared<const TokenProfile>(profileOf(cells_, *chosen, context));
  }
  if (look_.mode != AttentionMode::matrix) return;
  if (manyInMatrix()) {
    if (!plane_) plane_ = std::make_shared<const ReducedPlane>(finerSampleOf(cells_, context));
  } else if (!plane_ || plane_->sampled) {
    plane_ = std::make_shared<const ReducedPlane>(overviewOf(cells_, context.part(0, 0.5)));
  }
  const QRectF plot = plotArea(naturalSize(660));
  const double pixels = plot.width() * kFilePixels / area().keys;
  tiles_.clear();
  for (const TileKey& key : tilesWanted(cells_, area(), pixels, tileLevels())) {
    tiles_.push_back(
        std::make_shared<const ReducedPlane>(tileOf(cells_, key, context.part(0.5, 1))));
  }
}

HeadGridContent AttentionFigure::gridContent() const {
  HeadGridContent content{
      stack_->layers.size(), stack_->heads.size(), measure() != nullptr, stack_->causal, {}};
  if (look_.order != HeadOrder::layers && measure()) {
    content.order = orderedHeads(measure()->values, look_.order);
  }
  return content;
}

MeasureMapsContent AttentionFigure::measuresContent() const {
  return {stack_->measures.size(), stack_->layers.size(), stack_->heads.size()};
}

HeadGridLayout AttentionFigure::gridLayout(const QSizeF& size) const {
  return layOutHeadGrid(gridContent(), size);
}

QSizeF AttentionFigure::naturalSize(double width) const {
  if (empty()) return PlotFigure::naturalSize(width);
  switch (look_.mode) {
    case AttentionMode::grid:
      return {width, naturalGridHeight(gridContent(), width)};
    case AttentionMode::matrix: {
      const MatrixPaneLayout layout = paneLayout({width, 1e5});
      return {width, layout.key_labels.bottom() + 26};
    }
    case AttentionMode::arcs:
      return {width, naturalArcHeight(look_.count)};
    case AttentionMode::text:
      return {width, std::min(kTallest, layOutTokens(tokens(), tokenCount(), width).height + 60)};
    case AttentionMode::measures: {
      const MeasureMaps maps = layOutMeasureMaps(measuresContent(), {width, 1e5});
      return {width, maps.maps.empty() ? 100 : maps.maps.back().place.bottom() + 20};
    }
  }
  return PlotFigure::naturalSize(width);
}

// What of the weights cannot be seen as they are.
QStringList AttentionFigure::reductions() const {
  QStringList parts;
  const QString dots = look_.look.reduction == Reduction::peak
                           ? tr("each dot is the strongest of its weights")
                           : tr("each dot is the mean of its weights");
  if (look_.mode == AttentionMode::grid && thumbnails_) {
    const std::size_t count = stack_->layers.size() * stack_->heads.size();
    if (thumbnails_->complete()) {
      const bool small =
          std::any_of(thumbnails_->planes.begin(), thumbnails_->planes.end(),
                      [](const PlanePtr& plane) { return plane && plane->reduced(); });
      if (small) parts << tr("reduced: %1").arg(dots);
    } else {
      parts << tr("first look at every %1th query, %2 of %3 heads exact")
                   .arg(blockSide(stack_->queries, 80))
                   .arg(thumbnails_->exact())
                   .arg(count);
    }
  }
  if (look_.mode == AttentionMode::matrix) {
    if (!plane_) parts << (problem_.isEmpty() ? tr("working out the weights") : problem_);
    const std::vector<PlanePtr> tiles = shownTiles();
    const PlanePtr shown = tiles.empty() ? plane_ : tiles.back();
    if (shown && shown->sampled) {
      parts << tr("first look at every %1th query").arg(shown->block_queries);
    } else if (std::max(area().queries, area().keys) > 700) {
      parts << tr("reduced: %1").arg(dots);
    }
  }
  return parts;
}

QString AttentionFigure::caption() const {
  if (empty()) return {};
  QStringList parts;
  const auto count = [](std::uint64_t number) {
    return numberText(static_cast<double>(number), 12);
  };
  if (look_.mode == AttentionMode::grid || look_.mode == AttentionMode::measures) {
    parts << tr("%1 layers × %2 heads").arg(stack_->layers.size()).arg(stack_->heads.size());
  } else {
    parts << headTitle(*stack_, cells_.choice().head);
  }
  parts << tr("%1 queries × %2 keys").arg(count(stack_->queries), count(stack_->keys));
  const bool weights = look_.mode == AttentionMode::matrix || look_.mode == AttentionMode::arcs;
  if (cells_.isDifference() && weights) {
    parts << differenceText();
  }
  parts << reductions();
  if (look_.mode == AttentionMode::matrix && sparse()) parts << keptText();
  if (look_.mode == AttentionMode::arcs && linksFit()) {
    parts << tr("tokens %1 to %2 of %3")
                 .arg(count(links_->first + 1), count(links_->first + links_->count),
                      count(tokenCount()));
  }
  if (cells_.choice().hidden != HiddenKeys::none && look_.mode != AttentionMode::measures) {
    parts << (cells_.renormalises() ? tr("keys left out: %1, rows over what is left")
                                    : tr("keys left out: %1"))
                 .arg(cells_.hiddenKeys().size());
  }
  if (look_.look.threshold > 0) {
    parts << tr("weights under %1 not drawn").arg(numberText(look_.look.threshold, 3));
  }
  if (other_unfit_) parts << tr("the other stack has other sizes");
  if (const auto chosen = token()) parts << tr("token %1").arg(tokenPhrase(tokens(), *chosen));
  return parts.join(QStringLiteral(" · "));
}

std::vector<float> AttentionFigure::stripValues() const {
  if (look_.colour == TextColours::measure || !token()) {
    const TokenMeasure* measure = tokenMeasure();
    if (!measure) return {};
    return {measure->values.begin(), measure->values.end()};
  }
  if (!profile_ || !profileFits()) return {};
  const bool attends = look_.colour == TextColours::attends;
  std::vector<float> values = attends ? profile_->attends : profile_->attended;
  if (!cells_.causal()) return values;
  // What cannot attend, or be attended to, has no colour rather than that of 0.
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(
                                           std::min(values.size(), *token() + (attends ? 1 : 0)));
  std::fill(attends ? middle : values.begin(), attends ? values.end() : middle, std::nanf(""));
  return values;
}

TokenStripContent AttentionFigure::stripContent(const std::vector<float>& values) const {
  TokenStripContent content{tokens(), values, 0, false, chosenTokens(), {}};
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    content.limit = std::max(content.limit, std::abs(static_cast<double>(value)));
    content.has_negative = content.has_negative || value < 0;
  }
  if (content.limit <= 0) content.limit = 1;
  return content;
}

QString AttentionFigure::stripTitle() const {
  const auto chosen = token();
  if (look_.colour == TextColours::measure || !chosen) {
    const TokenMeasure* measure = tokenMeasure();
    if (measure) {
      return withUnit(QString::fromStdString(measure->title),
                      QString::fromStdString(measure->unit));
    }
    return tr("Choose a token to see what it attends to");
  }
  const QString name = tokenPhrase(tokens(), *chosen);
  const QString head = headTitle(*stack_, cells_.choice().head);
  return look_.colour == TextColours::attends ? tr("What token %1 attends to, %2").arg(name, head)
                                              : tr("What attends to token %1, %2").arg(name, head);
}

}  // namespace lineament::views
