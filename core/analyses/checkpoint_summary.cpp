// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/checkpoint_summary.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "core/base/error.h"
#include "core/data/tensor_spectrum.h"
#include "core/data/tensor_summary.h"

namespace lineament {

namespace {

// Singular values of a larger matrix take minutes.
constexpr std::uint64_t kLargestSide = 4096;

Declaration declare() {
  using Type = Parameter::Type;
  Declaration declaration;
  declaration.id = "checkpoint.summary";
  declaration.title = "Sum a checkpoint up";
  declaration.summary =
      "Reads every tensor of a checkpoint and says what its values are like: mean, spread, "
      "largest magnitude, zeros, values that are no numbers, and for matrices their singular "
      "values.";
  declaration.source =
      "Roy and Vetterli (2007), The effective rank; Rudelson and Vershynin (2007), Sampling from "
      "large matrices (stable rank)";
  declaration.inputs = {{"checkpoint", "Checkpoint", {Kind::checkpoint}, ""}};
  declaration.parameters = {
      {.id = "tensors",
       .title = "Tensors",
       .type = Type::text,
       .fallback = std::string(),
       .help = "Only those whose names contain this; empty takes all"},
      {.id = "spectra",
       .title = "Singular values",
       .type = Type::choice,
       .fallback = std::string("small"),
       .help = "Of which matrices the singular values are found; a convolution counts as a matrix "
               "of its first dimension by the others",
       .choices = {{"none", "None", ""},
                   {"small", "Up to 512 a side", "A second for the largest of them"},
                   {"all", "Up to 4,096 a side", "Minutes for the largest of them"}}}};
  declaration.outputs = {
      {"tensors", Kind::table, "Tensors", "A row for each tensor"},
      {"spectra", Kind::series, "Singular values", "Over the largest, by rank", false},
      {"figure_spectra", Kind::figure, "Figure: singular values", "", false}};
  declaration.metrics = {{"tensors", "Tensors", "", "That were read"},
                         {"parameters", "Parameters", "", "Numbers in them"},
                         {"not_finite", "No numbers", "", "Values that are NaN or infinite"},
                         {"zeros", "Share of zeros", "", ""},
                         {"norm", "Norm", "", "Root of the sum of all squares"}};
  return declaration;
}

// Rows of the table as they are found.
class Rows {
 public:
  void add(const Checkpoint::Entry& entry, const TensorSummary& summary,
           const TensorSpectrum* spectrum) {
    names_.add(entry.name);
    shapes_.add(shapeText(entry.shape));
    dtypes_.add(name(entry.dtype));
    counts_.push_back(static_cast<std::int64_t>(summary.count));
    const double mean = summary.finite() > 0 ? summary.mean : 0;
    const double deviation = summary.finite() > 0 ? summary.deviation : 0;
    means_.push_back(mean);
    deviations_.push_back(deviation);
    lows_.push_back(summary.low);
    highs_.push_back(summary.high);
    const double squares =
        (deviation * deviation + mean * mean) * static_cast<double>(summary.finite());
    norms_.push_back(std::sqrt(squares));
    squares_ += squares;
    zeros_.push_back(summary.count > 0
                         ? static_cast<double>(summary.zeros) / static_cast<double>(summary.count)
                         : 0);
    nans_.push_back(static_cast<std::int64_t>(summary.nan));
    infinities_.push_back(static_cast<std::int64_t>(summary.infinite));
    const TensorSpectrum none;
    const TensorSpectrum& of = spectrum ? *spectrum : none;
    no_spectrum_.push_back(spectrum ? 0 : 1);
    largest_.push_back(of.largest());
    stable_.push_back(of.stable_rank);
    effective_.push_back(of.effective_rank);
    condition_.push_back(of.condition);
    all_zeros_ += static_cast<double>(summary.zeros);
  }

  void metrics(std::map<std::string, double>& metrics) const {
    const auto sum = [](const auto& list) {
      return static_cast<double>(std::accumulate(list.begin(), list.end(), std::int64_t{0}));
    };
    metrics["tensors"] = static_cast<double>(counts_.size());
    metrics["parameters"] = sum(counts_);
    metrics["not_finite"] = sum(nans_) + sum(infinities_);
    metrics["zeros"] = sum(counts_) > 0 ? all_zeros_ / sum(counts_) : 0;
    metrics["norm"] = std::sqrt(squares_);
  }

