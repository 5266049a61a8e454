// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/linear/design.h"

#include <algorithm>
#include <cmath>

#include "core/base/parallel.h"

namespace lineament::linear {

namespace {

constexpr ErrorText kNoRows{"linear.no_rows", "Fit a linear model", "there are {rows} rows", "",
                            "Use a table with at least two complete rows"};
constexpr ErrorText kNotFinite{"linear.not_finite", "Fit a linear model",
                               "a value is not a finite number", "row {row}, {what}",
                               "Leave the row out, or correct the value"};

// A deviation this small against the mean is rounding of a constant.
constexpr double kConstant = 1e-13;

double valueOf(const Term& term, const double* row) {
  const double value = row[term.feature];
  if (!term.level) return value;
  return value == static_cast<double>(*term.level) ? 1.0 : 0.0;
}

}  // namespace

std::vector<Term> termsOf(const std::vector<Feature>& features, bool drop_reference) {
  std::vector<Term> terms;
  for (std::size_t j = 0; j < features.size(); ++j) {
    const Feature& feature = features[j];
    if (!feature.categorical()) terms.push_back({j, std::nullopt, feature.name});
    for (std::size_t k = drop_reference ? 1 : 0; k < feature.levels.size(); ++k) {
      terms.push_back({j, k, feature.name + " = " + feature.levels[k]});
    }
  }
  return terms;
}

Design::Design(const std::vector<Feature>& features, bool drop_reference,
               std::span<const double> rows, std::span<const double> targets,
               const Context& context)
    : terms_(termsOf(features, drop_reference)),
      rows_(rows),
      targets_(targets),
      width_(features.size()) {
  if (targets.size() < 2) throw Error(kNoRows, {{"rows", targets.size()}});
  checkFinite();
  // Means in two passes: the second one takes away what the first one's rounding left.
  Eigen::VectorXd means = columnMeans(Eigen::VectorXd::Zero(columns() + 1), context);
  means += columnMeans(means, context);
  means_.assign(means.begin(), means.end());
  const Eigen::VectorXd squares = reduceBlocks<Eigen::VectorXd>(
      this->rows(), blockRows(), context,
      [&](std::size_t begin, std::size_t end) -> Eigen::VectorXd {
        return (raw(begin, end).rowwise() - means.transpose()).colwise().squaredNorm().transpose();
      },
      [](Eigen::VectorXd& left, const Eigen::VectorXd& right) { left += right; });
  for (std::size_t j = 0; j < columns(); ++j) {
    const double deviation = std::sqrt(squares[j] / static_cast<double>(this->rows()));
    deviations_.push_back(deviation > kConstant * std::abs(means_[j]) ? deviation : 0.0);
  }
}

void Design::checkFinite() const {
  const auto bad = [](double value) { return !std::isfinite(value); };
  if (const auto at = std::find_if(targets_.begin(), targets_.end(), bad); at != targets_.end()) {
    throw Error(kNotFinite, {{"row", at - targets_.begin() + 1}, {"what", "the target"}});
  }
  if (const auto at = std::find_if(rows_.begin(), rows_.end(), bad); at != rows_.end()) {
    const auto index = static_cast<std::size_t>(at - rows_.begin());
    throw Error(kNotFinite, {{"row", index / width_ + 1},
                             {"what", fmt::format("feature {}", index % width_ + 1)}});
  }
}

std::size_t Design::blockRows() const {
  const std::size_t width = columns() + 1;
  return std::max(std::clamp<std::size_t>(4'000'000 / (width * width), 64, 8192), 2 * width);
}

Eigen::VectorXd Design::columnMeans(const Eigen::VectorXd& around, const Context& context) const {
  const Eigen::VectorXd sums = reduceBlocks<Eigen::VectorXd>(
      rows(), blockRows(), context,
      [&](std::size_t begin, std::size_t end) -> Eigen::VectorXd {
        return (raw(begin, end).rowwise() - around.transpose()).colwise().sum().transpose();
      },
      [](Eigen::VectorXd& left, const Eigen::VectorXd& right) { left += right; });
  return sums / static_cast<double>(rows());
}

Design::Block Design::raw(std::size_t begin, std::size_t end) const {
  Block block(end - begin, columns() + 1);
  for (std::size_t row = begin; row < end; ++row) {
    double* out = block.row(row - begin).data();
    const double* in = rows_.data() + row * width_;
    for (std::size_t j = 0; j < terms_.size(); ++j) out[j] = valueOf(terms_[j], in);
    out[terms_.size()] = targets_[row];
  }
  return block;
}

Design::Block Design::standardised(std::size_t begin, std::size_t end) const {
  Block block = raw(begin, end);
  for (std::size_t j = 0; j < columns(); ++j) {
    const double scale = deviations_[j] > 0 ? 1 / deviations_[j] : 0.0;
    block.col(j) = (block.col(j).array() - means_[j]) * scale;
  }
  block.col(columns()).array() -= targetMean();
  return block;
}

}  // namespace lineament::linear
