// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/lssl.h"

#include <Eigen/LU>
#include <cmath>

#include "core/sequence/legendre.h"
#include "core/sequence/lssl_convolution.h"
#include "mechanism_checks.h"

using namespace lineament;
using namespace lineament::sequence;
using namespace lineament::sequence::test;

class LsslTest : public MechanismChecks {
  Q_OBJECT

 public:
  LsslTest() : MechanismChecks("lssl") {}

 protected:
  Sizes sizes(std::int64_t tokens) const override {
    Sizes sizes = MechanismChecks::sizes(tokens);
    sizes[Dim::head] = 19;
    sizes[Dim::channel] = 2;
    sizes[Dim::value] = 1;
    return sizes;
  }
  Sizes smallSizes(std::int64_t tokens) const override {
    Sizes small = MechanismChecks::smallSizes(tokens);
    small[Dim::value] = 1;
    return small;
  }
  std::vector<Options> optionSets() const override {
    std::vector<Options> sets;
    for (const char* view : {"recurrence", "convolution"}) {
      for (const double alpha : {0.5, 1.0}) {
        Options options = defaults();
        options.set("view", view);
        options.set("alpha", alpha);
        options.set("rate", 1.5);
        sets.push_back(options);
      }
    }
    Options forward = defaults();
    forward.set("alpha", 0.0);
    sets.push_back(forward);
    return sets;
  }
  // Steps of 0 keep everything; large ones turn every eigenvalue negative.
  std::vector<Problem> extremes() const override {
    std::vector<Problem> problems;
    for (const Options& options : optionSets()) {
      if (options.real(kLsslAlpha) == 0) continue;  // not stable at large steps, by definition
      for (const double factor : {0.0, 1e-3, 100.0}) {
        Problem problem = draw(sizes(77), options, 7);
        for (double& dt : problem.inputs[kLsslStep]) dt *= factor;
        problems.push_back(std::move(problem));
      }
    }
    return problems;
  }

 private Q_SLOTS:
  // N = 1, dt = 1: A = -1, B = 1, so bilinear Ab = 1/3, Bb = 2/3; C = 3, D = 10.
  void knownNumbers() {
    Sizes sizes;
    sizes[Dim::token] = 3;
    const std::vector<double> expected{2 + 10, 2.0 / 3 + 0, 2.0 / 9 - 2 - 10};
    for (const char* view : {"recurrence", "convolution"}) {
      Options options = defaults();
      options.set("view", view);
      const Problem problem{&mechanism(), sizes, options, {{1, 0, -1}, {3}, {1}, {10}}, {}, {}};
      QVERIFY(largestError(runReference(problem, {}).output, expected) < 1e-15);
      QVERIFY(largestError(runFast(problem, Storage::f32, {}).output, expected) < 1e-6);
    }
  }

  // -A = P (L + diag(c)) P with P = diag(sqrt(2n + 1)), L the lower triangle of ones and
  // c_n = -n / (2n + 1); its eigenvalues are its diagonal, 1 ... N.
  void legendreMatrixHasItsStructure() {
    constexpr Eigen::Index kStates = 9;
    const RowMatrix a = legendreMatrix(kStates);
    const Eigen::VectorXd p = legendreInput(kStates);
    for (Eigen::Index n = 0; n < kStates; ++n) {
      for (Eigen::Index k = 0; k < kStates; ++k) {
        double middle = k <= n ? 1 : 0;
        if (k == n) middle -= static_cast<double>(n) / static_cast<double>(2 * n + 1);
        QVERIFY(std::abs(-a(n, k) - p[n] * middle * p[k]) < 1e-13);
      }
    }
  }

  // By a solver that knows nothing of triangles.
  void discretisationByItsFormula() {
    constexpr Eigen::Index kStates = 6;
    constexpr double kDt = 0.3;
    for (const double alpha : {0.0, 0.5, 0.8, 1.0}) {
      const Eigen::MatrixXd a = legendreMatrix(kStates);
      const Eigen::MatrixXd unit = Eigen::MatrixXd::Identity(kStates, kStates);
      const Eigen::PartialPivLU<Eigen::MatrixXd> left(unit - alpha * kDt * a);
      const DiscreteLegendre system = discretise(kStates, kDt, alpha, true);
      QVERIFY((system.transition - left.solve(unit + (1 - alpha) * kDt * a)).norm() < 1e-12);
      QVERIFY((system.input - kDt * left.solve(legendreInput(kStates))).norm() < 1e-12);
      constexpr double kMove = 1e-5;
      const DiscreteLegendre above = discretise(kStates, kDt + kMove, alpha, false);
      const DiscreteLegendre below = discretise(kStates, kDt - kMove, alpha, false);
      const RowMatrix slope = (above.transition - below.transition) / (2 * kMove);
      QVERIFY((system.transition_slope - slope).norm() < 1e-7 * slope.norm());
      const Eigen::VectorXd input_slope = (above.input - below.input) / (2 * kMove);
      QVERIFY((system.input_slope - input_slope).norm() < 1e-7 * input_slope.norm());
    }
  }

