// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/soft.h"

#include <algorithm>
#include <cmath>

#include "core/sequence/heads.h"
#include "core/sequence/operands.h"
#include "core/sequence/soft_layout.h"
#include "core/sequence/soft_tiles.h"

namespace lineament::sequence {

namespace {

using Layout = SoftLayout;

Description describe() {
  Description about;
  about.id = "soft";
  about.title = "SOFT";
  about.summary =
      "A Gaussian kernel between all tokens, factored through landmarks whose kernel matrix is "
      "inverted by 20 Newton-Raphson steps.";
  about.source = "Lu et al. (2024), Softmax-free linear transformers";
  about.inputs = {queryOperand("Queries, which are the keys as well"),
                  {.name = "l",
                   .dims = {Dim::batch, Dim::landmark, Dim::head, Dim::key},
                   .role = OperandSpec::Role::key,
                   .help = "Landmarks that stand for all tokens"},
                  valueOperand()};
  about.options = {
      {.id = "iterations",
       .fallback = 20,
       .lowest = 0,
       .highest = 200,
       .whole = true,
       .help = "Newton-Raphson steps of the inverse; the published models have 20"},
      {.id = "ridge",
       .fallback = 0.01,
       .lowest = 0,
       .highest = 1e3,
       .help = "Added to the diagonal of the landmarks' kernel matrix"},
      {.id = "factor",
       .fallback = 0.9,
       .lowest = 1e-6,
       .highest = 1,
       .help = "Of the first step, which at 1 may stall"},
      {.id = "inverse_gradient",
       .fallback = Layout::kIteration,
       .choices = {"iteration", "exact"},
       .help = "Through the iteration, or as if it had reached the inverse, as published"}};
  about.causal = false;
  about.has_state = false;
  return about;
}

// A dense matrix of the definition.
struct Matrix {
  std::int64_t rows, columns;
  std::vector<double> numbers;

  Matrix(std::int64_t r, std::int64_t c)
      : rows(r), columns(c), numbers(static_cast<std::size_t>(r * c)) {}
  double& operator()(std::int64_t i, std::int64_t j) {
    return numbers[static_cast<std::size_t>(i * columns + j)];
  }
  double operator()(std::int64_t i, std::int64_t j) const {
    return numbers[static_cast<std::size_t>(i * columns + j)];
  }
};

Matrix transposed(const Matrix& a) {
  Matrix b(a.columns, a.rows);
  for (std::int64_t i = 0; i < a.rows; ++i) {
    for (std::int64_t j = 0; j < a.columns; ++j) b(j, i) = a(i, j);
  }
  return b;
}

Matrix product(const Matrix& a, const Matrix& b) {
  Matrix c(a.rows, b.columns);
  for (std::int64_t i = 0; i < a.rows; ++i) {
    for (std::int64_t k = 0; k < a.columns; ++k) {
      for (std::int64_t j = 0; j < b.columns; ++j) c(i, j) += a(i, k) * b(k, j);
    }
  }
  return c;
}

// a + factor * b
Matrix sum(Matrix a, double factor, const Matrix& b) {
  for (std::size_t i = 0; i < a.numbers.size(); ++i) a.numbers[i] += factor * b.numbers[i];
  return a;
}

Matrix times(double factor, Matrix a) {
  for (double& x : a.numbers) x *= factor;
  return a;
}

// The Newton-Raphson inverse with all that its gradient needs.
struct Newton {
  Matrix ridged;              // P
  std::vector<Matrix> steps;  // W_0, W_1, ...
  std::int64_t largest_row = 0;
  double largest_sum = 0, factor;

  Newton(const Matrix& kernel, std::int64_t iterations, double ridge, double factor_)
      : ridged(kernel), factor(factor_) {
    for (std::int64_t i = 0; i < kernel.rows; ++i) {
      double row = 0;
      for (std::int64_t j = 0; j < kernel.columns; ++j) row += kernel(i, j);
      if (row > largest_sum) {
        largest_sum = row;
        largest_row = i;
      }
      ridged(i, i) += ridge;
    }
    steps.push_back(times(start(), ridged));
    for (std::int64_t n = 0; n < iterations; ++n) {
      const Matrix& w = steps.back();
      steps.push_back(sum(times(2, w), -1, product(product(w, ridged), w)));
    }
  }
  double start() const { return factor * 2 / (largest_sum * largest_sum); }
  const Matrix& inverse() const { return steps.back(); }

