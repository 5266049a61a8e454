// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/operation.h"

#include <QtTest>

#include "core/autodiff/elementwise.h"
#include "core/autodiff/reduction.h"
#include "core/autodiff/view.h"
#include "core/base/error.h"
#include "core/sequence/problem.h"
#include "core/sequence/registry.h"
#include "mechanism_checks.h"

using namespace lineament;
using namespace lineament::sequence;
using namespace lineament::sequence::test;

namespace {

autodiff::Shape shapeOfInput(const OperandSpec& spec, const Sizes& sizes) {
  autodiff::Shape shape;
  for (const Dim dim : spec.dims) shape.append(static_cast<std::size_t>(sizes[dim]));
  return shape;
}

template <class T>
std::vector<T> as(const std::vector<double>& numbers) {
  return {numbers.begin(), numbers.end()};
}

// The loss sum(output) and the gradients by all inputs, on the tape.
template <class T>
struct OnTape {
  autodiff::Tape<T> tape;
  std::vector<autodiff::Value<T>> leaves;
  autodiff::Value<T> output, loss;

  explicit OnTape(const Problem& problem) {
    std::vector<std::optional<autodiff::Value<T>>> inputs;
    const auto& specs = problem.mechanism->description().inputs;
    for (std::size_t i = 0; i < specs.size(); ++i) {
      leaves.push_back(tape.input(shapeOfInput(specs[i], problem.sizes), std::string(specs[i].name),
                                  autodiff::Tape<T>::Gradient::yes));
      tape.bind(leaves.back(), std::span<const T>(as<T>(problem.inputs[i])));
      inputs.emplace_back(leaves.back());
    }
    output = mix<T>(*problem.mechanism, problem.options, inputs);
    loss = autodiff::sum(output);
    tape.forward();
    tape.backward(loss);
  }
};

Problem drawn() {
  const Mechanism& mechanism = requireMechanism("softmax");
  Sizes sizes;
  sizes[Dim::batch] = 2;
  sizes[Dim::token] = 11;
  sizes[Dim::head] = 3;
  sizes[Dim::key] = 5;
  sizes[Dim::value] = 4;
  return drawProblem(mechanism, sizes, Options(mechanism.description().options), 1);
}

}  // namespace

class OperationTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void valuesAndGradientsAreTheMechanisms() {
    const Problem problem = drawn();
    const Result<double> result = runReference(problem, {});
    const std::vector<double> ones(result.output.size(), 1.0);
    const Gradients<double> expected = runReferenceBackward(problem, ones, {}, {});
    OnTape<double> exact(problem);
    OnTape<float> quick(problem);
    QCOMPARE(exact.tape.read(exact.output), result.output);
    QVERIFY(relativeError(quick.tape.read(quick.output), result.output) < 1e-6);
    for (std::size_t i = 0; i < expected.inputs.size(); ++i) {
      QCOMPARE(exact.tape.readGradient(exact.leaves[i]), expected.inputs[i]);
      QVERIFY(relativeError(quick.tape.readGradient(quick.leaves[i]), expected.inputs[i]) < 1e-5);
    }
  }

  // Replaying the plan gives the same numbers: nothing of an earlier step is left over.
  void replays() {
    OnTape<float> steps(drawn());
    const auto first = steps.tape.readGradient(steps.leaves[0]);
    steps.tape.forward();
    steps.tape.backward(steps.loss);
    QCOMPARE(steps.tape.readGradient(steps.leaves[0]), first);
  }

  // Heads split out of a wide projection lie apart; the mechanism reads them where they are.
  void readsViews() {
    autodiff::Tape<double> tape;
    Random random(3);
    const auto wide = tape.input({2, 7, 3 * 5 * 3}, "qkv", autodiff::Tape<double>::Gradient::yes);
    std::vector<double> numbers(2 * 7 * 45);
    for (double& x : numbers) x = random.normal();
    tape.bind(wide, numbers);
    std::vector<std::optional<autodiff::Value<double>>> inputs, copies;
    for (std::size_t part = 0; part < 3; ++part) {
      const auto piece = autodiff::slice(wide, 2, part * 15, part * 15 + 15);
      const auto heads = autodiff::reshape(piece, {2, 7, 3, 5});
      inputs.emplace_back(heads);
      copies.emplace_back(autodiff::contiguous(heads));
    }
    const Mechanism& mechanism = requireMechanism("softmax");
    const Options options(mechanism.description().options);
    const auto seen = mix<double>(mechanism, options, inputs);
    const auto copied = mix<double>(mechanism, options, copies);
    tape.forward();
    QCOMPARE(tape.read(seen), tape.read(copied));
  }

  void refusesShapesThatDisagree() {
    autodiff::Tape<float> tape;
    const auto q = tape.input({1, 4, 2, 5});
    const auto k = tape.input({1, 4, 2, 6});
    const auto v = tape.input({1, 4, 2, 3});
    const Mechanism& mechanism = requireMechanism("softmax");
    const std::vector<std::optional<autodiff::Value<float>>> inputs{q, k, v};
    try {
      mix<float>(mechanism, Options(mechanism.description().options), inputs);
      QFAIL("the shapes passed");
    } catch (const Error& error) {
      QCOMPARE(error.key(), std::string("autodiff.shapes"));
    }
  }
};

QTEST_GUILESS_MAIN(OperationTest)
#include "operation_test.moc"
