// SPDX-License-Identifier: GPL-3.0-or-later
#include "delta_checks.h"

#include <Eigen/LU>
#include <cmath>
#include <numbers>

#include "core/base/random.h"

namespace lineament::sequence::test {

namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Matrix headRows(const Problem& problem, std::size_t input, std::int64_t batch, std::int64_t head) {
  const Dims& dims = problem.mechanism->description().inputs[input].dims;
  const Strides strides = contiguousStrides(dims, problem.sizes);
  const std::int64_t width = dims.size() > 3 ? problem.sizes[dims[3]] : 1;
  Matrix rows(problem.sizes.tokens(), width);
  for (std::int64_t t = 0; t < problem.sizes.tokens(); ++t) {
    for (std::int64_t d = 0; d < width; ++d) {
      rows(t, d) = problem.inputs[input][static_cast<std::size_t>(
          batch * strides[0] + t * strides[1] + head * strides[2] + d * strides[3])];
    }
  }
  return rows;
}

// Inputs q, k, v and beta of every head at once, from what a token's should be; a decay stays 0.
struct Builder {
  Problem problem;

  Builder(const Mechanism& mechanism, std::int64_t tokens, std::int64_t heads, std::int64_t keys,
          std::int64_t values) {
    Sizes sizes;
    sizes[Dim::token] = tokens;
    sizes[Dim::head] = heads;
    sizes[Dim::key] = keys;
    sizes[Dim::value] = values;
    Options options(mechanism.description().options);
    options.set("scale", 1.0);
    problem = drawProblem(mechanism, sizes, options, 1);
    for (auto& input : problem.inputs) std::fill(input.begin(), input.end(), 0.0);
  }
  void set(std::size_t input, std::int64_t token, std::int64_t head, std::vector<double> numbers) {
    const std::size_t row =
        static_cast<std::size_t>(token * problem.sizes.heads() + head) * numbers.size();
    std::copy(numbers.begin(), numbers.end(),
              problem.inputs[input].begin() + static_cast<std::ptrdiff_t>(row));
  }
};

// The outputs of all three forms.
std::vector<std::vector<double>> allOutputs(const Problem& problem) {
  checkProblem(problem);
  const auto fast = runFast(problem, Storage::f32, {}).output;
  const auto steps = runSteps(problem, {}).output;
  return {
      runReference(problem, {}).output, {fast.begin(), fast.end()}, {steps.begin(), steps.end()}};
}

// q = k = 1, v = 1/2: a write with beta 2 takes the state S to 1 - S.
std::vector<std::vector<double>> flips(const Mechanism& mechanism, const std::vector<int>& bits) {
  Builder builder(mechanism, static_cast<std::int64_t>(bits.size()), 1, 1, 1);
  for (std::size_t t = 0; t < bits.size(); ++t) {
    const auto token = static_cast<std::int64_t>(t);
    builder.set(0, token, 0, {1});
    builder.set(1, token, 0, {1});
    builder.set(2, token, 0, {0.5});
    builder.set(3, token, 0, {2.0 * bits[t]});
  }
  return allOutputs(builder.problem);
}

std::vector<double> reflectionKey(double angle) {
  return {-std::sin(angle / 2), std::cos(angle / 2)};
}

}  // namespace

void checkDeltaAttention(const Problem& problem, const std::vector<double>* log_decays) {
  const std::int64_t tokens = problem.sizes.tokens();
  const double scale = 1 / std::sqrt(static_cast<double>(problem.sizes.keys()));
  for (std::int64_t head = 0; head < problem.sizes.heads(); ++head) {
    const Matrix q = headRows(problem, 0, 1, head), k = headRows(problem, 1, 1, head);
    const Matrix beta = headRows(problem, 3, 1, head);
    Matrix decay = Matrix::Ones(tokens, tokens);
    for (std::int64_t t = 0; log_decays && t < tokens; ++t) {
      double sum = 0;
      for (std::int64_t s = t; s-- > 0;) {
        sum += (*log_decays)[static_cast<std::size_t>((tokens + s + 1) * problem.sizes.heads() +
                                                      head)];
        decay(t, s) = std::exp(sum);
      }
    }
    Matrix queries = (q * k.transpose()).cwiseProduct(decay);
    queries = Matrix(queries.triangularView<Eigen::Lower>());
    Matrix keys = beta.col(0).asDiagonal() * (k * k.transpose()).cwiseProduct(decay);
    keys = Matrix(keys.triangularView<Eigen::StrictlyLower>()) + Matrix::Identity(tokens, tokens);
    const Matrix expected = scale * queries * keys.inverse() * beta.col(0).asDiagonal();
    const std::vector<double> found = impliedAttention(problem, 1, head, {});
    const double error = largestError(
        found, std::vector<double>(expected.data(), expected.data() + expected.size()));
    QVERIFY2(error <= 1e-10, qPrintable(QString::number(error)));
  }
}

