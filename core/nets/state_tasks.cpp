// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nets/state_tasks.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "core/base/error.h"

namespace lineament::nets {

namespace {

constexpr ErrorText kModulus{"sequence.task.setting", "Make the task of modular arithmetic",
                             "the modulus is {modulus}", "", "Choose one from 2 to 100"};

// Tells one sequence's positions of a batch.
class Positions {
 public:
  Positions(SequenceBatch& batch, std::int64_t place, std::int64_t length)
      : batch_(batch), first_(static_cast<std::size_t>(place * length)), length_(length) {}

  std::int32_t& token(std::int64_t i) { return batch_.tokens[at(i)]; }
  void ask(std::int64_t i, std::int64_t answer) {
    batch_.targets[at(i)] = static_cast<std::int32_t>(answer);
  }
  void score(std::int64_t i) { batch_.scored[at(i)] = 1; }

 private:
  std::size_t at(std::int64_t i) const { return first_ + static_cast<std::size_t>(i); }

  SequenceBatch& batch_;
  std::size_t first_;
  std::int64_t length_;
};

std::int64_t below(Random& random, std::int64_t count) {
  return static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(count)));
}

class Parity : public SequenceTask {
 public:
  std::int64_t vocabulary() const override { return 2; }
  std::int64_t outputs() const override { return 2; }
  double chance() const override { return 0.5; }
  std::int64_t shortest() const override { return 1; }

  void draw(Random& random, std::int64_t length, std::int64_t place,
            SequenceBatch& batch) const override {
    Positions at(batch, place, length);
    std::int64_t odd = 0;
    for (std::int64_t i = 0; i < length; ++i) {
      const std::int64_t bit = below(random, 2);
      odd ^= bit;
      at.token(i) = static_cast<std::int32_t>(bit);
      at.ask(i, odd);
    }
    at.score(length - 1);
  }
};

class ModularArithmetic : public SequenceTask {
 public:
  explicit ModularArithmetic(std::int64_t modulus) : modulus_(modulus) {}

  std::int64_t vocabulary() const override { return modulus_ + kSigns; }
  std::int64_t outputs() const override { return modulus_; }
  double chance() const override { return 1.0 / static_cast<double>(modulus_); }
  std::int64_t shortest() const override { return 2; }  // a digit and the equals sign

  void draw(Random& random, std::int64_t length, std::int64_t place,
            SequenceBatch& batch) const override {
    Positions at(batch, place, length);
    const std::int64_t digits = 1 + below(random, length / 2);
    // `sum` of the finished terms, and the product that is under way with its sign.
    std::int64_t sum = 0, product = below(random, modulus_), position = 0;
    at.token(position++) = static_cast<std::int32_t>(product);
    for (std::int64_t i = 1; i < digits; ++i) {
      const std::int64_t sign = below(random, 3), digit = below(random, modulus_);
      at.token(position++) = static_cast<std::int32_t>(modulus_ + sign);
      at.token(position++) = static_cast<std::int32_t>(digit);
      if (sign == kTimes) {
        product = product * digit % modulus_;
      } else {
        sum = (sum + product) % modulus_;
        product = sign == kPlus ? digit : (modulus_ - digit) % modulus_;
      }
    }
    at.token(position) = static_cast<std::int32_t>(modulus_ + kEquals);
    at.ask(position, (sum + product) % modulus_);
    at.score(position);
    while (++position < length) at.token(position) = static_cast<std::int32_t>(modulus_ + kPadding);
  }

 private:
  enum Sign : std::int64_t { kPlus, kMinus, kTimes, kEquals, kPadding, kSigns };
  std::int64_t modulus_;
};

class Permutations : public SequenceTask {
 public:
  explicit Permutations(int things) : things_(static_cast<std::size_t>(things)) {
    std::vector<std::uint8_t> images(things_);
    std::iota(images.begin(), images.end(), std::uint8_t{0});
    do {
      elements_.push_back(images);
    } while (std::next_permutation(images.begin(), images.end()));
  }

  std::int64_t vocabulary() const override { return static_cast<std::int64_t>(elements_.size()); }
  std::int64_t outputs() const override { return vocabulary(); }
  double chance() const override { return 1.0 / static_cast<double>(elements_.size()); }
  std::int64_t shortest() const override { return 1; }

  void draw(Random& random, std::int64_t length, std::int64_t place,
            SequenceBatch& batch) const override {
    Positions at(batch, place, length);
    std::vector<std::uint8_t> product = elements_.front(), next(things_);
    for (std::int64_t i = 0; i < length; ++i) {
      const std::size_t element = random.below(elements_.size());
      for (std::size_t k = 0; k < things_; ++k) next[k] = elements_[element][product[k]];
      product.swap(next);
      at.token(i) = static_cast<std::int32_t>(element);
      const auto found = std::lower_bound(elements_.begin(), elements_.end(), product);
      at.ask(i, found - elements_.begin());
    }
    at.score(length - 1);
  }

 private:
  std::size_t things_;
  std::vector<std::vector<std::uint8_t>> elements_;  // lexicographic
};

}  // namespace

std::unique_ptr<SequenceTask> parityTask() {
  return std::make_unique<Parity>();
}

std::unique_ptr<SequenceTask> modularArithmeticTask(std::int64_t modulus) {
  if (modulus < 2 || modulus > 100) throw Error::usage(kModulus, {{"modulus", modulus}});
  return std::make_unique<ModularArithmetic>(modulus);
}

std::unique_ptr<SequenceTask> permutationTask(int things) {
  return std::make_unique<Permutations>(things);
}

}  // namespace lineament::nets
