// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nets/regression_task.h"

#include <cmath>
#include <numeric>
#include <vector>

#include "core/base/error.h"

namespace lineament::nets {

namespace {

constexpr ErrorText kDimensions{"sequence.task.setting", "Make the task of linear regression",
                                "points of {dimensions} dimensions", "", "Choose at least 1"};

class InContextRegression : public SequenceTask {
 public:
  explicit InContextRegression(std::int64_t dimensions) : dimensions_(dimensions) {}

  std::int64_t features() const override { return dimensions_ + 1; }
  std::int64_t outputs() const override { return 1; }
  double chance() const override { return 0; }
  std::int64_t shortest() const override { return 2 * dimensions_ + 1; }

  void draw(Random& random, std::int64_t length, std::int64_t place,
            SequenceBatch& batch) const override {
    const auto width = static_cast<std::size_t>(dimensions_);
    std::vector<double> w(width), x(width);
    for (double& weight : w) weight = random.normal();
    for (std::int64_t t = 0; t < length; t += 2) {
      for (double& number : x) number = random.normal();
      const double y = std::inner_product(w.begin(), w.end(), x.begin(), 0.0) /
                       std::sqrt(static_cast<double>(dimensions_));
      const auto row = static_cast<std::size_t>(place * length + t);
      float* point = batch.features.data() + row * (width + 1);
      for (std::size_t i = 0; i < width; ++i) point[i] = static_cast<float>(x[i]);
      batch.real_targets[row] = static_cast<float>(y);
      batch.scored[row] = t / 2 >= dimensions_;
      if (t + 1 < length) point[2 * width + 1] = static_cast<float>(y);
    }
  }

 private:
  std::int64_t dimensions_;
};

}  // namespace

std::unique_ptr<SequenceTask> inContextRegressionTask(std::int64_t dimensions) {
  if (dimensions < 1) throw Error::usage(kDimensions, {{"dimensions", dimensions}});
  return std::make_unique<InContextRegression>(dimensions);
}

}  // namespace lineament::nets
