// SPDX-License-Identifier: GPL-3.0-or-later
#include "mechanism_checks.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "core/base/cpu.h"
#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/random.h"

namespace lineament::sequence::test {

namespace {

using Role = OperandSpec::Role;

// The weights of the loss are standard normal, so gradients are of the order of 1.
constexpr double kGradientFloor = 0.1;

const std::int64_t kLengths[] = {0, 1, 2, 15, 16, 17, 31, 63, 64, 65, 200};

QString at(const Sizes& sizes, const char* what, double error) {
  return QStringLiteral("%1: %2 at B %3 T %4 H %5 Dk %6 Dv %7")
      .arg(QString::fromLatin1(what))
      .arg(error)
      .arg(sizes.batch())
      .arg(sizes.tokens())
      .arg(sizes.heads())
      .arg(sizes.keys())
      .arg(sizes.values());
}

// The inputs as bfloat16 holds them, so that a comparison sees the arithmetic and not the storage.
Problem narrowed(Problem problem) {
  const auto& specs = problem.mechanism->description().inputs;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    if (specs[i].role != Role::query && specs[i].role != Role::key &&
        specs[i].role != Role::value) {
      continue;
    }
    for (double& value : problem.inputs[i]) {
      value = static_cast<double>(bfloat16ToFloat(floatToBfloat16(static_cast<float>(value))));
    }
  }
  return problem;
}

std::vector<double> normals(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> numbers(count);
  for (double& number : numbers) number = random.normal();
  return numbers;
}

std::size_t outputElements(const Problem& problem) {
  return static_cast<std::size_t>(
      elementsOf(problem.mechanism->description().output, problem.sizes));
}

std::size_t sequencesOf(const Problem& problem) {
  return problem.starts.empty() ? 1 : problem.starts.size() - 1;
}

double weighted(const std::vector<double>& numbers, const std::vector<double>& weights) {
  double sum = 0;
  for (std::size_t i = 0; i < numbers.size(); ++i) sum += numbers[i] * weights[i];
  return sum;
}

double loss(const Problem& problem, const std::vector<double>& weights,
            const std::vector<State<double>>& state_weights) {
  const Result<double> result = runReference(problem, {});
  double sum = weighted(result.output, weights);
  for (std::size_t i = 0; i < state_weights.size(); ++i) {
    sum += weighted(result.final[i].values, state_weights[i].values);
  }
  return sum;
}

// The part of a result of the whole that belongs to those tokens.
std::vector<double> cutOutput(const Problem& whole, const std::vector<double>& output,
                              std::int64_t first, std::int64_t count) {
  const Dims& dims = whole.mechanism->description().output;
  const Strides strides = contiguousStrides(dims, whole.sizes);
  const auto inner = static_cast<std::size_t>(strides[1]);  // outputs begin with batch, token
  std::vector<double> part;
  for (std::int64_t b = 0; b < whole.sizes.batch(); ++b) {
    const auto from = output.begin() + b * strides[0] + first * strides[1];
    part.insert(part.end(), from,
                from + static_cast<std::ptrdiff_t>(inner * static_cast<std::size_t>(count)));
  }
  return part;
}

}  // namespace

template <class T>
double relativeError(const std::vector<T>& x, const std::vector<double>& reference, double floor) {
  if (x.size() != reference.size()) return std::numeric_limits<double>::infinity();
  double difference = 0, size = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double d = static_cast<double>(x[i]) - reference[i];
    if (!std::isfinite(d)) return std::numeric_limits<double>::infinity();
    difference += d * d;
    size += reference[i] * reference[i];
  }
  const double least = floor * floor * static_cast<double>(x.size());
  return difference == 0 ? 0 : std::sqrt(difference / std::max(size, least));
}

template <class T>
double largestError(const std::vector<T>& x, const std::vector<double>& reference) {
  if (x.size() != reference.size()) return std::numeric_limits<double>::infinity();
  double difference = 0, size = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double d = std::abs(static_cast<double>(x[i]) - reference[i]);
    if (!std::isfinite(d)) return std::numeric_limits<double>::infinity();
    difference = std::max(difference, d);
    size = std::max(size, std::abs(reference[i]));
  }
  return difference == 0 ? 0 : difference / size;
}

