// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/model/model_figure.h"

#include <QPainter>

#include "views/common/number_text.h"

namespace lineament::views {

namespace {

constexpr const char* kScales[] = {"unit", "deviation"};
constexpr const char* kOrders[] = {"given", "effect"};

// The value of `options` at `key` as its place among two names; `now` where it is none of them.
template <class Choice>
Choice chosenOf(const nlohmann::json& options, const char* key, const char* const (&names)[2],
                Choice now) {
  const auto found = options.find(key);
  if (found == options.end() || !found->is_string()) return now;
  for (int i = 0; i < 2; ++i) {
    if (*found == names[i]) return static_cast<Choice>(i);
  }
  return now;
}

}  // namespace

void ModelFigure::setData(const Data& data) {
  sheet_ = std::make_shared<const ModelSheet>(sheetOf(data.require<Model>()));
  arrange(scale_, order_);
}

void ModelFigure::setOptions(const nlohmann::json& options) {
  arrange(chosenOf(options, "effects", kScales, scale_),
          chosenOf(options, "order", kOrders, order_));
}

nlohmann::json ModelFigure::options() const {
  return {{"effects", kScales[static_cast<int>(scale_)]},
          {"order", kOrders[static_cast<int>(order_)]}};
}

void ModelFigure::arrange(EffectScale scale, TermOrder order) {
  scale_ = scale;
  order_ = order;
  layout_ = std::make_shared<const SheetLayout>(*sheet_, scale, order);
}

void ModelFigure::paint(QPainter& painter, const QSizeF& size, const Theme& theme) const {
  if (!layout_) return;
  painter.save();
  painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
  layout_->paint(painter, size, theme);
  painter.restore();
}

QSizeF ModelFigure::naturalSize(double width) const {
  return {width, layout_ ? layout_->naturalHeight(width) : 1};
}

QString ModelFigure::caption() const {
  QStringList parts{sheet_->title};
  const auto count = [](std::size_t number) { return numberText(static_cast<double>(number), 15); };
  if (sheet_->linear) parts << tr("%1 terms").arg(count(sheet_->linear->terms.size()));
  if (sheet_->network) parts << tr("%1 parameters").arg(count(sheet_->network->parameters));
  return parts.join(QStringLiteral(" · "));
}

}  // namespace lineament::views
