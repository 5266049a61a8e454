// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/soft.h"

#include <Eigen/Cholesky>
#include <cmath>

#include "mechanism_checks.h"

using namespace lineament;
using namespace lineament::sequence;
using namespace lineament::sequence::test;

class SoftTest : public MechanismChecks {
  Q_OBJECT

 public:
  SoftTest() : MechanismChecks("soft") {}

 protected:
  Sizes sizes(std::int64_t tokens) const override {
    Sizes sizes = MechanismChecks::sizes(tokens);
    sizes[Dim::landmark] = 7;
    return sizes;
  }
  Sizes smallSizes(std::int64_t tokens) const override {
    Sizes sizes = MechanismChecks::smallSizes(tokens);
    sizes[Dim::landmark] = 3;
    return sizes;
  }
  // Landmarks near to each other and to the tokens, as a picture's are.
  void adjust(Problem& problem) const override {
    for (double& x : problem.inputs[0]) x *= 0.7;
    for (double& x : problem.inputs[1]) x *= 0.5;
  }
  std::vector<Options> optionSets() const override {
    std::vector<Options> sets{defaults(), defaults()};
    sets.back().set("iterations", 3.0);
    sets.back().set("ridge", 0.5);
    return sets;
  }

 private Q_SLOTS:
  void knownInverse() {
    const std::vector<double> expected{1.311518, -0.649266, -0.649266, 1.311518};
    QVERIFY(largestError(newtonInverse({1, 0.5, 0.5, 1}, 2), expected) < 1e-6);
    // Without the factor and the ridge the large direction never moves.
    const std::vector<double> stalled{1, -1, -1, 1};
    QVERIFY(largestError(newtonInverse({1, 0.5, 0.5, 1}, 2, 20, 0, 1), stalled) < 1e-6);
  }

  // Where the iteration has converged, the mechanism is the exact solve with the ridge.
  void convergedIsTheExactSolve() {
    Options options = defaults();
    options.set("iterations", 60.0);
    const Problem problem = draw(sizes(30), options, 19);
    const std::int64_t tokens = 30, heads = 3, keys = 13, values = 19, landmarks = 7, head = 2;
    Eigen::MatrixXd q(tokens, keys), l(landmarks, keys), v(tokens, values);
    const auto fill = [&](Eigen::MatrixXd& to, const std::vector<double>& from) {
      for (Eigen::Index i = 0; i < to.rows(); ++i) {
        for (Eigen::Index d = 0; d < to.cols(); ++d) {
          to(i, d) = from[static_cast<std::size_t>((i * heads + head) * to.cols() + d)];
        }
      }
    };
    fill(q, problem.inputs[0]);
    fill(l, problem.inputs[1]);
    fill(v, problem.inputs[2]);
    q *= std::pow(13.0, -0.25);
    const auto gaussian = [&](const Eigen::MatrixXd& rows) {
      Eigen::MatrixXd kernel(rows.rows(), landmarks);
      for (Eigen::Index i = 0; i < rows.rows(); ++i) {
        for (Eigen::Index m = 0; m < landmarks; ++m) {
          kernel(i, m) = std::exp(-(rows.row(i) - l.row(m)).squaredNorm() / 2);
        }
      }
      return kernel;
    };
    const Eigen::MatrixXd k1 = gaussian(q);
    const Eigen::MatrixXd ridged =
        gaussian(l) + 0.01 * Eigen::MatrixXd::Identity(landmarks, landmarks);
    const Eigen::MatrixXd out = k1 * ridged.ldlt().solve(k1.transpose() * v);
    std::vector<double> expected, found;
    const Result<double> result = runReference(problem, {});
    for (Eigen::Index t = 0; t < tokens; ++t) {
      for (Eigen::Index e = 0; e < values; ++e) {
        expected.push_back(out(t, e));
        found.push_back(result.output[static_cast<std::size_t>((t * heads + head) * values + e)]);
      }
    }
    QVERIFY(relativeError(found, expected) < 1e-10);
  }

  // Through a converged iteration without a ridge both gradients are that of the inverse; the
  // published one is another after few steps.
  void publishedShortcut() {
    const auto gradients = [&](const char* way, double iterations) {
      Options options = defaults();
      options.set("inverse_gradient", std::string_view(way));
      options.set("iterations", iterations);
      options.set("ridge", 0.0);
      Problem problem = draw(sizes(20), options, 23);
      const std::vector<double> weights(20 * 2 * 3 * 19, 0.3);
      auto found = runReferenceBackward(problem, weights, {}, {}).inputs[1];
      const auto fast = runFastBackward(problem, weights, {}, {}).inputs[1];
      if (relativeError(fast, found) > 1e-3) found.clear();
      return found;
    };
    const auto converged = gradients("iteration", 100);
    QVERIFY(!converged.empty());
    QVERIFY(relativeError(gradients("exact", 100), converged) < 1e-6);
    QVERIFY(relativeError(gradients("exact", 2), gradients("iteration", 2)) > 1e-2);
  }
};

QTEST_GUILESS_MAIN(SoftTest)
#include "soft_test.moc"