template double relativeError(const std::vector<float>&, const std::vector<double>&, double);
template double relativeError(const std::vector<double>&, const std::vector<double>&, double);
template double largestError(const std::vector<float>&, const std::vector<double>&);
template double largestError(const std::vector<double>&, const std::vector<double>&);

Sizes MechanismChecks::sizes(std::int64_t tokens) const {
  Sizes sizes;
  sizes[Dim::batch] = 2;
  sizes[Dim::token] = tokens;
  sizes[Dim::head] = 3;
  sizes[Dim::key] = 13;
  sizes[Dim::value] = 19;
  return sizes;
}

Sizes MechanismChecks::smallSizes(std::int64_t tokens) const {
  Sizes small = sizes(tokens);
  small[Dim::batch] = 1;
  small[Dim::head] = 2;
  small[Dim::key] = 5;
  small[Dim::value] = 4;
  return small;
}

Problem MechanismChecks::draw(const Sizes& sizes, const Options& options,
                              std::uint64_t seed) const {
  Problem problem = drawProblem(mechanism_, sizes, options, seed);
  adjust(problem);
  checkProblem(problem);
  return problem;
}

std::vector<State<double>> MechanismChecks::stateWeights(const Problem& problem,
                                                         std::uint64_t seed) const {
  std::vector<State<double>> weights;
  if (!mechanism_.description().has_state) return weights;
  for (const State<double>& state : runReference(problem, {}).final) {
    weights.push_back({normals(state.values.size(), seed + weights.size()), state.tokens});
    auto at = weights.back().values.begin();
    for (const StatePart& part : mechanism_.state(problem.sizes, problem.options, state.tokens)) {
      const auto count = static_cast<std::ptrdiff_t>(elementsOf({part}));
      if (!trains(part.name)) std::fill_n(at, count, 0.0);
      at += count;
    }
  }
  return weights;
}

Problem MechanismChecks::continued(Problem problem, std::int64_t tokens_before) const {
  if (!mechanism_.description().has_state) return problem;
  Sizes before = problem.sizes;
  before[Dim::token] = tokens_before;
  const Problem earlier = draw(before, problem.options, 99);
  problem.initial.clear();
  for (std::size_t i = 0; i < sequencesOf(problem); ++i) {
    problem.initial.push_back(runReference(earlier, {}).final.front());
  }
  return problem;
}

std::vector<Problem> MechanismChecks::extremes() const {
  std::vector<Problem> problems;
  const auto& specs = mechanism_.description().inputs;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    if (specs[i].role != Role::log_decay && specs[i].role != Role::key) continue;
    for (const double factor : {0.0, 1.0 / 16, 10.0, 1000.0}) {
      if (specs[i].role == Role::key && factor != 0) continue;
      Problem problem = draw(sizes(77), defaults(), 7);
      for (double& value : problem.inputs[i]) value *= factor;
      problems.push_back(std::move(problem));
    }
    if (specs[i].infinite) {
      Problem problem = draw(sizes(77), defaults(), 8);
      for (std::size_t n = 0; n < problem.inputs[i].size(); n += 7) {
        problem.inputs[i][n] = -std::numeric_limits<double>::infinity();
      }
      problems.push_back(std::move(problem));
    }
  }
  return problems;
}

std::vector<double> MechanismChecks::weighedValues(const Problem& problem) const {
  const auto& inputs = mechanism_.description().inputs;
  const auto value = std::find_if(inputs.begin(), inputs.end(),
                                  [](const OperandSpec& spec) { return spec.role == Role::value; });
  return problem.inputs[static_cast<std::size_t>(value - inputs.begin())];
}

void MechanismChecks::initTestCase() {
  const QByteArray target = qgetenv("LINEAMENT_SIMD");
  if (target.isEmpty()) return;
  try {
    forceSimdTarget(target.toStdString());
  } catch (const Error& error) {
    QSKIP(error.what());  // not on this processor
  }
}

