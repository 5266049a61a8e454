// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/mom.h"

#include "core/base/error.h"
#include "core/sequence/gated_deltanet.h"
#include "core/sequence/mom_routes.h"
#include "mechanism_checks.h"

using namespace lineament;
using namespace lineament::sequence;
using namespace lineament::sequence::test;

class MomTest : public MechanismChecks {
  Q_OBJECT

 public:
  MomTest() : MechanismChecks("mom") {}

 protected:
  enum Input : std::size_t {
    kQuery,
    kKey,
    kValue,
    kBeta,
    kLogDecay,
    kRouter,
    kSharedKey,
    kSharedValue,
    kSharedBeta,
    kSharedLogDecay
  };
  static constexpr std::int64_t kMemories = 4;

  Sizes sizes(std::int64_t tokens) const override {
    Sizes sizes = MechanismChecks::sizes(tokens);
    sizes[Dim::memory] = kMemories;
    return sizes;
  }
  std::vector<Options> optionSets() const override {
    std::vector<Options> sets;
    for (const double top_k : {1, 2, 4}) {
      Options options = defaults();
      options.set("top_k", top_k);
      sets.push_back(options);
    }
    return sets;
  }
  // Those of the shared memory, in all memories.
  void oneValuePerToken(Problem& problem) const override {
    const auto row = static_cast<std::size_t>(problem.sizes.heads() * problem.sizes.values());
    auto& values = problem.inputs[kValue];
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::size_t token = i / row / static_cast<std::size_t>(kMemories);
      values[i] = problem.inputs[kSharedValue][token * row + i % row];
    }
  }

 private:
  static Problem withoutShared(Problem problem) {
    for (std::size_t i = kSharedKey; i <= kSharedLogDecay; ++i) problem.inputs[i].clear();
    return problem;
  }

 private Q_SLOTS:
  // Of equal probabilities the lower index; tokens of a memory in their order; weights of sum 1.
  void routes() {
    const double p[4][3] = {{0.2, 0.5, 0.3}, {0.4, 0.2, 0.4}, {0.3, 0.3, 0.3}, {0, 0, 0}};
    MomRoutes routes(3, 2);
    routes.route(10, 4, [&](std::int64_t t, std::int64_t m) { return p[t - 10][m]; });
    const auto tokensOf = [&](std::int64_t memory) {
      const auto list = routes.of(memory).tokens;
      return QList<std::int64_t>(list.begin(), list.end());
    };
    QCOMPARE(tokensOf(0), QList<std::int64_t>({11, 12, 13}));
    QCOMPARE(tokensOf(1), QList<std::int64_t>({10, 12, 13}));
    QCOMPARE(tokensOf(2), QList<std::int64_t>({10, 11}));
    QCOMPARE(routes.choicesOf(10)[0].memory, std::int64_t{1});
    QCOMPARE(routes.choicesOf(10)[0].weight, 0.625);
    QCOMPARE(routes.choicesOf(11)[0].memory, std::int64_t{0});
    QCOMPARE(routes.choicesOf(13)[1].weight, 0.0);
    QCOMPARE(routes.of(2).weights[0], 0.375f);
    QCOMPARE(routes.of(2).first, std::int64_t{6});
  }

  // A single memory that gets every token is gated DeltaNet.
  void oneMemoryIsGatedDeltanet() {
    Sizes one = sizes(50);
    one[Dim::memory] = 1;
    Options options = defaults();
    options.set("top_k", 1.0);
    const Problem problem = withoutShared(draw(one, options, 1));
    const Problem plain{&gatedDeltanet(),
                        one,
                        Options(gatedDeltanet().description().options),
                        {problem.inputs[kQuery], problem.inputs[kKey], problem.inputs[kValue],
                         problem.inputs[kBeta], problem.inputs[kLogDecay]},
                        {},
                        {}};
    const auto expected = runReference(plain, {}).output;
    QVERIFY(relativeError(runReference(problem, {}).output, expected) < 1e-14);
    QVERIFY(relativeError(runFast(problem, Storage::f32, {}).output, expected) < 1e-5);
  }

  // Every memory keeps its place in the state, also those that no token went to.
  void emptyMemoriesKeepTheirState() {
    Problem problem = withoutShared(draw(sizes(20), defaults(), 2));
    for (std::size_t i = 0; i < problem.inputs[kRouter].size(); ++i) {
      problem.inputs[kRouter][i] = i % kMemories == 1 || i % kMemories == 3 ? 0.5 : 0;
    }
    std::vector<double> state(elementsOf(mechanism().state(problem.sizes, problem.options, 0)));
    for (std::size_t i = 0; i < state.size(); ++i) state[i] = static_cast<double>(i % 5);
    problem.initial = {{state, 3}};
    const auto after = runFast(problem, Storage::f32, {}).final[0].values;
    const auto matrix = static_cast<std::size_t>(problem.sizes.heads() * problem.sizes.keys() *
                                                 problem.sizes.values());
    for (std::size_t i = 0; i < state.size(); ++i) {
      const std::size_t memory = i / matrix % (kMemories + 1);
      if (memory == 1 || memory == 3) continue;
      QCOMPARE(static_cast<double>(after[i]), state[i]);
    }
  }

  void withoutSharedMemory() {
    const Problem problem = withoutShared(draw(sizes(300), defaults(), 3));
    const auto expected = runReference(problem, {}).output;
    QVERIFY(relativeError(runFast(problem, Storage::f32, {}).output, expected) < 1e-5);
    const auto steps = runSteps(problem, {}).output;
    QVERIFY(relativeError(steps, expected) < 1e-5);
  }

  // Longer than the windows in which tokens are routed.
  void manyWindows() {
    const Problem problem = continued(draw(sizes(700), defaults(), 4), 5);
    const Result<double> expected = runReference(problem, {});
    const Result<float> found = runFast(problem, Storage::f32, {});
    QVERIFY(relativeError(found.output, expected.output) < 1e-5);
    QVERIFY(relativeError(found.final[0].values, expected.final[0].values) < 1e-5);
    const std::vector<double> weights(expected.output.size(), 1.0);
    const auto exact = runReferenceBackward(problem, weights, {}, {});
    const auto gradients = runFastBackward(problem, weights, {}, {});
    for (std::size_t i = 0; i < exact.inputs.size(); ++i) {
      const double error = relativeError(gradients.inputs[i], exact.inputs[i], 0.1);
      QVERIFY2(error <= 1e-4, qPrintable(QString::number(error)));
    }
  }

  void badInput() {
    Options options = defaults();
    options.set("top_k", 5.0);
    QVERIFY_EXCEPTION_THROWN(draw(sizes(4), options, 1), Error);
    Problem partly = draw(sizes(4), defaults(), 1);
    partly.inputs[kSharedValue].clear();
    QVERIFY_EXCEPTION_THROWN(runFast(partly, Storage::f32, {}), Error);
    QVERIFY_EXCEPTION_THROWN(runReference(partly, {}), Error);
  }
};

QTEST_GUILESS_MAIN(MomTest)
#include "mom_test.moc"
