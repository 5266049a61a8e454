// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/sample_piles.h"

#include <cmath>

#include "core/analyses/pile_table.h"
#include "core/analyses/scores.h"

namespace lineament {

namespace {

Declaration declare() {
  Declaration declaration;
  declaration.id = "sample.piles";
  declaration.title = "Make a sample table of pile vibrations";
  declaration.summary =
      "Draws synthetic records of pile-driving vibration from a known law: the peak particle "
      "velocity grows with the root of the hammer's energy, falls with the distance, and depends "
      "on where and along which axis it is measured, with log-normal noise. The records are "
      "invented; they serve to try the program and to see whether a model finds the law.";
  declaration.source =
      "Wiss (1981), Construction vibrations: state of the art, for the form of the law; the "
      "constants are invented";
  declaration.parameters = {{.id = "rows",
                             .title = "Rows",
                             .type = Parameter::Type::integer,
                             .fallback = std::int64_t{1018},
                             .help = "How many records are drawn",
                             .lowest = 1,
                             .highest = 10'000'000}};
  declaration.outputs = {{"table", Kind::table, "Pile vibrations",
                          "Pile, hammer, distance, sensor and the peak particle velocity (PPV)"}};
  declaration.metrics = {
      {"noise_floor_r2", "R² of the law", "", "What a model that knows the law itself reaches"},
      {"noise_floor_mae", "Mean absolute error of the law", "mm/s", ""},
      {"noise_floor_rmse", "Root mean squared error of the law", "mm/s", ""}};
  return declaration;
}

class SamplePiles : public Analysis {
 public:
  const Declaration& declaration() const override { return declaration_; }

  Outputs run(const Inputs&, const Parameters& parameters, const Context& context) const override {
    const auto rows = static_cast<std::size_t>(parameters.integer("rows"));
    context.checkpoint(0, "Drawing records");
    const Table table = pileTable(context.seed, rows);
    context.checkpoint(0.7);
    // The mean of a log-normal value is its median times exp(s^2 / 2).
    const double mean = std::exp(kPileNoise * kPileNoise / 2);
    std::vector<double> expected(rows);
    for (std::size_t row = 0; row < rows; ++row) {
      expected[row] = mean * pileVelocity(pileBlow(table, row));
      if (row % 4096 == 0)
        context.checkpoint(0.7 + 0.3 * static_cast<double>(row) / static_cast<double>(rows));
    }
    const Scores scores = scoresOf(table.require("PPV").numbers(), expected);
    Outputs outputs;
    outputs.add("table", Data(table));
    outputs.metrics = {{"noise_floor_r2", scores.r2},
                       {"noise_floor_mae", scores.mae},
                       {"noise_floor_rmse", scores.rmse}};
    return outputs;
  }

 private:
  Declaration declaration_ = declare();
};

}  // namespace

std::unique_ptr<Analysis> makeSamplePiles() {
  return std::make_unique<SamplePiles>();
}

}  // namespace lineament