void MechanismChecks::describesItself() {
  const Description& about = mechanism_.description();
  QVERIFY(!about.title.empty() && !about.summary.empty() && !about.source.empty());
  QVERIFY(!about.inputs.empty());
  for (const OperandSpec& spec : about.inputs) QVERIFY2(!spec.help.empty(), spec.name.data());
  QVERIFY(mechanism_.flops(sizes(64), defaults()) > 0);
  QCOMPARE(mechanism_.state(sizes(4), defaults(), 4).empty(), !about.has_state);
}

void MechanismChecks::fastAgreesWithReference() {
  const double tolerance = mechanism_.description().tolerance_f32;
  for (const Options& options : optionSets()) {
    for (const std::int64_t tokens : kLengths) {
      for (const std::int64_t before : {std::int64_t{0}, std::int64_t{5}}) {
        Problem problem = draw(sizes(tokens), options, 1 + static_cast<std::uint64_t>(tokens));
        if (before > 0) problem = continued(std::move(problem), before);
        const Result<double> expected = runReference(problem, {});
        const Result<float> found = runFast(problem, Storage::f32, {});
        const double error = relativeError(found.output, expected.output);
        QVERIFY2(error <= tolerance, qPrintable(at(problem.sizes, "output", error)));
        const double worst = largestError(found.output, expected.output);
        QVERIFY2(worst <= 10 * tolerance, qPrintable(at(problem.sizes, "worst output", worst)));
        QCOMPARE(found.final.size(), expected.final.size());
        for (std::size_t i = 0; i < expected.final.size(); ++i) {
          QCOMPARE(found.final[i].tokens, expected.final[i].tokens);
          const double state = relativeError(found.final[i].values, expected.final[i].values);
          QVERIFY2(state <= tolerance, qPrintable(at(problem.sizes, "state", state)));
        }
      }
    }
  }
}

void MechanismChecks::fastAgreesOnWideHeads() {
  Sizes wide = sizes(150);
  wide[Dim::batch] = 1;
  wide[Dim::head] = std::min<std::int64_t>(2, wide.heads());
  wide[Dim::key] = wide.keys() > 1 ? 64 : 1;
  wide[Dim::value] = wide.values() > 1 ? 128 : 1;
  const Problem problem = draw(wide, defaults(), 3);
  const double error =
      relativeError(runFast(problem, Storage::f32, {}).output, runReference(problem, {}).output);
  QVERIFY2(error <= mechanism_.description().tolerance_f32, qPrintable(at(wide, "output", error)));
}

void MechanismChecks::narrowStorage() {
  const double tolerance = mechanism_.description().tolerance_bf16;
  for (const std::int64_t tokens : {1, 17, 100}) {
    const Problem problem = narrowed(draw(sizes(tokens), defaults(), 11));
    const double error =
        relativeError(runFast(problem, Storage::bf16, {}).output, runReference(problem, {}).output);
    QVERIFY2(error <= tolerance, qPrintable(at(problem.sizes, "bf16 output", error)));
  }
}

void MechanismChecks::compareSteps(const Problem& problem) const {
  const Result<double> expected = runReference(problem, {});
  const Result<float> found = runSteps(problem, {});
  const double error = relativeError(found.output, expected.output);
  QVERIFY2(error <= mechanism_.description().tolerance_f32,
           qPrintable(at(problem.sizes, "output", error)));
  const double state = relativeError(found.final.front().values, expected.final.front().values);
  QVERIFY2(state <= mechanism_.description().tolerance_f32,
           qPrintable(at(problem.sizes, "state", state)));
  QCOMPARE(found.final.front().tokens, expected.final.front().tokens);
}

void MechanismChecks::stepsAgreeWithReference() {
  if (!mechanism_.description().causal || !mechanism_.description().has_state) return;
  for (const Options& options : optionSets()) {
    for (const std::int64_t before : {std::int64_t{0}, std::int64_t{3}}) {
      Problem problem = draw(sizes(37), options, 5);
      if (before > 0) problem = continued(std::move(problem), before);
      compareSteps(problem);
      if (QTest::currentTestFailed()) return;
    }
  }
}