  // The gradient by the kernel from that by the inverse. For W' = 2 W - W P W:
  // dW = 2 dW' - dW' (P W)' - (W P)' dW', dP -= W' dW' W'.
  Matrix pull(Matrix above) const {
    Matrix gradient(ridged.rows, ridged.columns);
    const Matrix ridged_turned = transposed(ridged);
    for (std::size_t n = steps.size() - 1; n-- > 0;) {
      const Matrix turned = transposed(steps[n]);
      const Matrix left = product(turned, above);  // W' dW'
      gradient = sum(gradient, -1, product(left, turned));
      const Matrix right = product(product(above, turned), ridged_turned);
      above = sum(sum(times(2, above), -1, right), -1, product(ridged_turned, left));
    }
    gradient = sum(gradient, start(), above);
    double start_slope = 0;
    for (std::size_t i = 0; i < above.numbers.size(); ++i) {
      start_slope += above.numbers[i] * ridged.numbers[i];
    }
    for (std::int64_t j = 0; j < ridged.columns; ++j) {
      gradient(largest_row, j) -= start_slope * 2 * start() / largest_sum;
    }
    return gradient;
  }
};

// One head of the definition.
class Head {
 public:
  Head(const Call<double>& call, std::int64_t batch, std::int64_t head)
      : call_(call),
        batch_(batch),
        head_(head),
        layout_(call.sizes, *call.options),
        queries_(layout_.tokens, layout_.keys),
        landmarks_(layout_.landmarks, layout_.keys),
        values_(layout_.tokens, layout_.values) {
    for (std::int64_t t = 0; t < layout_.tokens; ++t) {
      for (std::int64_t d = 0; d < layout_.keys; ++d) {
        queries_(t, d) = layout_.scale * call.inputs[Layout::kQuery](batch, t, head, d);
      }
      std::copy_n(call.inputs[Layout::kValue].row(batch, t, head), layout_.values, &values_(t, 0));
    }
    for (std::int64_t m = 0; m < layout_.landmarks; ++m) {
      std::copy_n(call.inputs[Layout::kLandmark].row(batch, m, head), layout_.keys,
                  &landmarks_(m, 0));
    }
  }

  void forward() const {
    const Matrix kernel = gaussian(queries_);
    const Newton newton = inverse();
    const Matrix out =
        product(kernel, product(newton.inverse(), product(transposed(kernel), values_)));
    for (std::int64_t t = 0; t < layout_.tokens; ++t) {
      std::copy_n(&out.numbers[static_cast<std::size_t>(t * layout_.values)], layout_.values,
                  call_.output.row(batch_, t, head_));
    }
  }

  // With T = K1' v, U = W T, o = K1 U.
  void backward(const BackwardCall<double>& back) const {
    Matrix above(layout_.tokens, layout_.values);
    for (std::int64_t t = 0; t < layout_.tokens; ++t) {
      std::copy_n(back.output_gradient.row(batch_, t, head_), layout_.values, &above(t, 0));
    }
    const Matrix kernel = gaussian(queries_);
    const Newton newton = inverse();
    const Matrix inverse_turned = transposed(newton.inverse());
    const Matrix t = product(transposed(kernel), values_);
    const Matrix u = product(newton.inverse(), t);
    const Matrix u_above = product(transposed(kernel), above);
    const Matrix t_above = product(inverse_turned, u_above);
    const Matrix w_above = product(u_above, transposed(t));
    const Matrix k1_above =
        sum(product(above, transposed(u)), 1, product(values_, transposed(t_above)));
    const Matrix k2_above =
        layout_.exact_inverse ? times(-1, product(product(inverse_turned, w_above), inverse_turned))
                              : newton.pull(w_above);
    const Matrix value_gradient = product(kernel, t_above);
    Matrix query_gradient(layout_.tokens, layout_.keys);
    Matrix landmark_gradient(layout_.landmarks, layout_.keys);
    pullGaussian(queries_, kernel, k1_above, query_gradient, landmark_gradient);
    Matrix left(layout_.landmarks, layout_.keys);
    pullGaussian(landmarks_, gaussian(landmarks_), k2_above, left, landmark_gradient);
    add(back.input_gradients[Layout::kQuery], times(layout_.scale, query_gradient));
    add(back.input_gradients[Layout::kLandmark], sum(landmark_gradient, 1, left));
    add(back.input_gradients[Layout::kValue], value_gradient);
  }

