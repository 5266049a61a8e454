// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/context.h"
#include "core/data/model.h"

namespace lineament::linear {

// One column of the design: a numeric feature itself, or the indicator of one level of a
// categorical feature.
struct Term {
  std::size_t feature = 0;
  std::optional<std::size_t> level;
  std::string name;  // "distance", "location = ground"
};

// `drop_reference` leaves each categorical feature's first level out, whose effect is then part of
// the intercept.
std::vector<Term> termsOf(const std::vector<Feature>& features, bool drop_reference);

// The design matrix of a fit with intercept, never held as a whole: blocks of standardised columns
// are made when asked for. Refers to `rows` and `targets`, which must outlive it.
class Design {
 public:
  using Block = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  // `rows` is row-major, targets.size() x features.size(), levels as their indices, all finite.
  // Throws Error "linear.no_rows", "linear.not_finite".
  Design(const std::vector<Feature>& features, bool drop_reference, std::span<const double> rows,
         std::span<const double> targets, const Context& context);

  std::size_t rows() const { return targets_.size(); }
  std::size_t columns() const { return terms_.size(); }
  const std::vector<Term>& terms() const { return terms_; }
  double mean(std::size_t column) const { return means_[column]; }
  // The population standard deviation; 0 where the column is constant to rounding.
  double deviation(std::size_t column) const { return deviations_[column]; }
  const std::vector<double>& deviations() const { return deviations_; }
  double targetMean() const { return means_.back(); }

  // Rows [begin, end) of [Z | y - mean]: (x - mean) / deviation, 0 in constant columns, then the
  // centred target.
  Block standardised(std::size_t begin, std::size_t end) const;

  // How many rows make a block of work: fixed by the number of columns.
  std::size_t blockRows() const;

 private:
  Block raw(std::size_t begin, std::size_t end) const;  // [X | y]
  Eigen::VectorXd columnMeans(const Eigen::VectorXd& around, const Context& context) const;
  void checkFinite() const;

  std::vector<Term> terms_;
  std::span<const double> rows_;
  std::span<const double> targets_;
  std::size_t width_;
  std::vector<double> means_;       // of the terms, then of the target
  std::vector<double> deviations_;  // of the terms
};

}  // namespace lineament::linear
