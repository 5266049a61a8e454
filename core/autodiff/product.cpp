// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/autodiff/product.h"

#include <algorithm>
#include <functional>

#include "core/autodiff/elementwise.h"
#include "core/autodiff/loops.h"
#include "core/autodiff/view.h"
#include "core/base/blas.h"

namespace lineament::autodiff {

namespace {

constexpr std::size_t kRowBlock = 256;
constexpr std::size_t kLeastRowBlock = 16;
constexpr std::size_t kTaskCost = std::size_t{1} << 20;  // multiplications worth a task

// Rows of a block: few where each is long, as in the gradients of weights, so that these are shared
// out among threads, too. A function of the sizes alone.
std::size_t rowBlock(std::size_t cost_of_row) {
  std::size_t rows = kRowBlock;
  while (rows > kLeastRowBlock && rows / 2 * cost_of_row >= 4 * kTaskCost) rows /= 2;
  return rows;
}

// The last two dimensions of a layout as BLAS wants them: one of the strides is 1 and the other
// one at least the row's length.
struct Matrix {
  bool usable = false;
  Transpose transpose = Transpose::no;
  std::size_t rows = 0, columns = 0;  // as the product sees them
  std::size_t stride = 0;
};

Matrix matrixOf(const Layout& layout) {
  const int rank = layout.shape.rank();
  Matrix matrix;
  matrix.rows = layout.shape[rank - 2];
  matrix.columns = layout.shape[rank - 1];
  const std::ptrdiff_t down = layout.stride(rank - 2), across = layout.stride(rank - 1);
  const auto fits = [&](std::ptrdiff_t minor, std::size_t minor_size, std::ptrdiff_t major,
                        std::size_t major_size) {
    if (minor != 1 && minor_size > 1) return false;
    const auto least = static_cast<std::ptrdiff_t>(std::max<std::size_t>(1, minor_size));
    matrix.stride = static_cast<std::size_t>(major_size > 1 ? major : least);
    return major_size <= 1 || major >= least;
  };
  if (fits(across, matrix.columns, down, matrix.rows)) {
    matrix.usable = true;
  } else if (fits(down, matrix.rows, across, matrix.columns)) {
    matrix.usable = true;
    matrix.transpose = Transpose::yes;
  }
  return matrix;
}

Layout transposed(Layout layout) {
  const int rank = layout.shape.rank();
  std::swap(layout.shape[rank - 1], layout.shape[rank - 2]);
  std::swap(layout.stride(rank - 1), layout.stride(rank - 2));
  return layout;
}

template <class T>
MatrixView<T> stored(T* data, const Matrix& matrix) {
  return matrix.transpose == Transpose::no
             ? MatrixView<T>{data, matrix.rows, matrix.columns, matrix.stride}
             : MatrixView<T>{data, matrix.columns, matrix.rows, matrix.stride};
}

// Rows [begin, end) of what the product sees.
template <class T>
MatrixView<T> rowsOf(T* data, const Matrix& matrix, std::size_t begin, std::size_t end) {
  Matrix part = matrix;
  part.rows = end - begin;
  return stored(data + begin * (matrix.transpose == Transpose::no ? matrix.stride : 1), part);
}

// target += a b (or target = a b when `set`) over all leading dimensions, in which the three
// layouts agree but for strides; the target sums over those in which its own stride is 0.
template <class T>
void multiply(TensorRef<const T> a, TensorRef<const T> b, TensorRef<T> target, bool set,
              const Context& context) {
  const Matrix left = matrixOf(*a.layout), right = matrixOf(*b.layout);
  Matrix result = matrixOf(*target.layout);
  if (result.transpose == Transpose::yes) {  // C' = B' A'
    const Layout tb = transposed(*b.layout), ta = transposed(*a.layout);
    const Layout tc = transposed(*target.layout);
    return multiply<T>({b.data, &tb}, {a.data, &ta}, {target.data, &tc}, set, context);
  }
  Odometer<3> parallel, serial;
  for (int axis = 0; axis + 2 < target.shape().rank(); ++axis) {
    const typename Odometer<3>::Dimension dimension{
        target.shape()[axis],
        {target.layout->stride(axis), a.layout->stride(axis), b.layout->stride(axis)}};
    if (dimension.size == 1) continue;
    (dimension.strides[0] == 0 ? serial : parallel).add(dimension);
  }
  const std::size_t rows = rowBlock(result.columns * left.columns * serial.count);
  const std::size_t blocks = (result.rows + rows - 1) / rows;
  const std::size_t cost = std::max<std::size_t>(
      1, std::min(result.rows, rows) * result.columns * left.columns * serial.count);
  const auto work = [&](std::size_t begin, std::size_t end) {
    Odometer<3> batch = parallel, sum = serial;
    for (std::size_t item = begin; item < end; ++item) {
      batch.seek(item / blocks);
      const std::size_t first = item % blocks * rows;
      const std::size_t last = std::min(result.rows, first + rows);
      sum.seek(0);
      for (std::size_t s = 0; s < sum.count; ++s, sum.next()) {
        matrixProduct(left.transpose, right.transpose, T{1},
                      rowsOf(a.data + batch.offsets[1] + sum.offsets[1], left, first, last),
                      stored(b.data + batch.offsets[2] + sum.offsets[2], right),
                      set && s == 0 ? T{0} : T{1},
                      rowsOf(target.data + batch.offsets[0] + sum.offsets[0], result, first, last));
      }
    }
  };
  forBlocks(parallel.count * blocks, std::max<std::size_t>(1, kTaskCost / cost), context,
            std::cref(work));
}

template <class T>
class Product : public Operation<T> {
 public:
  std::string_view name() const override { return "matmul"; }

