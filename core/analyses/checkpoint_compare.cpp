// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/checkpoint_compare.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/base/error.h"
#include "core/base/parallel.h"

namespace lineament {

namespace {

constexpr ErrorText kApart{"compare.no_common", "Compare the checkpoints",
                           "they have no tensor of the same name and shape", "",
                           "Choose two checkpoints of one network"};

constexpr std::size_t kNumbersAtOnce = 1 << 16;

Declaration declare() {
  using Type = Parameter::Type;
  Declaration declaration;
  declaration.id = "checkpoint.compare";
  declaration.title = "Compare two checkpoints";
  declaration.summary =
      "Puts tensors of the same name and shape of two checkpoints side by side: the norm of their "
      "difference, the angle between them, the largest change. Between the two it makes the "
      "checkpoint at any place of the straight line that joins them.";
  declaration.source =
      "Goodfellow, Vinyals and Saxe (2015), Qualitatively characterizing neural network "
      "optimization problems (linear interpolation)";
  declaration.inputs = {{"first", "First checkpoint", {Kind::checkpoint}, ""},
                        {"second", "Second checkpoint", {Kind::checkpoint}, ""}};
  declaration.parameters = {{.id = "interpolate",
                             .title = "Interpolate",
                             .type = Type::boolean,
                             .fallback = false,
                             .help = "Whether a checkpoint between the two is made"},
                            {.id = "share",
                             .title = "Share of the second",
                             .type = Type::real,
                             .fallback = 0.5,
                             .help = "(1 - s) first + s second; outside 0 to 1 it goes beyond them",
                             .lowest = -10,
                             .highest = 10,
                             .shown_if = "interpolate=true"}};
  declaration.outputs = {{"tensors", Kind::table, "Tensors", "A row for each name"},
                         {"between", Kind::checkpoint, "Interpolated checkpoint",
                          "In float32, of the tensors that both have", false}};
  declaration.metrics = {
      {"common", "Common tensors", "", "Of the same name and shape"},
      {"only_first", "Only in the first", "", "Tensors"},
      {"only_second", "Only in the second", "", "Tensors"},
      {"difference", "Norm of the difference", "", "Over all common tensors"},
      {"relative_difference", "Relative difference", "", "That over the first's norm"},
      {"cosine", "Cosine", "", "Of the angle between the two, over all common tensors"},
      {"identical", "Identical tensors", "", "Bit by bit, but for the storage"}};
  return declaration;
}

struct Apart {
  double first = 0, second = 0, product = 0, difference = 0;  // sums of squares and products
  double largest = 0;
  std::uint64_t count = 0;

  void operator+=(const Apart& other) {
    first += other.first;
    second += other.second;
    product += other.product;
    difference += other.difference;
    largest = std::max(largest, other.largest);
    count += other.count;
  }
  double cosine() const {
    const double norms = std::sqrt(first) * std::sqrt(second);
    return norms > 0 ? product / norms : 0;
  }
};

Apart apart(const Tensor& first, const Tensor& second, const Context& context) {
  return reduceBlocks<Apart>(
      first.elements(), kNumbersAtOnce, context,
      [&](std::size_t begin, std::size_t end) {
        const std::vector<double> a = first.numbers(begin, end - begin);
        const std::vector<double> b = second.numbers(begin, end - begin);
        Apart part;
        for (std::size_t i = 0; i < a.size(); ++i) {
          const double gap = b[i] - a[i];
          part.first += a[i] * a[i];
          part.second += b[i] * b[i];
          part.product += a[i] * b[i];
          part.difference += gap * gap;
          part.largest = std::max(part.largest, std::abs(gap));
        }
        part.count = a.size();
        return part;
      },
      [](Apart& left, const Apart& right) { left += right; });
}

// A row for each name of either checkpoint.
class Rows {
 public:
  void add(const std::string& name, const std::string& state, const std::string& shape,
           const Apart* apart) {
    names_.add(name);
    states_.add(state);
    shapes_.add(shape);
    const Apart none;
    const Apart& of = apart ? *apart : none;
    missing_.push_back(apart ? 0 : 1);
    differences_.push_back(std::sqrt(of.difference));
    relative_.push_back(of.first > 0 ? std::sqrt(of.difference / of.first) : 0);
    cosines_.push_back(of.cosine());
    largest_.push_back(of.largest);
  }
  Table finish() {
    return Table({Column("tensor", names_.finish()), Column("state", states_.finish()),
                  Column("shape", shapes_.finish()),
                  Column("difference", std::move(differences_), missing_),
                  Column("relative_difference", std::move(relative_), missing_),
                  Column("cosine", std::move(cosines_), missing_),
                  Column("largest_change", std::move(largest_), missing_)});
  }

