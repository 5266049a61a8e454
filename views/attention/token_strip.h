// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <QStringList>
#include <memory>
#include <optional>
#include <vector>

#include "views/common/plot_figure.h"

namespace lineament::views {

// Tokens as running text, each in a box of its own that can have a colour. Line feeds in a token
// end its line.
struct TokenStripLayout {
  struct Box {
    float left = 0, width = 0;
    std::uint32_t line = 0;
  };
  std::vector<Box> boxes;                // one for each token
  std::vector<std::size_t> line_starts;  // the first token of each line
  double height = 0;

  QRectF place(std::size_t token) const;
};
constexpr double kStripLine = 19, kStripMargin = 12;

// The widths of their texts, which take long where there are many of them; on any thread. Throws
// Cancelled.
std::vector<float> tokenWidths(const std::vector<std::string>& tokens, std::size_t count,
                               const Context& context);
TokenStripLayout layOutTokens(const std::vector<std::string>& tokens,
                              const std::vector<float>& widths, double width);

// Both. `tokens` as they are in the stack; empty ones and spaces have a width, too. Without texts
// their numbers stand for them.
TokenStripLayout layOutTokens(const std::vector<std::string>& tokens, std::size_t count,
                              double width);
// At a place counted from the strip's own top left corner.
std::optional<std::size_t> tokenAt(const TokenStripLayout& layout, const QPointF& at);

struct TokenStripContent {
  const std::vector<std::string>& tokens;
  const std::vector<float>& values;  // one for each token, or none; NaN: no colour
  double limit = 1;                  // the value of the strongest colour
  bool has_negative = false;
  std::vector<std::size_t> chosen;
  std::optional<std::size_t> hovered;
};
// The lines that lie in [top, bottom), counted from the strip's top, which is at the painter's
// origin.
void drawTokenStrip(const Drawing& drawing, const TokenStripLayout& layout,
                    const TokenStripContent& content, double top, double bottom);

// What its colours stand for, lying, with its right end's number at `right`.
void drawStripBar(const Drawing& drawing, const QPointF& right, const TokenStripContent& content);

}  // namespace lineament::views