  typename Operation<T>::Plan plan(std::span<const Layout> inputs) const override {
    const int rank = inputs[0].shape.rank();
    Shape shape = inputs[0].shape;
    shape[rank - 1] = inputs[1].shape[rank - 1];
    return {{shape}};
  }

  void forward(const Step<T>& step) const override {
    multiply<T>(step.inputs[0], step.inputs[1], step.outputs[0], true, *step.context);
  }

  // dA = dC B', dB = A' dC
  void backward(const Step<T>& step) const override {
    const auto above = step.output_gradients[0];
    if (step.input_gradients[0]) {
      const Layout b = transposed(*step.inputs[1].layout);
      multiply<T>(above, {step.inputs[1].data, &b}, step.input_gradients[0], false, *step.context);
    }
    if (step.input_gradients[1]) {
      const Layout a = transposed(*step.inputs[0].layout);
      multiply<T>({step.inputs[0].data, &a}, above, step.input_gradients[1], false, *step.context);
    }
  }
};

template <class T>
Value<T> usable(Value<T> x) {
  return matrixOf(x.tape->layout(x)).usable ? x : contiguous(x);
}

// The only matrix of a tensor whose leading sizes are 1.
template <class T>
Value<T> lastMatrix(Value<T> x) {
  Layout layout = x.tape->layout(x);
  for (; layout.shape.rank() > 2; layout.shape.remove(0)) {
    std::copy(layout.strides.begin() + 1, layout.strides.end(), layout.strides.begin());
  }
  return x.tape->view(x, layout);
}

Shape leading(const Shape& shape) {
  return Shape(shape.span().first(shape.span().size() - 2));
}

Shape matrixShape(Shape leading_sizes, std::size_t rows, std::size_t columns) {
  leading_sizes.append(rows);
  leading_sizes.append(columns);
  return leading_sizes;
}

}  // namespace

template <class T>
Value<T> matmul(Value<T> a, Value<T> b) {
  const Shape left = a.shape(), right = b.shape();
  const Layout both[] = {a.tape->layout(a), b.tape->layout(b)};
  if (left.rank() < 2 || right.rank() < 2) {
    shapeError("matmul", both, "both need at least two dimensions");
  }
  const std::size_t rows = left[left.rank() - 2], inner = left.back(), columns = right.back();
  if (inner != right[right.rank() - 2]) {
    shapeError("matmul", both,
               "the last size of the first has to be the last but one of the second");
  }
  Shape batch;
  if (!broadcastShape(leading(left), leading(right), batch)) {
    shapeError("matmul", both, "the leading sizes have to be equal, or one of them 1");
  }
  // One matrix for the whole batch: all rows of the batch at once.
  if (leading(right).elements() == 1 && leading(left).elements() > 1 &&
      right.rank() <= left.rank()) {
    const Value<T> flat = reshape(a, {leading(left).elements() * rows, inner});
    const Value<T> product = matmul(flat, lastMatrix(b));
    return reshape(product, matrixShape(batch, rows, columns));
  }
  const Value<T> wide_a = broadcastTo(usable(a), matrixShape(batch, rows, inner));
  const Value<T> wide_b = broadcastTo(usable(b), matrixShape(batch, inner, columns));
  return recordOne<T>(std::make_unique<Product<T>>(), wide_a, wide_b);
}

template <class T>
Value<T> linear(Value<T> x, Value<T> weight, Value<T> bias) {
  const Layout all[] = {x.tape->layout(x), weight.tape->layout(weight), bias.tape->layout(bias)};
  if (x.shape().rank() < 2 || weight.shape().rank() != 2 || bias.shape().rank() != 1 ||
      x.shape().back() != weight.shape()[1] || bias.shape()[0] != weight.shape()[0]) {
    shapeError("linear", all, "expected [..., K], [N, K] and [N]");
  }
  return matmul(x, transpose(weight)) + bias;
}

#define LINEAMENT_PRODUCT(T)                    \
  template Value<T> matmul(Value<T>, Value<T>); \
  template Value<T> linear(Value<T>, Value<T>, Value<T>);
LINEAMENT_PRODUCT(float)
LINEAMENT_PRODUCT(double)
#undef LINEAMENT_PRODUCT

}  // namespace lineament::autodiff
