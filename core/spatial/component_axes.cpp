// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/component_axes.h"

#include <fmt/format.h>

#include <Eigen/Cholesky>
#include <algorithm>

#include "core/base/decompositions.h"
#include "core/base/error.h"

namespace lineament::spatial {

namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr ErrorText kNoNoise{"mnf.noise", "Find the minimum noise fractions",
                             "the bands hold no noise that is their own: some are sums of others, "
                             "or neighbouring pixels are copies of each other",
                             "", "Take principal components, or leave out bands"};

Matrix scaled(const FeatureMap& scales, const std::vector<double>& covariance) {
  const auto size = static_cast<Eigen::Index>(scales.features());
  const auto width = static_cast<Eigen::Index>(scales.centre.size());
  const Eigen::Map<const Matrix> factors(scales.matrix.data(), size, width);
  const Eigen::Map<const Matrix> bands(covariance.data(), width, width);
  return factors * bands * factors.transpose();
}

// The leading eigenvectors of `symmetric`, taken back through `towards` to the bands. `floor` of
// each value counts as nothing.
void addAxes(const Eigen::MatrixXd& symmetric, const Eigen::MatrixXd& towards, double floor,
             double share, const char* prefix, ComponentAxes& axes) {
  const SymmetricDecomposition found = symmetricDecomposition(symmetric);
  const auto worth = [floor](double value) { return std::max(0.0, value - floor); };
  const Eigen::Index size = found.values.size();
  double total = 0, held = 0;
  for (Eigen::Index i = 0; i < size; ++i) total += worth(found.values[i]);
  for (Eigen::Index i = size - 1; i >= 0; --i) {  // values ascend
    axes.values.push_back(std::max(0.0, found.values[i]));
    axes.shares.push_back(total > 0 ? worth(found.values[i]) / total : 0);
    if (!axes.map.names.empty() && (total == 0 || held >= share * (1 - 1e-12))) continue;
    held += axes.shares.back();
    Eigen::RowVectorXd axis = (towards * found.vectors.col(i)).transpose();
    Eigen::Index largest = 0;
    axis.cwiseAbs().maxCoeff(&largest);
    if (axis[largest] < 0) axis = -axis;
    axes.map.matrix.insert(axes.map.matrix.end(), axis.begin(), axis.end());
    axes.map.names.push_back(fmt::format("{}{}", prefix, axes.map.names.size() + 1));
  }
}

// The scales' factors of each band, [band][scaled band].
Eigen::MatrixXd factorsOf(const FeatureMap& scales) {
  return Eigen::Map<const Matrix>(scales.matrix.data(),
                                  static_cast<Eigen::Index>(scales.features()),
                                  static_cast<Eigen::Index>(scales.centre.size()))
      .transpose();
}

// Each pixel less its neighbour to the left; the first column has none.
class RowDifferences : public RasterSource {
 public:
  explicit RowDifferences(Raster raster) : raster_(std::move(raster)) {}

  void read(const RasterWindow& window, std::span<const std::size_t> bands,
            std::int64_t out_columns, std::int64_t out_rows, std::span<float> to) const override {
    raster_.read(window, bands, out_columns, out_rows, to);
    const auto columns = static_cast<std::size_t>(out_columns);
    for (std::size_t row = 0; row < to.size(); row += columns) {
      for (std::size_t i = columns - 1; i > 0; --i) to[row + i] -= to[row + i - 1];
      to[row] = std::numeric_limits<float>::quiet_NaN();
    }
  }

 private:
  Raster raster_;
};

}  // namespace

ComponentAxes principalComponents(const Raster& raster, const BandStatistics& statistics,
                                  Scaling scaling, double share) {
  ComponentAxes axes;
  const FeatureMap scales = bandFeatures(raster, statistics, scaling, axes.left_out);
  axes.map.centre = statistics.mean;
  addAxes(scaled(scales, statistics.covariance), factorsOf(scales), 0, share, "PC", axes);
  return axes;
}

ComponentAxes minimumNoiseFractions(const Raster& raster, const BandStatistics& statistics,
                                    double share, const Context& context) {
  ComponentAxes axes;
  const FeatureMap scales = bandFeatures(raster, statistics, Scaling::standard, axes.left_out);
  axes.map.centre = statistics.mean;
  if (raster.columns() < 2) throw Error(kNoNoise);
  const Raster differences(raster.grid(), raster.bands(), std::make_shared<RowDifferences>(raster));
  std::vector<double> noise = statisticsOf(differences, context).covariance;
  for (double& entry : noise) entry /= 2;
  const Eigen::LLT<Eigen::MatrixXd> lower(scaled(scales, noise));
  // Noise so far below the bands' variance of 1 is rounding.
  if (lower.info() != Eigen::Success || lower.rcond() < 1e-12) throw Error(kNoNoise);
  const Eigen::MatrixXd covariance = scaled(scales, statistics.covariance);
  const Eigen::MatrixXd half = lower.matrixL().solve(covariance);
  const Eigen::MatrixXd white = lower.matrixL().solve(half.transpose());
  const Eigen::MatrixXd towards =
      factorsOf(scales) *
      lower.matrixU().solve(Eigen::MatrixXd::Identity(covariance.rows(), covariance.cols()));
  addAxes(0.5 * (white + white.transpose()), towards, 1, share, "MNF", axes);
  return axes;
}

}  // namespace lineament::spatial