void checkParity(const Mechanism& mechanism) {
  Random random(7);
  std::vector<int> bits(300);
  for (int& bit : bits) bit = random.uniform(0, 1) < 0.5 ? 0 : 1;
  for (const std::vector<double>& output : flips(mechanism, bits)) {
    int parity = 0;
    for (std::size_t t = 0; t < bits.size(); ++t) {
      parity ^= bits[t];
      QCOMPARE(output[t], static_cast<double>(parity));
    }
  }
}

void checkRotation(const Mechanism& mechanism) {
  constexpr std::int64_t kTurns = 100;
  constexpr double kAngle = 0.3;
  Builder builder(mechanism, 2 * kTurns, 1, 2, 2);
  for (std::int64_t t = 0; t < 2 * kTurns; ++t) {
    builder.set(1, t, 0, t % 2 == 0 ? std::vector<double>{0, 1} : reflectionKey(kAngle));
    builder.set(3, t, 0, {2});
  }
  builder.problem.initial = {{{1, 0, 0, 1}, 0}};
  const double turned = kTurns * kAngle;
  const std::vector<double> expected{std::cos(turned), -std::sin(turned), std::sin(turned),
                                     std::cos(turned)};
  QVERIFY(largestError(runReference(builder.problem, {}).final[0].values, expected) < 1e-12);
  QVERIFY(largestError(runFast(builder.problem, Storage::f32, {}).final[0].values, expected) <
          1e-4);
}

void checkAdditionModulo(const Mechanism& mechanism) {
  constexpr int kModulus = 5;
  constexpr std::int64_t kTokens = 200;
  const double unit = std::numbers::pi / kModulus;
  Random random(8);
  std::vector<int> numbers(static_cast<std::size_t>(kTokens));
  for (int& number : numbers) number = static_cast<int>(random.uniform(0, kModulus));

  const auto first_layer = flips(mechanism, std::vector<int>(numbers.size(), 1));
  // Two heads with one state read its two components.
  Builder second(mechanism, kTokens, 2, 2, 1);
  for (std::int64_t t = 0; t < kTokens; ++t) {
    const auto at = static_cast<std::size_t>(t);
    const double sign = first_layer[1][at] == 1 ? -1 : 1;
    for (std::int64_t head = 0; head < 2; ++head) {
      second.set(0, t, head, head == 0 ? std::vector<double>{1, 0} : std::vector<double>{0, 1});
      second.set(1, t, head, reflectionKey((1 + sign * 2 * numbers[at]) * unit));
      second.set(3, t, head, {2});
    }
  }
  second.problem.initial = {{{1, 0, 1, 0}, 0}};
  for (const std::vector<double>& output : allOutputs(second.problem)) {
    int sum = 0;
    for (std::size_t t = 0; t < numbers.size(); ++t) {
      sum = (sum + numbers[t]) % kModulus;
      const double angle = std::atan2(output[2 * t + 1], output[2 * t]) / unit;
      // 2 s after an even number of tokens, 1 - 2 s after an odd one.
      const double doubled = t % 2 == 1 ? angle : 1 - angle;
      const auto found = static_cast<int>(std::lround(doubled / 2)) % kModulus;
      QCOMPARE((found + kModulus) % kModulus, sum);
    }
  }
}

void makeParallel(Problem& problem, double beta) {
  Random random(3);
  const auto width = static_cast<std::size_t>(problem.sizes.keys());
  const auto heads = static_cast<std::size_t>(problem.sizes.heads());
  std::vector<double>& keys = problem.inputs[1];
  const std::vector<double> first(keys.begin(),
                                  keys.begin() + static_cast<std::ptrdiff_t>(heads * width));
  for (std::size_t row = 0; row < keys.size() / width; ++row) {
    double squares = 0;
    for (std::size_t d = 0; d < width; ++d) {
      double& key = keys[row * width + d];
      key = first[row % heads * width + d] + 0.01 * random.normal();
      squares += key * key;
    }
    for (std::size_t d = 0; d < width; ++d) keys[row * width + d] /= std::sqrt(squares);
  }
  std::fill(problem.inputs[3].begin(), problem.inputs[3].end(), beta);
}