  Table finish() {
    return Table({Column("tensor", names_.finish()), Column("shape", shapes_.finish()),
                  Column("dtype", dtypes_.finish()), Column("parameters", std::move(counts_)),
                  Column("mean", std::move(means_)), Column("deviation", std::move(deviations_)),
                  Column("lowest", std::move(lows_)), Column("highest", std::move(highs_)),
                  Column("norm", std::move(norms_)), Column("zeros", std::move(zeros_)),
                  Column("nan", std::move(nans_)), Column("infinite", std::move(infinities_)),
                  Column("largest_singular_value", std::move(largest_), no_spectrum_),
                  Column("stable_rank", std::move(stable_), no_spectrum_),
                  Column("effective_rank", std::move(effective_), no_spectrum_),
                  Column("condition", std::move(condition_), no_spectrum_)});
  }

 private:
  TextBuilder names_, shapes_, dtypes_;
  std::vector<std::int64_t> counts_, nans_, infinities_;
  std::vector<double> means_, deviations_, lows_, highs_, norms_, zeros_, largest_, stable_,
      effective_, condition_;
  std::vector<std::uint8_t> no_spectrum_;
  double squares_ = 0, all_zeros_ = 0;
};

class CheckpointSummary : public Analysis {
 public:
  const Declaration& declaration() const override { return declaration_; }

  Outputs run(const Inputs& inputs, const Parameters& parameters,
              const Context& context) const override {
    const auto& checkpoint = inputs.get<Checkpoint>("checkpoint");
    const auto& entries = checkpoint.entries();
    const std::string& wanted = parameters.text("spectra");
    const std::uint64_t side = wanted == "none" ? 0 : wanted == "small" ? 512 : kLargestSide;
    Rows rows;
    Series spectra;
    spectra.title = "Singular values";
    spectra.x = {"Rank", "", true};
    spectra.y = {"Singular value over the largest", "", true};
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (entries[i].name.find(parameters.text("tensors")) == std::string::npos) continue;
      const auto all = static_cast<double>(entries.size());
      const Context own = context.part(static_cast<double>(i) / all, (i + 1.0) / all);
      own.checkpoint(0, "Reading " + entries[i].name);
      try {
        addTensor(checkpoint, i, side, rows, spectra, own);
      } catch (const Error& error) {
        context.warn(entries[i].name + " was left out: " + error.found());
      }
    }
    Outputs outputs;
    rows.metrics(outputs.metrics);
    outputs.add("tensors", Data(rows.finish()));
    if (!spectra.curves.empty()) {
      outputs.add("spectra", Data(spectra));
      outputs.add("figure_spectra", Data(FigureSpec{"series", "spectra", "Singular values", "",
                                                    nlohmann::json::object()}));
    }
    return outputs;
  }

 private:
  static void addTensor(const Checkpoint& checkpoint, std::size_t index, std::uint64_t side,
                        Rows& rows, Series& spectra, const Context& context) {
    const Checkpoint::Entry& entry = checkpoint.entries()[index];
    const Tensor tensor = checkpoint.tensor(index);
    const TensorSummary summary = summarize(tensor, context);
    const bool finite = summary.finite() == summary.count && summary.count > 0;
    const std::optional<MatrixShape> shape = matrixShape(entry.shape);
    if (!finite || !shape || shape->side() > side) {
      rows.add(entry, summary, nullptr);
      return;
    }
    const TensorSpectrum spectrum = spectrumOf(tensor);
    rows.add(entry, summary, &spectrum);
    Series::Curve curve{entry.name, {}, {}, Series::Style::line, {}};
    std::vector<double> x, y;
    for (std::size_t k = 0; k < spectrum.values.size() && spectrum.largest() > 0; ++k) {
      x.push_back(static_cast<double>(k + 1));
      y.push_back(spectrum.values[k] / spectrum.largest());
    }
    curve.x = std::move(x);
    curve.y = std::move(y);
    spectra.curves.push_back(std::move(curve));
  }

  Declaration declaration_ = declare();
};

}  // namespace

std::unique_ptr<Analysis> makeCheckpointSummary() {
  return std::make_unique<CheckpointSummary>();
}

}  // namespace lineament
