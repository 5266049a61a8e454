// SPDX-License-Identifier: GPL-3.0-or-later
// Merging by a queue against the definition: look at all pairs, merge the best, begin again.
#include "core/text/pair_merges.h"

#include <QElapsedTimer>
#include <QTest>
#include <string>
#include <unordered_map>

#include "core/base/random.h"

namespace lineament::text {

namespace {

using Ranks = std::unordered_map<std::string, double>;

auto ruleFor(const std::string& word, const Ranks& ranks) {
  return [&](const Symbol& left, const Symbol& right) -> std::optional<Merge> {
    const auto found =
        ranks.find(word.substr(left.range.begin, right.range.end - left.range.begin));
    return found == ranks.end() ? std::nullopt : std::optional(Merge{found->second, 1});
  };
}

std::vector<Symbol> lettersOf(const std::string& word) {
  std::vector<Symbol> symbols;
  for (std::uint32_t i = 0; i < word.size(); ++i) symbols.push_back({{i, i + 1}, 0, false});
  return symbols;
}

std::vector<Symbol> byDefinition(std::vector<Symbol> symbols, const auto& rule) {
  for (;;) {
    std::size_t best = symbols.size();
    double rank = 0;
    for (std::size_t i = 0; i + 1 < symbols.size(); ++i) {
      const auto merge = rule(symbols[i], symbols[i + 1]);
      if (merge && (best == symbols.size() || merge->rank < rank)) {
        best = i;
        rank = merge->rank;
      }
    }
    if (best == symbols.size()) return symbols;
    symbols[best].range.end = symbols[best + 1].range.end;
    symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
}

std::string cutsOf(const std::vector<Symbol>& symbols) {
  std::string made;
  for (const Symbol& symbol : symbols) made += std::to_string(symbol.range.begin) + " ";
  return made;
}

class PairMergesTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void againstTheDefinition() {
    Random random(7);
    const auto draw = [&](std::size_t length) {
      std::string word;
      while (word.size() < length) word += static_cast<char>('a' + random.below(3));
      return word;
    };
    for (int round = 0; round < 300; ++round) {
      Ranks ranks;
      for (int i = 0; i < 12; ++i) ranks[draw(2 + random.below(4))] = double(random.below(6));
      const std::string word = draw(1 + random.below(40));
      const auto rule = ruleFor(word, ranks);
      std::vector<Symbol> symbols = lettersOf(word);
      const std::string expected = cutsOf(byDefinition(symbols, rule));
      mergePairs(symbols, rule);
      QCOMPARE(cutsOf(symbols), expected);
    }
  }

  void fixedStayAlone() {
    const std::string word = "aaa";
    std::vector<Symbol> symbols = lettersOf(word);
    symbols[1].fixed = true;
    mergePairs(symbols, ruleFor(word, {{"aa", 0}}));
    QCOMPARE(symbols.size(), std::size_t{3});
  }

  void longWords() {
    const std::string word(1 << 20, 'a');
    std::vector<Symbol> symbols = lettersOf(word);
    const auto rule = [](const Symbol& left, const Symbol& right) -> std::optional<Merge> {
      if (left.range.size() != right.range.size()) return std::nullopt;
      return Merge{double(left.range.size()), 1};
    };
    QElapsedTimer timer;
    timer.start();
    mergePairs(symbols, rule);
    QCOMPARE(symbols.size(), std::size_t{1});
    QVERIFY2(timer.elapsed() < 20'000, "a word of a million letters took over 20 s");
  }
};

}  // namespace

}  // namespace lineament::text

QTEST_GUILESS_MAIN(lineament::text::PairMergesTest)
#include "pair_merges_test.moc"