void checkZeroKeys(const Mechanism& mechanism, const Sizes& sizes) {
  Problem problem = drawProblem(mechanism, sizes, Options(mechanism.description().options), 6);
  std::fill(problem.inputs[1].begin(), problem.inputs[1].end(), 0.0);
  if (problem.inputs.size() > 4) std::fill(problem.inputs[4].begin(), problem.inputs[4].end(), 0.0);
  std::vector<double> state(elementsOf(mechanism.state(sizes, problem.options, 0)));
  for (std::size_t i = 0; i < state.size(); ++i) state[i] = static_cast<double>(i % 7) - 3;
  problem.initial = {{state, 4}};
  QCOMPARE(runReference(problem, {}).final[0].values, state);
  const auto fast = runFast(problem, Storage::f32, {}).final[0];
  QCOMPARE(std::vector<double>(fast.values.begin(), fast.values.end()), state);
  QCOMPARE(fast.tokens, 4 + sizes.tokens());
}

void checkWarning(const Problem& problem) {
  const auto linesOf = [](const Problem& of, auto run) {
    QStringList lines;
    Context context;
    context.log = [&](Context::Severity severity, std::string_view line) {
      if (severity == Context::Severity::warning)
        lines << QString::fromStdString(std::string(line));
    };
    run(of, context);
    return lines;
  };
  const auto reference = [](const Problem& of, const Context& context) {
    runReference(of, context);
  };
  const auto fast = [](const Problem& of, const Context& context) {
    runFast(of, Storage::f32, context);
  };
  QCOMPARE(linesOf(problem, reference), QStringList());
  QCOMPARE(linesOf(problem, fast), QStringList());

  Problem grown = problem;  // head 1 of batch 0, at tokens 0 and 1
  const auto heads = static_cast<std::size_t>(problem.sizes.heads());
  const auto width = static_cast<std::size_t>(problem.sizes.keys());
  for (std::size_t t = 0; t < 2; ++t) {
    for (std::size_t d = 0; d < width; ++d) grown.inputs[1][(t * heads + 1) * width + d] *= 2;
    grown.inputs[3][t * heads + 1] = 1;
  }
  const QStringList found = linesOf(grown, fast);
  QCOMPARE(found.size(), 1);
  QVERIFY2(found[0].startsWith(QStringLiteral("Batch 0, head 1")) &&
               found[0].contains(QStringLiteral("at 2 tokens")),
           qPrintable(found[0]));
  QCOMPARE(linesOf(grown, reference), found);
}

void checkPublished(const Mechanism& mechanism, const std::vector<Formula>& inputs,
                    const std::vector<double>& expected) {
  Sizes sizes;
  sizes[Dim::token] = 20;
  sizes[Dim::head] = 2;
  sizes[Dim::key] = 4;
  sizes[Dim::value] = 3;
  Options options(mechanism.description().options);
  options.set("scale", 0.5);
  Problem problem = drawProblem(mechanism, sizes, options, 1);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const OperandSpec& spec = mechanism.description().inputs[i];
    std::vector<double>& numbers = problem.inputs[i];
    const std::size_t width = numbers.size() / 40;
    for (std::size_t row = 0; row < 40; ++row) {
      double squares = 0;
      for (std::size_t d = 0; d < width; ++d) {
        double& number = numbers[row * width + d];
        number = inputs[i](static_cast<double>(row / 2), static_cast<double>(row % 2),
                           static_cast<double>(d));
        squares += number * number;
      }
      if (spec.draw != Draw::unit_rows) continue;
      for (std::size_t d = 0; d < width; ++d) numbers[row * width + d] /= std::sqrt(squares);
    }
  }
  checkProblem(problem);
  const std::vector<double> output = runReference(problem, {}).output;
  const double error = largestError(std::vector<double>(output.end() - 6, output.end()), expected);
  QVERIFY2(error <= 2e-6, qPrintable(QString::number(error)));
}

std::vector<std::complex<double>> transitionAt(const Problem& problem, std::int64_t batch,
                                               std::int64_t head, std::int64_t token) {
  std::vector<View<const double>> views;
  const auto& specs = problem.mechanism->description().inputs;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    views.push_back({problem.inputs[i].data(), contiguousStrides(specs[i].dims, problem.sizes)});
  }
  Call<double> call;
  call.sizes = problem.sizes;
  call.options = &problem.options;
  call.inputs = views;
  return problem.mechanism->transition(call, batch, head, token);
}

}  // namespace lineament::sequence::test
