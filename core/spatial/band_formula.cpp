// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/band_formula.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

#include "core/base/error.h"

namespace lineament::spatial {

namespace {

constexpr ErrorText kSyntax{"formula.syntax", "Read the formula '{formula}'",
                            "{expected} is expected{found}", "letter {place}",
                            "Write arithmetic over band names, such as (B5 - B4) / (B5 + B4)"};
constexpr ErrorText kNoBand{"formula.no_band", "Read the formula '{formula}'",
                            "the scene has no band '{name}'", "letter {place}",
                            "Its bands are {names}"};
constexpr ErrorText kLong{"formula.long", "Read a formula", "it is too {how}", "",
                          "Split it into several"};

constexpr std::size_t kMostLetters = 4096;
constexpr int kMostNested = 100;
constexpr std::size_t kCells = 1024;  // evaluated together, so that all operands stay in the cache

bool isWordStart(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
}
bool isWord(char c) {
  return isWordStart(c) || (c >= '0' && c <= '9');
}

}  // namespace

bool BandFormula::takesTwo(Operation operation) {
  switch (operation) {
    case Operation::add:
    case Operation::subtract:
    case Operation::multiply:
    case Operation::divide:
    case Operation::power:
    case Operation::least:
    case Operation::greatest:
      return true;
    default:
      return false;
  }
}

// Recursive descent: sum > product > sign > power > operand.
class FormulaParser {
  using Operation = BandFormula::Operation;

 public:
  FormulaParser(BandFormula& formula, const std::vector<RasterBand>& bands)
      : formula_(formula), text_(formula.text_), bands_(bands) {}

  void parse() {
    sum();
    if (at_ < text_.size()) fail("an operator or the end");
  }

 private:
  void sum() {
    product();
    for (;;) {
      if (take('+')) {
        product();
        add(Operation::add);
      } else if (take('-')) {
        product();
        add(Operation::subtract);
      } else {
        return;
      }
    }
  }

  void product() {
    sign();
    for (;;) {
      if (take('*')) {
        sign();
        add(Operation::multiply);
      } else if (take('/')) {
        sign();
        add(Operation::divide);
      } else {
        return;
      }
    }
  }

  void sign() {
    enter();
    if (take('-')) {
      sign();
      add(Operation::negate);
    } else {
      take('+');
      power();
    }
    --nested_;
  }

  // From the right: 2^3^2 is 2^9. The exponent may have a sign.
  void power() {
    operand();
    if (!take('^')) return;
    sign();
    add(Operation::power);
  }

  void operand() {
    space();
    if (take('(')) {
      enter();
      sum();
      --nested_;
      require(')', "a closing parenthesis");
    } else if (take('[')) {
      const std::size_t end = text_.find(']', at_);
      if (end == text_.npos) fail("a closing bracket");
      const std::size_t first = at_;
      at_ = end + 1;
      band(text_.substr(first, end - first), first);
    } else if (at_ < text_.size() && isWordStart(text_[at_])) {
      word();
    } else {
      number();
    }
  }

  void word() {
    const std::size_t first = at_;
    while (at_ < text_.size() && isWord(text_[at_])) ++at_;
    const std::string_view name = text_.substr(first, at_ - first);
    if (take('(')) {
      function(name, first);
    } else {
      band(name, first);
    }
  }

  void function(std::string_view name, std::size_t place) {
    struct Function {
      std::string_view name;
      Operation operation;
    };
    constexpr Function kFunctions[] = {
        {"abs", Operation::absolute},    {"sqrt", Operation::root}, {"log", Operation::logarithm},
        {"exp", Operation::exponential}, {"min", Operation::least}, {"max", Operation::greatest}};
    const auto* found = std::find_if(std::begin(kFunctions), std::end(kFunctions),
                                     [name](const Function& one) { return one.name == name; });
    if (found == std::end(kFunctions)) {
      at_ = place;
      fail("abs, sqrt, log, exp, min or max");
    }
    enter();
    sum();
    if (BandFormula::takesTwo(found->operation)) {
      require(',', "a comma and a second value");
      sum();
    }
    --nested_;
    require(')', "a closing parenthesis");
    add(found->operation);
  }

  void band(std::string_view name, std::size_t place) {
    const auto found = std::find_if(bands_.begin(), bands_.end(),
                                    [name](const RasterBand& band) { return band.name == name; });
    if (found == bands_.end()) {
      std::string names;
      for (const RasterBand& band : bands_) names += (names.empty() ? "" : ", ") + band.name;
      throw Error::usage(
          kNoBand,
          {{"formula", formula_.text_}, {"name", name}, {"place", place + 1}, {"names", names}});
    }
    const auto index = static_cast<std::size_t>(found - bands_.begin());
    std::vector<std::size_t>& used = formula_.bands_;
    const auto there = std::find(used.begin(), used.end(), index);
    const auto slot = static_cast<std::size_t>(there - used.begin());
    if (there == used.end()) used.push_back(index);
    push({Operation::band, 0, slot});
  }

  void number() {
    double value = 0;
    const char* first = text_.data() + at_;
    const auto [end, error] = std::from_chars(first, text_.data() + text_.size(), value);
    if (error != std::errc() || !std::isfinite(value) || *first == '-') {
      fail("a number, a band or a parenthesis");
    }
    at_ += static_cast<std::size_t>(end - first);
    push({Operation::number, value, 0});
  }