 private:
  TextBuilder names_, states_, shapes_;
  std::vector<std::uint8_t> missing_;
  std::vector<double> differences_, relative_, cosines_, largest_;
};

struct Pair {
  std::size_t first = 0, second = 0;
};

// (1 - s) a + s b of the tensors that both have, each made when it is asked for.
Checkpoint between(const Checkpoint& first, const Checkpoint& second, std::vector<Pair> pairs,
                   double share) {
  std::vector<Checkpoint::Entry> entries;
  for (const Pair& pair : pairs) {
    Checkpoint::Entry entry = first.entries()[pair.first];
    entry.dtype = DType::f32;
    entry.bytes = first.tensor(pair.first).elements() * sizeof(float);
    entry.note.clear();
    entries.push_back(std::move(entry));
  }
  auto load = [first, second, pairs = std::move(pairs), share](std::size_t index) {
    const Tensor a = first.tensor(pairs.at(index).first);
    const Tensor b = second.tensor(pairs[index].second);
    std::vector<float> values(a.elements());
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = static_cast<float>((1 - share) * a.number(i) + share * b.number(i));
    }
    return Tensor::of(a.shape(), std::move(values));
  };
  return Checkpoint(std::move(entries), std::move(load), {{"interpolated", share}})
      .withConfiguration(first.configuration())
      .withTokenizer([first] { return first.tokenizer(); });
}

class CheckpointCompare : public Analysis {
 public:
  const Declaration& declaration() const override { return declaration_; }

  Outputs run(const Inputs& inputs, const Parameters& parameters,
              const Context& context) const override {
    const auto& first = inputs.get<Checkpoint>("first");
    const auto& second = inputs.get<Checkpoint>("second");
    std::map<std::string, std::size_t> others;
    for (std::size_t i = 0; i < second.entries().size(); ++i) {
      others.emplace(second.entries()[i].name, i);
    }
    Rows rows;
    std::vector<Pair> pairs;
    Apart all;
    double only_first = 0, identical = 0;
    for (std::size_t i = 0; i < first.entries().size(); ++i) {
      const Checkpoint::Entry& entry = first.entries()[i];
      const auto total = static_cast<double>(first.entries().size());
      const Context own = context.part(static_cast<double>(i) / total, (i + 1.0) / total);
      own.checkpoint(0, "Comparing " + entry.name);
      const auto other = others.find(entry.name);
      if (other == others.end()) {
        rows.add(entry.name, "only in the first", shapeText(entry.shape), nullptr);
        ++only_first;
        continue;
      }
      const std::size_t index = other->second;
      others.erase(other);
      const auto& shape = second.entries()[index].shape;
      if (shape != entry.shape) {
        rows.add(entry.name, "of another shape",
                 shapeText(entry.shape) + " and " + shapeText(shape), nullptr);
        continue;
      }
      const Apart of = apart(first.tensor(i), second.tensor(index), own);
      const bool same = of.difference == 0;
      identical += same;
      rows.add(entry.name, same ? "identical" : "different", shapeText(entry.shape), &of);
      all += of;
      pairs.push_back({i, index});
    }
    for (const auto& [name, index] : others) {
      rows.add(name, "only in the second", shapeText(second.entries()[index].shape), nullptr);
    }
    if (pairs.empty()) throw Error(kApart);
    Outputs outputs;
    outputs.metrics = {
        {"common", static_cast<double>(pairs.size())},
        {"only_first", only_first},
        {"only_second", static_cast<double>(others.size())},
        {"difference", std::sqrt(all.difference)},
        {"relative_difference", all.first > 0 ? std::sqrt(all.difference / all.first) : 0},
        {"cosine", all.cosine()},
        {"identical", identical}};
    outputs.add("tensors", Data(rows.finish()));
    if (parameters.flag("interpolate")) {
      outputs.add("between",
                  Data(between(first, second, std::move(pairs), parameters.real("share"))));
    }
    return outputs;
  }

 private:
  Declaration declaration_ = declare();
};

}  // namespace

std::unique_ptr<Analysis> makeCheckpointCompare() {
  return std::make_unique<CheckpointCompare>();
}

}  // namespace lineament