  // Output, final state and every gradient, in double precision.
  void convolutionIsTheRecurrence() {
    for (const std::int64_t tokens : {1, 2, 50, 301}) {
      Sizes wide = sizes(tokens);
      wide[Dim::key] = 64;
      wide[Dim::head] = 5;
      const Problem problem = continued(draw(wide, defaults(), 3), 20);
      const Result<double> expected = runReference(problem, {});
      const ByConvolution found(problem);
      QVERIFY(relativeError(found.output, expected.output) < 1e-12);
      QVERIFY(relativeError(found.final.values, expected.final.front().values) < 1e-12);
      const std::vector<double> weights(expected.output.size(), 0.7);
      const std::vector<State<double>> behind{
          {std::vector<double>(expected.final.front().values.size(), -0.3), 0}};
      const Gradients<double> gradients = runReferenceBackward(problem, weights, behind, {});
      const auto by_convolution = found.gradients(weights, behind.front());
      for (std::size_t i = 0; i < gradients.inputs.size(); ++i) {
        const double error = relativeError(by_convolution.inputs[i], gradients.inputs[i]);
        QVERIFY2(error < 1e-11, qPrintable(QStringLiteral("%1 %2").arg(i).arg(error)));
      }
      QVERIFY(relativeError(by_convolution.initial.front().values,
                            gradients.initial.front().values) < 1e-12);
    }
  }

  // Twice as many samples of a slow signal at half the step: the same output at the same times, but
  // for what the signal does between samples.
  void resampledSignal() {
    Sizes coarse;
    coarse[Dim::key] = 8;
    coarse[Dim::token] = 200;
    Sizes fine = coarse;
    fine[Dim::token] = 400;
    Problem problem = draw(coarse, defaults(), 1);
    problem.inputs[kLsslStep] = {0.01};
    problem.inputs[kLsslSkip] = {0};
    Problem twice = problem;
    twice.sizes = fine;
    twice.options.set("rate", 0.5);
    twice.inputs[kLsslU].resize(400);
    const auto signal = [](double time) { return std::sin(time / 15); };
    for (int t = 0; t < 400; ++t)
      twice.inputs[kLsslU][static_cast<std::size_t>(t)] = signal(t / 2.0);
    for (int t = 0; t < 200; ++t) problem.inputs[kLsslU][static_cast<std::size_t>(t)] = signal(t);
    const auto slow = runReference(problem, {}).output, quick = runReference(twice, {}).output;
    double difference = 0, size = 0;
    for (std::size_t t = 100; t < 200; ++t) {
      difference += std::abs(slow[t] - quick[2 * t]);
      size += std::abs(slow[t]);
    }
    QVERIFY2(difference < 0.05 * size, qPrintable(QString::number(difference / size)));
  }

 private:
  // A problem run by the convolution in double precision.
  struct ByConvolution {
    explicit ByConvolution(const Problem& of) : problem(of) {
      const Description& about = problem.mechanism->description();
      for (std::size_t i = 0; i < problem.inputs.size(); ++i) {
        inputs.push_back(
            {problem.inputs[i].data(), contiguousStrides(about.inputs[i].dims, problem.sizes)});
      }
      output.resize(static_cast<std::size_t>(elementsOf(about.output, problem.sizes)));
      final.values.resize(problem.initial.front().values.size());
      call.sizes = problem.sizes;
      call.options = &problem.options;
      call.inputs = inputs;
      call.output = {output.data(), contiguousStrides(about.output, problem.sizes)};
      call.initial = &problem.initial.front();
      call.final = &final;
      call.context = &context;
      lsslConvolution(call);
    }

    Gradients<double> gradients(const std::vector<double>& weights,
                                const State<double>& behind) const {
      const Description& about = problem.mechanism->description();
      Gradients<double> found;
      std::vector<View<double>> targets;
      for (const auto& input : problem.inputs) found.inputs.emplace_back(input.size(), 0.0);
      for (std::size_t i = 0; i < found.inputs.size(); ++i) {
        targets.push_back({found.inputs[i].data(), inputs[i].stride});
      }
      found.initial.push_back({std::vector<double>(behind.values.size()), 0});
      BackwardCall<double> back;
      back.forward = call;
      back.output_gradient = {weights.data(), contiguousStrides(about.output, problem.sizes)};
      back.final_gradient = &behind;
      back.input_gradients = targets;
      back.initial_gradient = &found.initial.front();
      lsslConvolutionBackward(back);
      return found;
    }

    const Problem& problem;
    Context context;
    std::vector<View<const double>> inputs;
    std::vector<double> output;
    State<double> final;
    Call<double> call;
  };
};

QTEST_GUILESS_MAIN(LsslTest)
#include "lssl_test.moc"
