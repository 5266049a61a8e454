// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/autodiff/tape.h"

#include <atomic>
#include <cstdlib>
#include <new>

#include "core/autodiff/adam.h"
#include "core/autodiff/loss.h"
#include "core/autodiff/product.h"
#include "core/autodiff/view.h"
#include "core/base/parallel.h"
#include "gradient_check.h"

// Counts what the whole program asks of the heap.
namespace {
std::atomic<long> allocations{0};
void* counted(std::size_t size, std::size_t alignment) {
  ++allocations;
  void* memory = alignment > alignof(std::max_align_t)
                     ? std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment)
                     : std::malloc(size == 0 ? 1 : size);
  if (!memory) throw std::bad_alloc();
  return memory;
}
}  // namespace
void* operator new(std::size_t size) {
  return counted(size, 0);
}
void* operator new[](std::size_t size) {
  return counted(size, 0);
}
void* operator new[](std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return counted(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::align_val_t) noexcept {
  std::free(memory);
}

using namespace lineament;
using namespace lineament::autodiff;
using namespace lineament::autodiff::test;

namespace {

// A network of two layers with a transposed view, a loss and an optimiser on it.
template <class T>
struct SmallNetwork {
  explicit SmallNetwork(std::size_t batch, std::size_t width) {
    Random random(9);
    for (const Shape& shape : {Shape{width, 3}, Shape{width}, Shape{1, width}, Shape{1}}) {
      const std::size_t index = parameters.add("p", shape);
      for (T& value : parameters.values(index)) value = T(random.uniform(-0.5, 0.5));
    }
    x = tape.input({batch, 3});
    y = tape.input({batch, 1});
    for (T& value : tape.storage(x)) value = T(random.normal());
    for (T& value : tape.storage(y)) value = T(random.normal());
    const auto p = [&](std::size_t i) { return tape.parameter(parameters, i); };
    loss = meanSquaredError(linear(relu(linear(x, p(0), p(1))), p(2), p(3)), y);
    adam.emplace(parameters, AdamSettings{0.01});
  }

  void step() {
    parameters.clearGradients();
    tape.forward();
    tape.backward(loss);
    adam->step();
  }

  Parameters<T> parameters;
  Tape<T> tape;
  Value<T> x, y, loss;
  std::optional<Adam<T>> adam;
};

template <class T>
std::vector<T> trained(int threads) {
  const ThreadLimit limit(threads);
  Parameters<T> parameters;
  Tape<T> tape;
  Random random(5);
  const std::size_t weights[] = {parameters.add("w", {200, 90}), parameters.add("b", {200}),
                                 parameters.add("v", {30, 200}), parameters.add("c", {30})};
  for (const std::size_t index : weights) {
    for (T& value : parameters.values(index)) value = T(random.uniform(-0.1, 0.1));
  }
  const auto x = tape.input({1500, 90});
  for (T& value : tape.storage(x)) value = T(random.normal());
  const auto p = [&](std::size_t i) { return tape.parameter(parameters, weights[i]); };
  const auto y = linear(gelu(linear(x, p(0), p(1))), p(2), p(3));
  const auto loss = mean(square(y)) + scale(mean(matmul(transpose(y), y)), 1e-3);
  Adam<T> adam(parameters, {1e-3});
  for (int i = 0; i < 3; ++i) {
    parameters.clearGradients();
    tape.forward();
    tape.backward(loss);
    adam.step();
  }
  std::vector<T> all;
  parameters.copyTo(all);
  return all;
}

}  // namespace

class TapeTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void replayingAllocatesNothing() {
    // Large enough for several tasks at once.
    SmallNetwork<float> network(3000, 64);
    network.step();
    const float first = network.tape.scalar(network.loss);
    const long before = allocations;
    for (int i = 0; i < 20; ++i) network.step();
    QCOMPARE(allocations - before, 0L);
    QVERIFY(network.tape.scalar(network.loss) < first);
  }

  void sameBytesAtAnyThreadCount() {
    const auto one = trained<float>(1), two = trained<float>(2);
    QVERIFY(one == two);
    QVERIFY(trained<double>(1) == trained<double>(2));
  }

  void gradientsOfParametersAddUp() {
    Parameters<double> parameters;
    const std::size_t w = parameters.add("w", {2});
    parameters.values(w)[0] = 3;
    parameters.values(w)[1] = -1;
    Tape<double> first, second;
    const auto a = sum(square(first.parameter(parameters, w)));
    const auto b = sum(scale(second.parameter(parameters, w), 5));
    first.forward();
    first.backward(a);
    second.forward();
    second.backward(b);
    QCOMPARE(parameters.gradients(w)[0], 11.0);
    QCOMPARE(parameters.gradients(w)[1], 3.0);
    parameters.clearGradients();
    QCOMPARE(parameters.gradients(w)[0], 0.0);
  }

  void aValueUsedTwiceGetsBothGradients() {
    QVERIFY(gradientsAgree({{3}}, [](auto&, const auto& x) {
      const auto y = exp(x[0]);
      return y * y + x[0] * y;
    }));
  }

  void severalLossesOnOneTape() {
    Tape<double> tape;
    const auto x = tape.input({1}, "x", Tape<double>::Gradient::yes);
    tape.bind(x, std::vector<double>{2});
    const auto a = sum(square(x)), b = sum(exp(x));
    tape.forward();
    tape.backward(a);
    QCOMPARE(tape.readGradient(x)[0], 4.0);
    tape.backward(b);
    QVERIFY(close(tape.readGradient(x), {std::exp(2.0)}));
    const auto c = a + b;  // recorded later
    tape.forward();
    tape.backward(c);
    QVERIFY(close(tape.readGradient(x), {4 + std::exp(2.0)}));
  }

  void emptyTensorsAreAllowed() {
    Tape<double> tape;
    const auto x = tape.input({0, 3}, "x", Tape<double>::Gradient::yes);
    const auto w = tape.input({3, 2}, "w", Tape<double>::Gradient::yes);
    const auto inner = matmul(tape.input({2, 0}), tape.input({0, 2}));
    const auto loss = sum(relu(matmul(x, w))) + sum(sum(x + x, {0})) + sum(inner);
    tape.forward();
    tape.backward(loss);
    QCOMPARE(tape.scalar(loss), 0.0);
    QVERIFY(close(tape.readGradient(w), {0, 0, 0, 0, 0, 0}));
    QVERIFY(close(tape.read(inner), {0, 0, 0, 0}));
  }

  void firstNonFiniteNamesTheOperation() {
    Tape<double> tape;
    const auto x = tape.input({2}, "x", Tape<double>::Gradient::yes);
    const auto root = sqrt(x);
    const auto loss = sum(log(root));
    tape.bind(x, std::vector<double>{1, 4});
    tape.forward();
    tape.backward(loss);
    QVERIFY(!tape.firstNonFinite());
    tape.bind(x, std::vector<double>{1, 0});  // log(0)
    tape.forward();
    auto found = tape.firstNonFinite();
    QVERIFY(found);
    QCOMPARE(found->operation, std::string("log"));
    QCOMPARE(found->element, std::size_t(1));
    QVERIFY(!found->in_gradient);
    tape.bind(x, std::vector<double>{std::nan(""), 1});
    QCOMPARE(tape.firstNonFinite()->operation, std::string("x"));
  }

  void firstNonFiniteFindsGradients() {
    Tape<double> tape;
    const auto x = tape.input({2}, "x", Tape<double>::Gradient::yes);
    const auto loss = sum(scale(sqrt(x), 2));
    tape.bind(x, std::vector<double>{1, 0});  // the value is fine, the derivative is infinite
    tape.forward();
    tape.backward(loss);
    const auto found = tape.firstNonFinite();
    QVERIFY(found);
    QCOMPARE(found->operation, std::string("sqrt"));
    QVERIFY(found->in_gradient);
  }

  void errors() {
    Tape<double> tape;
    const auto x = tape.input({2}), w = tape.input({2}, "w", Tape<double>::Gradient::yes);
    const Indices indices = tape.indices(3);
    QCOMPARE(errorKey([&] { tape.bind(x, std::vector<double>{1}); }), std::string("autodiff.bind"));
    QCOMPARE(errorKey([&] { tape.bind(indices, std::vector<std::int32_t>{1}); }),
             std::string("autodiff.bind"));
    QCOMPARE(errorKey([&] { tape.backward(exp(w)); }), std::string("autodiff.scalar"));
    QCOMPARE(errorKey([&] { tape.backward(sum(x)); }), std::string("autodiff.constant_loss"));
  }

  void aStoppedRunThrowsCancelled() {
    SmallNetwork<double> network(4, 2);
    std::stop_source source;
    Context context;
    context.stop = source.get_token();
    network.tape.forward(context);
    source.request_stop();
    QVERIFY_THROWS_EXCEPTION(Cancelled, network.tape.forward(context));
    QVERIFY_THROWS_EXCEPTION(Cancelled, network.tape.backward(network.loss, context));
  }
};

QTEST_APPLESS_MAIN(TapeTest)
#include "tape_test.moc"