void MechanismChecks::stepsOfManySequences() {
  if (!mechanism_.description().causal || !mechanism_.description().has_state) return;
  for (const bool wide : {false, true}) {
    Sizes many = sizes(2);
    many[Dim::batch] = 70;  // more than one task takes, and no multiple of it
    many[Dim::head] = wide && many.values() == 1 ? 150 : 1;
    if (wide && many.keys() > 1) many[Dim::key] = 16;
    if (wide && many.values() > 1) many[Dim::value] = 16;
    const Problem problem = draw(mechanism_.suited(many), defaults(), 9);
    compareSteps(problem);
    if (QTest::currentTestFailed()) return;
  }
}

void MechanismChecks::streamingIsOneRun() {
  if (!mechanism_.description().has_state) return;
  for (const Options& options : optionSets()) {
    const std::vector<std::int64_t> counts = pieces(options);
    const Problem whole =
        draw(sizes(std::accumulate(counts.begin(), counts.end(), std::int64_t{0})), options, 21);
    const Result<double> expected = runReference(whole, {});
    std::vector<State<double>> state, exact_state;
    std::int64_t first = 0;
    for (const std::int64_t count : counts) {
      Problem part = sliceTokens(whole, first, count);
      const std::vector<double> piece = cutOutput(whole, expected.output, first, count);
      part.initial = exact_state;
      const Result<double> exact = runReference(part, {});
      QVERIFY2(relativeError(exact.output, piece) <= 1e-12, qPrintable(QString::number(first)));
      part.initial = state;
      const Result<float> found = runFast(part, Storage::f32, {});
      const double error = relativeError(found.output, piece);
      QVERIFY2(error <= 2 * mechanism_.description().tolerance_f32,
               qPrintable(at(part.sizes, "piece", error)));
      exact_state = exact.final;
      state = {{std::vector<double>(found.final[0].values.begin(), found.final[0].values.end()),
                found.final[0].tokens}};
      first += count;
    }
    if (counts.empty()) continue;
    QVERIFY(relativeError(exact_state.front().values, expected.final.front().values) <= 1e-12);
    QCOMPARE(state.front().tokens, whole.sizes.tokens());
  }
}

void MechanismChecks::packedSequencesAreSeparate() {
  Sizes one = sizes(60);
  one[Dim::batch] = 1;
  Problem packed = draw(one, defaults(), 31);
  packed.starts = {0, 1, 1, 40, 60};
  checkProblem(packed);
  const Result<double> together = runReference(packed, {});
  const Result<float> fast = runFast(packed, Storage::f32, {});
  for (std::size_t i = 0; i + 1 < packed.starts.size(); ++i) {
    const std::int64_t first = packed.starts[i], count = packed.starts[i + 1] - first;
    const Result<double> alone = runReference(sliceTokens(packed, first, count), {});
    QCOMPARE(cutOutput(packed, together.output, first, count), alone.output);
    if (!alone.final.empty()) QCOMPARE(together.final[i].values, alone.final.front().values);
  }
  const double error = relativeError(fast.output, together.output);
  QVERIFY2(error <= mechanism_.description().tolerance_f32, qPrintable(at(one, "packed", error)));
}

// Central differences in double precision.
void MechanismChecks::gradientsAgainstFiniteDifferences() {
  constexpr double kStep = 1e-5, kTolerance = 1e-6;
  for (const Options& options : optionSets()) {
    Problem problem = continued(draw(smallSizes(9), options, 41), 3);
    const std::vector<double> weights = normals(outputElements(problem), 42);
    const auto state_weights = stateWeights(problem, 43);
    const Gradients<double> found = runReferenceBackward(problem, weights, state_weights, {});
    const auto check = [&](std::vector<double>& numbers, const std::vector<double>& gradient,
                           const char* name) {
      std::vector<double> expected(numbers.size());
      for (std::size_t i = 0; i < numbers.size(); ++i) {
        const double kept = numbers[i];
        const double step = kStep * std::max(1.0, std::abs(kept));
        numbers[i] = kept + step;
        const double above = loss(problem, weights, state_weights);
        numbers[i] = kept - step;
        const double below = loss(problem, weights, state_weights);
        numbers[i] = kept;
        expected[i] = (above - below) / (2 * step);
      }
      const double error = largestError(gradient, expected);
      QVERIFY2(error <= kTolerance, qPrintable(at(problem.sizes, name, error)));
    };
    const auto& specs = mechanism_.description().inputs;
    for (std::size_t i = 0; i < specs.size(); ++i) {
      check(problem.inputs[i], found.inputs[i], specs[i].name.data());
    }
    if (!problem.initial.empty()) {
      check(problem.initial.front().values, found.initial.front().values, "initial state");
    }
  }
}