  void push(BandFormula::Step step) {
    formula_.steps_.push_back(step);
    formula_.depth_ = std::max(formula_.depth_, ++height_);
  }
  void add(Operation operation) {
    formula_.steps_.push_back({operation});
    if (BandFormula::takesTwo(operation)) --height_;
  }

  void space() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }
  bool take(char wanted) {
    space();
    if (at_ >= text_.size() || text_[at_] != wanted) return false;
    ++at_;
    space();
    return true;
  }
  void require(char wanted, const char* what) {
    if (!take(wanted)) fail(what);
  }
  void enter() {
    if (++nested_ > kMostNested) throw Error::usage(kLong, {{"how", "deeply nested"}});
  }
  [[noreturn]] void fail(const char* expected) const {
    const std::string found =
        at_ < text_.size() ? std::string(", not '") + text_[at_] + "'" : ", but it ends there";
    throw Error::usage(kSyntax, {{"formula", formula_.text_},
                                 {"expected", expected},
                                 {"found", found},
                                 {"place", at_ + 1}});
  }

  BandFormula& formula_;
  std::string_view text_;
  const std::vector<RasterBand>& bands_;
  std::size_t at_ = 0, height_ = 0;
  int nested_ = 0;
};

BandFormula::BandFormula(std::string_view text, const std::vector<RasterBand>& bands)
    : text_(text.substr(0, kMostLetters + 1)) {
  if (text.size() > kMostLetters) throw Error::usage(kLong, {{"how", "long"}});
  FormulaParser(*this, bands).parse();
}

namespace {

template <class Function>
void combine(std::span<double> to, std::span<const double> other, const Function& function) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = function(to[i], other[i]);
}
template <class Function>
void change(std::span<double> to, const Function& function) {
  for (double& value : to) value = function(value);
}

}  // namespace

void BandFormula::evaluate(std::span<const float> values, std::span<float> to) const {
  std::vector<double> stack(depth_ * kCells);
  for (std::size_t first = 0; first < to.size(); first += kCells) {
    const std::size_t count = std::min(kCells, to.size() - first);
    std::size_t height = 0;
    const auto level = [&](std::size_t from_top) {
      return std::span(stack).subspan((height - from_top) * kCells, count);
    };
    for (const Step& step : steps_) {
      if (step.operation == Operation::number || step.operation == Operation::band) {
        ++height;
      } else if (takesTwo(step.operation)) {
        --height;
      }
      const std::span<double> top = level(1);
      // Behind the top: the second operand of the operations that take two.
      const std::span<const double> second =
          takesTwo(step.operation) ? std::span<const double>(level(0)) : top;
      switch (step.operation) {
        case Operation::number:
          std::fill(top.begin(), top.end(), step.number);
          break;
        case Operation::band:
          std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(step.band * to.size() + first),
                      count, top.begin());
          break;
        case Operation::add:
          combine(top, second, std::plus<>());
          break;
        case Operation::subtract:
          combine(top, second, std::minus<>());
          break;
        case Operation::multiply:
          combine(top, second, std::multiplies<>());
          break;
        case Operation::divide:
          combine(top, second, std::divides<>());
          break;
        case Operation::power:
          combine(top, second, [](double x, double y) { return std::pow(x, y); });
          break;
        case Operation::least:  // NaN stays NaN
          combine(top, second, [](double x, double y) { return x < y || std::isnan(x) ? x : y; });
          break;
        case Operation::greatest:
          combine(top, second, [](double x, double y) { return x > y || std::isnan(x) ? x : y; });
          break;
        case Operation::negate:
          change(top, std::negate<>());
          break;
        case Operation::absolute:
          change(top, [](double x) { return std::abs(x); });
          break;
        case Operation::root:
          change(top, [](double x) { return std::sqrt(x); });
          break;
        case Operation::logarithm:
          change(top, [](double x) { return std::log(x); });
          break;
        case Operation::exponential:
          change(top, [](double x) { return std::exp(x); });
          break;
      }
    }
    const std::span<const double> result = level(1);
    std::transform(result.begin(), result.end(), to.begin() + static_cast<std::ptrdiff_t>(first),
                   [](double x) {
                     const auto value = static_cast<float>(x);
                     return std::isfinite(value) ? value : std::numeric_limits<float>::quiet_NaN();
                   });
  }
}

namespace {

class FormulaSource : public RasterSource {
 public:
  FormulaSource(Raster raster, BandFormula formula)
      : raster_(std::move(raster)), formula_(std::move(formula)) {}

  void read(const RasterWindow& window, std::span<const std::size_t> bands,
            std::int64_t out_columns, std::int64_t out_rows, std::span<float> to) const override {
    const auto cells = static_cast<std::size_t>(out_columns * out_rows);
    if (bands.empty()) return;
    std::vector<float> values(formula_.bands().size() * cells);
    raster_.read(window, formula_.bands(), out_columns, out_rows, values);
    formula_.evaluate(values, to.first(cells));
    for (std::size_t i = 1; i < bands.size(); ++i) {
      std::copy_n(to.begin(), cells, to.begin() + static_cast<std::ptrdiff_t>(i * cells));
    }
  }

 private:
  Raster raster_;
  BandFormula formula_;
};

}  // namespace

Raster formulaRaster(const Raster& raster, const BandFormula& formula, std::string name) {
  RasterBand band;
  band.name = std::move(name);
  return Raster(raster.grid(), {std::move(band)}, std::make_shared<FormulaSource>(raster, formula));
}

}  // namespace lineament::spatial
