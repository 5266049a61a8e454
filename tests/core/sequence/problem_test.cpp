// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/problem.h"

#include <QtTest>
#include <cmath>
#include <functional>

#include "core/base/error.h"
#include "core/sequence/registry.h"

using namespace lineament;
using namespace lineament::sequence;

namespace {

const Mechanism& softmax() {
  return requireMechanism("softmax");
}

Options defaults() {
  return Options(softmax().description().options);
}

Tensor tensor(std::vector<std::uint64_t> shape) {
  std::uint64_t count = 1;
  for (const std::uint64_t size : shape) count *= size;
  return Tensor::of(std::move(shape), std::vector<double>(count, 0.5));
}

std::map<std::string, Tensor> goodTensors() {
  return {{"q", tensor({2, 4, 3, 5})}, {"k", tensor({2, 4, 3, 5})}, {"v", tensor({2, 4, 3, 7})}};
}

std::string errorOf(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.key();
  }
  return "none";
}

}  // namespace

class ProblemTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void readsSizesFromShapes() {
    auto tensors = goodTensors();
    tensors.emplace("cu_seqlens", Tensor::of({3}, std::vector<double>{0, 1, 4}));
    const Problem problem = problemOf(softmax(), defaults(), tensors);
    QCOMPARE(problem.sizes.batch(), 2);
    QCOMPARE(problem.sizes.tokens(), 4);
    QCOMPARE(problem.sizes.heads(), 3);
    QCOMPARE(problem.sizes.keys(), 5);
    QCOMPARE(problem.sizes.values(), 7);
    QCOMPARE(problem.starts, (std::vector<std::int64_t>{0, 1, 4}));
    QCOMPARE(problem.inputs[2].size(), std::size_t{2 * 4 * 3 * 7});
  }

  void namesWhatIsWrongWithAFile() {
    const auto key = [&](std::map<std::string, Tensor> tensors) {
      return errorOf([&] { problemOf(softmax(), defaults(), tensors); });
    };
    auto tensors = goodTensors();
    tensors.erase("k");
    QCOMPARE(key(tensors), std::string("sequence.missing"));
    tensors = goodTensors();
    tensors.emplace("gate", tensor({1}));
    QCOMPARE(key(tensors), std::string("sequence.extra"));
    tensors = goodTensors();
    tensors.insert_or_assign("k", tensor({2, 4, 3, 6}));
    QCOMPARE(key(tensors), std::string("sequence.shape"));
    tensors.insert_or_assign("k", tensor({2, 4, 15}));
    QCOMPARE(key(tensors), std::string("sequence.rank"));
  }

  void refusesBadProblems() {
    Problem good = problemOf(softmax(), defaults(), goodTensors());
    const auto key = [&](const std::function<void(Problem&)>& spoil) {
      Problem problem = good;
      spoil(problem);
      return errorOf([&] { checkProblem(problem); });
    };
    QCOMPARE(key([](Problem&) {}), std::string("none"));
    QCOMPARE(key([](Problem& p) { p.inputs[0][3] = std::nan(""); }),
             std::string("sequence.not_finite"));
    QCOMPARE(key([](Problem& p) { p.inputs[0].pop_back(); }), std::string("sequence.elements"));
    QCOMPARE(key([](Problem& p) { p.sizes[Dim::key] = 0; }), std::string("sequence.empty"));
    QCOMPARE(key([](Problem& p) {
               p.starts = {0, 4};
             }),
             std::string("sequence.starts"));  // batch 2
    QCOMPARE(key([](Problem& p) { p.initial = {{{1, 2, 3}, 1}}; }), std::string("sequence.state"));
    QCOMPARE(key([](Problem& p) { p.sizes[Dim::token] = std::int64_t{1} << 50; }),
             std::string("sequence.too_large"));
  }

  void startsHaveToRise() {
    Problem problem = sliceTokens(problemOf(softmax(), defaults(), goodTensors()), 0, 4);
    problem.sizes[Dim::batch] = 1;
    for (auto& input : problem.inputs) input.resize(input.size() / 2);
    const std::vector<std::int64_t> bad[] = {{1, 4}, {0, 3, 2, 4}, {0, 3}, {0, 5}, {0}};
    for (const auto& starts : bad) {
      problem.starts = starts;
      QCOMPARE(errorOf([&] { checkProblem(problem); }), std::string("sequence.starts"));
    }
    problem.starts = {0, 0, 4, 4};
    QCOMPARE(errorOf([&] { checkProblem(problem); }), std::string("none"));
  }

  void errorsSayWhere() {
    Problem problem = problemOf(softmax(), defaults(), goodTensors());
    problem.inputs[1][((1 * 4 + 2) * 3 + 1) * 5 + 4] = std::nan("");
    try {
      checkProblem(problem);
      QFAIL("a NaN passed");
    } catch (const Error& error) {
      QVERIFY2(error.where().find("'k' at batch 1, token 2, head 1, key 4") != std::string::npos,
               error.where().c_str());
    }
  }

  void drawsTheSameForTheSameSeed() {
    Sizes sizes;
    sizes[Dim::token] = 9;
    sizes[Dim::key] = 3;
    const Problem one = drawProblem(softmax(), sizes, defaults(), 5);
    QCOMPARE(drawProblem(softmax(), sizes, defaults(), 5).inputs, one.inputs);
    QVERIFY(drawProblem(softmax(), sizes, defaults(), 6).inputs != one.inputs);
    QVERIFY(one.inputs[0] != one.inputs[1]);
  }

  void optionsAreChecked() {
    Options options = defaults();
    options.set("scale", "0.25");
    QCOMPARE(options.real(0), 0.25);
    QCOMPARE(errorOf([&] { options.set("scale", "-1"); }), std::string("sequence.option"));
    QCOMPARE(errorOf([&] { options.set("scale", "wide"); }), std::string("sequence.option"));
    QCOMPARE(errorOf([&] { options.set("colour", "1"); }), std::string("sequence.option.unknown"));
    QCOMPARE(errorOf([] { requireMechanism("flash"); }), std::string("sequence.mechanism"));
  }
};

QTEST_GUILESS_MAIN(ProblemTest)
#include "problem_test.moc"