void MechanismChecks::fastBackwardAgreesWithReference() {
  const double tolerance = 10 * mechanism_.description().tolerance_f32;
  for (const Options& options : optionSets()) {
    for (const std::int64_t tokens : {1, 16, 33, 130}) {
      for (const std::int64_t before : {std::int64_t{0}, std::int64_t{5}}) {
        Problem problem = draw(sizes(tokens), options, 51);
        if (before > 0) problem = continued(std::move(problem), before);
        const std::vector<double> weights = normals(outputElements(problem), 52);
        const auto state_weights = stateWeights(problem, 53);
        const Gradients<double> expected =
            runReferenceBackward(problem, weights, state_weights, {});
        const Gradients<float> found = runFastBackward(problem, weights, state_weights, {});
        const auto& specs = mechanism_.description().inputs;
        for (std::size_t i = 0; i < specs.size(); ++i) {
          const double error = relativeError(found.inputs[i], expected.inputs[i], kGradientFloor);
          QVERIFY2(error <= tolerance, qPrintable(at(problem.sizes, specs[i].name.data(), error)));
        }
        if (before == 0 || expected.initial.empty()) continue;
        const double error = relativeError(found.initial.front().values,
                                           expected.initial.front().values, kGradientFloor);
        QVERIFY2(error <= tolerance, qPrintable(at(problem.sizes, "initial state", error)));
      }
    }
  }
}

// A V = O for the head's own values, and nothing from tokens that may not be read.
void MechanismChecks::impliedAttentionIsTheOutput() {
  const Description& about = mechanism_.description();
  const auto value = std::find_if(about.inputs.begin(), about.inputs.end(),
                                  [](const OperandSpec& spec) { return spec.role == Role::value; });
  QVERIFY(value != about.inputs.end());
  for (const Options& options : optionSets()) {
    Problem problem = draw(sizes(23), options, 61);
    oneValuePerToken(problem);
    const std::int64_t tokens = problem.sizes.tokens();
    const std::vector<double> numbers = weighedValues(problem);
    const Result<double> expected = runReference(problem, {});
    const std::int64_t b = problem.sizes.batch() - 1, h = problem.sizes.heads() - 1;
    const std::vector<double> weights = impliedAttention(problem, b, h, {});
    QCOMPARE(weights.size(), static_cast<std::size_t>(tokens * tokens));
    const Strides strides = contiguousStrides(value->dims, problem.sizes);
    const auto v = [&](std::int64_t token, std::int64_t column) {
      std::ptrdiff_t offset = 0;
      for (std::size_t axis = 0; axis < value->dims.size(); ++axis) {
        const Dim dim = value->dims[axis];
        const std::int64_t index = dim == Dim::batch   ? b
                                   : dim == Dim::token ? token
                                   : dim == Dim::head  ? h
                                   : dim == Dim::value ? column
                                                       : 0;
        offset += static_cast<std::ptrdiff_t>(index) * strides[axis];
      }
      return numbers[static_cast<std::size_t>(offset)];
    };
    const View<const double> o{expected.output.data(),
                               contiguousStrides(about.output, problem.sizes)};
    for (std::int64_t t = 0; t < tokens; ++t) {
      const bool wide = about.output.back() == Dim::value;
      for (std::int64_t e = 0; e < (wide ? problem.sizes.values() : 1); ++e) {
        double sum = 0;
        for (std::int64_t s = 0; s < tokens; ++s) {
          const double weight = weights[static_cast<std::size_t>(t * tokens + s)];
          if (!reads(options, t, s)) QCOMPARE(weight, 0.0);
          sum += weight * v(s, e);
        }
        const double out = o(b, t, h, e);
        QVERIFY2(std::abs(sum - out) <= 1e-10 * (1 + std::abs(out)),
                 qPrintable(at(problem.sizes, "row", static_cast<double>(t))));
      }
    }
  }
}

