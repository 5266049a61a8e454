// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explain/kernel_shap.h"

#include <Eigen/Cholesky>
#include <Eigen/QR>
#include <algorithm>
#include <map>
#include <numeric>

#include "core/base/blas.h"
#include "core/explain/coalitions.h"
#include "core/explain/kernel_masks.h"

namespace lineament::explain {

namespace {

constexpr ErrorText kSamples{"explain.samples", "Sample {samples} coalitions of features",
                             "row {row} varies in {players} features, which takes at least as many "
                             "coalitions",
                             "", "Raise the number of samples, or leave it at 0"};

// The regression for one number of players. The last player is fixed by the sum, so with Z the
// masks and X = Z without its last column z minus z in every column,
//   a = (X'WX)^-1 X'W (y - z delta).
class Regression {
 public:
  Regression(std::size_t players, std::size_t samples, std::uint64_t seed) {
    KernelMasks masks = kernelMasks(players, samples, seed);
    const std::size_t count = masks.coalitions.count;
    Eigen::MatrixXd x(count, players - 1);
    last_.resize(static_cast<Eigen::Index>(count));
    for (std::size_t c = 0; c < count; ++c) {
      const std::uint8_t* members = masks.coalitions.of(c);
      last_[c] = members[players - 1];
      for (std::size_t p = 0; p + 1 < players; ++p) x(c, p) = members[p] - last_[c];
    }
    prepare(x, Eigen::Map<const Eigen::VectorXd>(masks.weights.data(), last_.size()));
    of_last_ = solved(last_);
    coalitions_ = std::make_shared<const Coalitions>(std::move(masks.coalitions));
  }

  const std::shared_ptr<const Coalitions>& coalitions() const { return coalitions_; }

  // One value per player from v - base of the coalitions; they sum to delta.
  Eigen::VectorXd solve(const Eigen::VectorXd& gains, double delta) const {
    Eigen::VectorXd values(of_last_.size() + 1);
    values.head(of_last_.size()) = solved(gains) - of_last_ * delta;
    values[of_last_.size()] = delta - values.head(of_last_.size()).sum();
    return values;
  }

 private:
  void prepare(const Eigen::MatrixXd& x, const Eigen::VectorXd& weights) {
    project_ = weights.asDiagonal() * x;
    Eigen::MatrixXd normal(x.cols(), x.cols());
    // Column by column is row by row of the transpose.
    const auto count = static_cast<std::size_t>(x.rows()),
               players = static_cast<std::size_t>(x.cols());
    matrixProduct(Transpose::no, Transpose::yes, 1.0, {project_.data(), players, count, count},
                  {x.data(), players, count, count}, 0.0,
                  {normal.data(), players, players, players});
    factor_.compute(normal);
    factored_ = factor_.info() == Eigen::Success && factor_.rcond() > 1e-10;
    if (factored_) return;
    // Coalitions that do not tell all players apart: the least norm answer.
    const Eigen::VectorXd roots = weights.cwiseSqrt();
    const Eigen::MatrixXd scaled = roots.asDiagonal() * x;
    project_ =
        roots.asDiagonal() * scaled.completeOrthogonalDecomposition().pseudoInverse().transpose();
  }

  // (X'WX)^-1 X'W y
  Eigen::VectorXd solved(const Eigen::VectorXd& y) const {
    const Eigen::VectorXd projected = project_.transpose() * y;
    return factored_ ? Eigen::VectorXd(factor_.solve(projected)) : projected;
  }

  std::shared_ptr<const Coalitions> coalitions_;
  Eigen::VectorXd last_;                // z
  Eigen::MatrixXd project_;             // W X, or the transposed pseudoinverse where it is all
  Eigen::LLT<Eigen::MatrixXd> factor_;  // of X'WX
  bool factored_ = false;
  Eigen::VectorXd of_last_;  // (X'WX)^-1 X'W z
};

class KernelShap {
 public:
  KernelShap(const Predictor& predictor, const Background& background, std::span<const double> rows,
             std::size_t samples, const Context& context)
      : predictor_(predictor),
        background_(background),
        rows_(rows),
        samples_(samples),
        context_(context),
        width_(background.width),
        everyone_(background.count()) {
    std::iota(everyone_.begin(), everyone_.end(), std::uint32_t{0});
    of_rows_ = predictions(predictor, rows, context);
    result_.values.assign(rows.size(), 0.0);
    result_.base_value = weightedMean(background, predictions(predictor, background.rows, context));
    result_.model_rows = of_rows_.size() + background.count();
  }

  Attributions run() && {
    inBatches(
        of_rows_.size(), context_, [this](std::size_t row) { addGame(row); },
        [this](const Context& part) {
          result_.model_rows += modelRows(games_);
          playGames(
              predictor_, background_, games_, part,
              [this](std::size_t game, std::span<const double> values) { settle(game, values); });
          games_.clear();
        });
    return std::move(result_);
  }

 private:
  void addGame(std::size_t row) {
    const double* x = rows_.data() + row * width_;
    std::vector<std::uint32_t> players = varyingFeatures(x, background_);
    if (players.size() == 1) {
      result_.values[row * width_ + players[0]] = of_rows_[row] - result_.base_value;
    }
    if (players.size() < 2) return;
    const std::size_t budget = kernelBudget(players.size(), samples_);
    if (budget < players.size()) {
      throw Error::usage(kSamples,
                         {{"samples", budget}, {"row", row + 1}, {"players", players.size()}});
    }
    const auto& coalitions = regressionFor(players.size(), budget).coalitions();
    games_.push_back({x, std::move(players), everyone_, coalitions, row});
  }

  const Regression& regressionFor(std::size_t players, std::size_t budget) {
    const auto found = regressions_.find(players);
    if (found != regressions_.end()) return found->second;
    return regressions_.emplace(players, Regression(players, budget, context_.seed)).first->second;
  }

  void settle(std::size_t index, std::span<const double> values) {
    const Game& game = games_[index];
    const Eigen::VectorXd gains =
        Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Eigen::Index>(values.size()))
            .array() -
        result_.base_value;
    const Eigen::VectorXd shares =
        regressions_.at(game.players.size())
            .solve(gains, of_rows_[game.explained_row] - result_.base_value);
    double* out = result_.values.data() + game.explained_row * width_;
    for (std::size_t p = 0; p < game.players.size(); ++p) out[game.players[p]] = shares[p];
  }

  const Predictor& predictor_;
  const Background& background_;
  std::span<const double> rows_;
  std::size_t samples_;
  const Context& context_;
  std::size_t width_;
  std::vector<std::uint32_t> everyone_;
  std::vector<double> of_rows_;
  std::vector<Game> games_;
  std::map<std::size_t, Regression> regressions_;  // by the number of players
  Attributions result_;
};

}  // namespace

Attributions kernelShap(const Predictor& predictor, const Background& background,
                        std::span<const double> rows, std::size_t samples, const Context& context) {
  checkShapes(predictor, background, rows);
  return KernelShap(predictor, background, rows, samples, context).run();
}

}  // namespace lineament::explain
