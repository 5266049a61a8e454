// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/language/implied_factors.h"

#include <algorithm>
#include <cmath>

#include "core/sequence/attention_scale.h"

namespace lineament::language {

namespace {

using sequence::Dim;

// The operands of one text, [token, head, ...], made into rows of heads, [head, token, ...].
class Operands {
 public:
  Operands(const sequence::Description& about, const sequence::Sizes& sizes,
           const std::vector<const float*>& operands)
      : about_(about),
        operands_(operands),
        tokens_(static_cast<std::size_t>(sizes.tokens())),
        heads_(static_cast<std::size_t>(sizes.heads())),
        size_(static_cast<std::size_t>(sizes.keys())),
        groups_(static_cast<std::size_t>(sizes[Dim::group])) {}

  std::size_t tokens() const { return tokens_; }
  std::size_t heads() const { return heads_; }
  std::size_t size() const { return size_; }

  const float* operand(std::string_view name) const {
    const auto at = std::ranges::find(about_.inputs, name, &sequence::OperandSpec::name);
    return at == about_.inputs.end()
               ? nullptr
               : operands_[static_cast<std::size_t>(at - about_.inputs.begin())];
  }

  // f(head, token, channel) of every one.
  template <class F>
  std::vector<float> rows(std::size_t width, F f) const {
    std::vector<float> made(heads_ * tokens_ * width);
    float* to = made.data();
    for (std::size_t head = 0; head < heads_; ++head) {
      for (std::size_t t = 0; t < tokens_; ++t) {
        for (std::size_t k = 0; k < width; ++k) *to++ = f(head, t, k);
      }
    }
    return made;
  }

  // An operand of every token and head, `width` numbers each, times `factor`.
  std::vector<float> rows(std::string_view name, std::size_t width, double factor = 1) const {
    const float* from = operand(name);
    const auto scale = static_cast<float>(factor);
    return rows(width, [&](std::size_t head, std::size_t t, std::size_t k) {
      return scale * from[(t * heads_ + head) * width + k];
    });
  }
  // The same of one that groups of heads share.
  std::vector<float> shared(std::string_view name) const {
    const float* from = operand(name);
    return rows(size_, [&](std::size_t head, std::size_t t, std::size_t k) {
      return from[(t * groups_ + head * groups_ / heads_) * size_ + k];
    });
  }
  std::vector<float> exponentials(std::string_view name, std::size_t width) const {
    std::vector<float> made = rows(name, width);
    for (float& value : made) value = std::exp(value);
    return made;
  }
  // A number of each token and head times the rows of another.
  std::vector<float> weighted(std::vector<float> rows_of_keys, const std::vector<float>& by) const {
    for (std::size_t i = 0; i < rows_of_keys.size(); ++i) rows_of_keys[i] *= by[i / size_];
    return rows_of_keys;
  }

 private:
  const sequence::Description& about_;
  const std::vector<const float*>& operands_;
  std::size_t tokens_, heads_, size_, groups_;
};

void fixedDecay(const Operands& given, RecurrentFactors& made) {
  const float* logs = given.operand("g");
  made.decay_width = 1;
  made.decays = given.rows(
      1, [&](std::size_t head, std::size_t, std::size_t) { return std::exp(logs[head]); });
}

void mamba2(const Operands& given, RecurrentFactors& made) {
  const float *steps = given.operand("dt"), *rates = given.operand("A");
  const float* skip = given.operand("D");
  const std::vector<float> step = given.rows("dt", 1);
  made.queries = given.shared("C");
  made.writes = given.weighted(given.shared("B"), step);
  made.decay_width = 1;
  made.decays = given.rows(1, [&](std::size_t head, std::size_t t, std::size_t) {
    return std::exp(steps[t * given.heads() + head] * rates[head]);
  });
  if (!skip) return;
  made.diagonal =
      given.rows(1, [&](std::size_t head, std::size_t, std::size_t) { return skip[head]; });
}

void rwkv6(const Operands& given, double scale, RecurrentFactors& made) {
  made.queries = given.rows("r", given.size(), scale);
  made.writes = given.rows("k", given.size());
  made.decay_width = given.size();
  made.decays = given.exponentials("w", given.size());
  made.reads_before = true;
  const float* bonus = given.operand("u");
  made.diagonal = given.rows(1, [&](std::size_t head, std::size_t t, std::size_t) {
    const std::size_t row = (head * given.tokens() + t) * given.size();
    double sum = 0;
    for (std::size_t k = 0; k < given.size(); ++k) {
      sum += double(made.queries[row + k]) * double(bonus[head * given.size() + k]) *
             double(made.writes[row + k]);
    }
    return static_cast<float>(sum);
  });
}

void deltaRule(const Operands& given, bool gated, RecurrentFactors& made) {
  const std::vector<float> keys = given.rows("k", given.size());
  made.writes = given.weighted(keys, given.rows("beta", 1));
  made.removals = made.writes;
  if (!gated) {
    made.recalls = keys;
    return;
  }
  const std::vector<float> decays = given.exponentials("g", 1);
  made.recalls = given.weighted(keys, decays);
  made.decay_width = 1;
  made.decays = decays;
}

void rwkv7(const Operands& given, double scale, RecurrentFactors& made) {
  made.queries = given.rows("q", given.size(), scale);
  made.writes = given.rows("k", given.size());
  made.decay_width = given.size();
  made.decays = given.exponentials("g", given.size());
  made.recalls = given.rows("kappa", given.size());
  std::vector<float> removals = given.rows("a", given.size());
  for (std::size_t i = 0; i < removals.size(); ++i) removals[i] *= made.recalls[i];
  made.removals = std::move(removals);
}

}  // namespace

std::optional<RecurrentFactors> impliedFactors(const sequence::Mechanism& mechanism,
                                               const sequence::Sizes& sizes,
                                               const sequence::Options& options,
                                               const std::vector<const float*>& operands) {
  const sequence::Description& about = mechanism.description();
  const Operands given(about, sizes, operands);
  RecurrentFactors made;
  made.heads = given.heads();
  made.tokens = given.tokens();
  made.size = given.size();
  const std::string_view id = about.id;
  if (id == "ssd") {
    mamba2(given, made);
  } else if (id == "rwkv6") {
    rwkv6(given, options.real(0), made);
  } else if (id == "rwkv7") {
    rwkv7(given, options.real(0), made);
  } else if ((id == "retention" && given.operand("g")) || id == "gla" || id == "deltanet" ||
             id == "gated-deltanet") {
    made.queries = given.rows("q", given.size(), sequence::attentionScale(sizes, options.real(0)));
    if (id == "retention" || id == "gla") made.writes = given.rows("k", given.size());
    if (id == "retention") fixedDecay(given, made);
    if (id == "gla") {
      made.decay_width = given.size();
      made.decays = given.exponentials("g", given.size());
    }
    if (made.writes.empty()) deltaRule(given, id == "gated-deltanet", made);
  } else {
    return std::nullopt;
  }
  return made;
}

}  // namespace lineament::language