void MechanismChecks::laterTokensDoNotMatter() {
  for (const Options& options : optionSets()) {
    constexpr std::int64_t kTokens = 70, kChanged = 41;
    std::int64_t blind = 0;  // tokens that see none of the changed ones
    while (blind < kChanged && !reads(options, blind, kChanged)) ++blind;
    if (blind == 0) continue;
    const Problem one = draw(sizes(kTokens), options, 71);
    Problem other = draw(sizes(kTokens), options, 72);
    const auto& specs = mechanism_.description().inputs;
    for (std::size_t i = 0; i < specs.size(); ++i) {
      const auto& dims = specs[i].dims;
      const auto axis = std::find(dims.begin(), dims.end(), Dim::token);
      if (axis == dims.end()) {
        other.inputs[i] = one.inputs[i];
        continue;
      }
      const auto inner = static_cast<std::size_t>(
          contiguousStrides(dims, one.sizes)[static_cast<std::size_t>(axis - dims.begin())]);
      for (std::size_t n = 0; n < one.inputs[i].size(); ++n) {
        if (static_cast<std::int64_t>(n / inner) % kTokens < kChanged) {
          other.inputs[i][n] = one.inputs[i][n];
        }
      }
    }
    const auto before = [&](const std::vector<double>& output) {
      return cutOutput(one, output, 0, blind);
    };
    QCOMPARE(before(runReference(other, {}).output), before(runReference(one, {}).output));
    const auto fast_one = runFast(one, Storage::f32, {}).output;
    const auto fast_other = runFast(other, Storage::f32, {}).output;
    const std::vector<double> exact = before(std::vector<double>(fast_one.begin(), fast_one.end()));
    QVERIFY(relativeError(before(std::vector<double>(fast_other.begin(), fast_other.end())),
                          exact) <= 1e-6);
  }
}

void MechanismChecks::threadsGiveTheSameBytes() {
  const Problem problem = draw(sizes(150), defaults(), 81);
  const std::vector<double> weights = normals(outputElements(problem), 82);
  const auto run = [&](int threads) {
    const ThreadLimit limit(threads);
    Context context;
    context.threads = threads;
    auto gradients = runFastBackward(problem, weights, {}, context);
    gradients.inputs.push_back(runFast(problem, Storage::f32, context).output);
    return gradients.inputs;
  };
  const auto one = run(1), two = run(2);
  for (std::size_t i = 0; i < one.size(); ++i) {
    QVERIFY(std::memcmp(one[i].data(), two[i].data(), one[i].size() * sizeof(float)) == 0);
  }
}

void MechanismChecks::hardCases() {
  for (const Problem& problem : extremes()) {
    const Result<double> expected = runReference(problem, {});
    const double error = relativeError(runFast(problem, Storage::f32, {}).output, expected.output);
    QVERIFY2(error <= extremeTolerance(), qPrintable(at(problem.sizes, "output", error)));
    const std::vector<double> weights = normals(outputElements(problem), 91);
    const Gradients<double> exact = runReferenceBackward(problem, weights, {}, {});
    const Gradients<float> found = runFastBackward(problem, weights, {}, {});
    for (std::size_t i = 0; i < exact.inputs.size(); ++i) {
      const double gradient = relativeError(found.inputs[i], exact.inputs[i], kGradientFloor);
      QVERIFY2(
          gradient <= 10 * extremeTolerance(),
          qPrintable(at(problem.sizes, mechanism_.description().inputs[i].name.data(), gradient)));
    }
  }
}

void MechanismChecks::namesBadNumbers() {
  const auto& specs = mechanism_.description().inputs;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    for (const double bad :
         {std::nan(""), std::numeric_limits<double>::infinity(), 1e300, -1e300}) {
      Problem problem = draw(sizes(6), defaults(), 1);
      if (problem.inputs[i].empty()) continue;
      problem.inputs[i].back() = bad;
      const bool allowed = bad >= specs[i].lowest && bad <= specs[i].highest && std::isfinite(bad);
      if (allowed) continue;
      try {
        checkProblem(problem);
        QFAIL("a bad number passed");
      } catch (const Error& error) {
        QVERIFY2(QString::fromUtf8(error.what()).contains(QLatin1String(specs[i].name.data())),
                 error.what());
      }
    }
  }
}

}  // namespace lineament::sequence::test