 private:
  double squaredDistance(const Matrix& rows, std::int64_t i, std::int64_t m) const {
    double sum = 0;
    for (std::int64_t d = 0; d < layout_.keys; ++d) {
      const double gap = rows(i, d) - landmarks_(m, d);
      sum += gap * gap;
    }
    return sum;
  }
  Matrix gaussian(const Matrix& rows) const {
    Matrix kernel(rows.rows, layout_.landmarks);
    for (std::int64_t i = 0; i < rows.rows; ++i) {
      for (std::int64_t m = 0; m < layout_.landmarks; ++m) {
        kernel(i, m) = std::exp(-squaredDistance(rows, i, m) / 2);
      }
    }
    return kernel;
  }
  Newton inverse() const {
    return {gaussian(landmarks_), layout_.iterations, layout_.ridge, layout_.factor};
  }

  void pullGaussian(const Matrix& rows, const Matrix& kernel, const Matrix& above,
                    Matrix& row_gradient, Matrix& landmark_gradient) const {
    for (std::int64_t i = 0; i < rows.rows; ++i) {
      for (std::int64_t m = 0; m < layout_.landmarks; ++m) {
        const double slope = above(i, m) * kernel(i, m);
        for (std::int64_t d = 0; d < layout_.keys; ++d) {
          const double gap = landmarks_(m, d) - rows(i, d);
          row_gradient(i, d) += slope * gap;
          landmark_gradient(m, d) -= slope * gap;
        }
      }
    }
  }

  void add(const View<double>& to, const Matrix& gradient) const {
    for (std::int64_t i = 0; to && i < gradient.rows; ++i) {
      for (std::int64_t d = 0; d < gradient.columns; ++d) to(batch_, i, head_, d) += gradient(i, d);
    }
  }

  const Call<double>& call_;
  std::int64_t batch_, head_;
  Layout layout_;
  Matrix queries_, landmarks_, values_;
};

class Soft : public Mechanism {
 public:
  const Description& description() const override { return about_; }

  Sizes suited(const Sizes& wanted) const override {
    Sizes sizes = wanted;
    sizes[Dim::landmark] = std::min<std::int64_t>(49, std::max<std::int64_t>(1, sizes.tokens()));
    return sizes;
  }
  std::vector<StatePart> state(const Sizes&, const Options&, std::int64_t) const override {
    return {};
  }

  void reference(const Call<double>& call) const override {
    forHeads(call, [&](std::int64_t b, std::int64_t h) { Head(call, b, h).forward(); });
  }
  void referenceBackward(const BackwardCall<double>& back) const override {
    forHeads(back.forward,
             [&](std::int64_t b, std::int64_t h) { Head(back.forward, b, h).backward(back); });
  }
  void fast(const Call<float>& call) const override {
    forHeads(call, [&](std::int64_t b, std::int64_t h) { softForwardHead(call, b, h); });
  }
  void fastBackward(const BackwardCall<float>& back) const override {
    forHeads(back.forward, [&](std::int64_t b, std::int64_t h) { softBackwardHead(back, b, h); });
  }

  std::size_t keptElements(const Sizes& sizes, const Options& options) const override {
    return static_cast<std::size_t>(sizes.batch() * sizes.heads() *
                                    Layout(sizes, options).keptPerHead());
  }

  double flops(const Sizes& sizes, const Options& options) const override {
    const Layout layout(sizes, options);
    const auto landmarks = static_cast<double>(layout.landmarks);
    const double tokens = static_cast<double>(layout.tokens) * landmarks *
                          static_cast<double>(2 * layout.keys + 4 * layout.values);
    return static_cast<double>(sizes.batch() * sizes.heads()) *
           (tokens +
            4 * static_cast<double>(layout.iterations) * landmarks * landmarks * landmarks);
  }

 private:
  Description about_ = describe();
};

}  // namespace

std::vector<double> newtonInverse(const std::vector<double>& matrix, std::int64_t size,
                                  int iterations, double ridge, double factor) {
  Matrix kernel(size, size);
  kernel.numbers = matrix;
  return Newton(kernel, iterations, ridge, factor).inverse().numbers;
}

const Mechanism& softAttention() {
  static const Soft mechanism;
  return mechanism;
}

}  // namespace lineament::sequence
