// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <optional>
#include <vector>

#include "views/attention/shown_matrix.h"
#include "views/common/plot_figure.h"

namespace lineament::views {

// Weights between some tokens, of one head or several of a layer.
struct LinkedTokens {
  std::uint64_t first = 0, count = 0;       // the same queries and keys
  std::vector<std::size_t> heads;           // numbers in the layer; empty: heads taken together
  std::vector<std::vector<float>> weights;  // of each head, count x count
  double largest = 0;                       // magnitude
};
// Throws Cancelled. Each head as `choice` has it in place of the chosen one, less what `choice`
// takes away; of another stack each head less itself. `other` may be null.
LinkedTokens linkedTokens(const ShownCells::Stack& stack, const ShownCells::Stack& other,
                          const MatrixChoice& choice, const std::vector<std::size_t>& heads,
                          std::uint64_t first, std::uint64_t count, const Context& context);

struct Link {
  std::uint64_t query = 0, key = 0;  // counted in the stack
  std::size_t head = 0;              // place in `heads`
  float weight = 0;
};
// The token whose links alone are drawn: as a query in the left column, or as a key in the right.
struct ArcFocus {
  bool query = true;
  std::uint64_t token = 0;
  bool operator==(const ArcFocus&) const = default;
};

// Links of at least that magnitude, the strongest last, `most` of them at most; `all` says how many
// there are.
struct ChosenLinks {
  std::vector<Link> links;
  std::size_t all = 0;
};
ChosenLinks chooseLinks(const LinkedTokens& tokens, double threshold,
                        const std::optional<ArcFocus>& focus, std::size_t most);

// Two columns of tokens, the queries on the left and what they attend to on the right.
struct ArcLayout {
  QRectF queries, keys;  // where their texts stand
  double top = 0, row = 0;
  std::uint64_t first = 0, count = 0;
  QPointF title, facts, legend;

  double y(std::uint64_t token) const {
    return top + (static_cast<double>(token - first) + 0.5) * row;
  }
};
ArcLayout layOutArcs(std::uint64_t first, std::uint64_t count, double label_width,
                     const QSizeF& size);
std::optional<ArcFocus> tokenAt(const ArcLayout& layout, const QPointF& at);
double naturalArcHeight(std::uint64_t count);

struct ArcContent {
  const AttentionStack& stack;
  const LinkedTokens& tokens;
  const ChosenLinks& links;
  double limit = 1;  // the weight of the widest line
  QString title, facts;
  bool difference = false;
  std::optional<ArcFocus> focus;
  std::vector<std::size_t> chosen;
};
void drawArcs(const Drawing& drawing, const ArcLayout& layout, const ArcContent& content);

}  // namespace lineament::views
