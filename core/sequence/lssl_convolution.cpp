// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/lssl_convolution.h"

#include <algorithm>

#include "core/base/parallel.h"
#include "core/sequence/krylov.h"
#include "core/sequence/legendre.h"

namespace lineament::sequence {

namespace {

double numberAt(const View<const double>& from, std::int64_t i, std::int64_t j, std::int64_t k) {
  return from(i, j, k);
}
double numberAt(const StoredView& from, std::int64_t i, std::int64_t j, std::int64_t k) {
  return static_cast<double>(from.at(i, j, k));
}

const double* rowAt(const View<const double>& from, double*, std::int64_t, std::int64_t b,
                    std::int64_t t, std::int64_t h) {
  return from.row(b, t, h);
}
const float* rowAt(const StoredView& from, float* buffer, std::int64_t count, std::int64_t b,
                   std::int64_t t, std::int64_t h) {
  return from.row(buffer, count, b, t, h);
}

void storeRow(const View<double>& to, const double* row, std::int64_t count, std::int64_t b,
              std::int64_t t, std::int64_t h) {
  std::copy_n(row, count, to.row(b, t, h));
}
void storeRow(const StoredTarget& to, const float* row, std::int64_t count, std::int64_t b,
              std::int64_t t, std::int64_t h) {
  to.store(row, count, b, t, h);
}

template <class T>
struct Feature {
  RowMatrix read;  // C, a row for each channel
  double skip_of(std::int64_t m) const {
    return skip.empty() ? 0 : skip[static_cast<std::size_t>(m)];
  }
  std::vector<double> skip;  // D; empty without
  DiscreteLegendre system;
  double rate;

  Feature(const Call<T>& call, std::int64_t head, bool slopes)
      : read(call.sizes[Dim::channel], call.sizes.keys()), rate(call.options->real(kLsslRate)) {
    for (std::int64_t m = 0; m < read.rows(); ++m) {
      for (std::int64_t n = 0; n < read.cols(); ++n) {
        read(m, n) = numberAt(call.inputs[kLsslC], head, m, n);
      }
      if (call.inputs[kLsslSkip]) skip.push_back(numberAt(call.inputs[kLsslSkip], head, m, 0));
    }
    system = discretise(call.sizes.keys(), rate * numberAt(call.inputs[kLsslStep], head, 0, 0),
                        call.options->real(kLsslAlpha), slopes);
  }
};

// The state of one feature in one batch entry.
template <class T>
Eigen::VectorXd stateOf(const State<T>& state, const Sizes& sizes, std::int64_t b, std::int64_t h) {
  const T* from = state.values.data() + (b * sizes.heads() + h) * sizes.keys();
  return Eigen::Map<const Eigen::Matrix<T, Eigen::Dynamic, 1>>(from, sizes.keys())
      .template cast<double>();
}
template <class T>
void storeState(const Eigen::VectorXd& x, const Sizes& sizes, std::int64_t b, std::int64_t h,
                State<T>& state) {
  T* to = state.values.data() + (b * sizes.heads() + h) * sizes.keys();
  Eigen::Map<Eigen::Matrix<T, Eigen::Dynamic, 1>>(to, sizes.keys()) = x.template cast<T>();
}

// One array of a task's features over all tokens, turned so that each series is contiguous, with
// zeros behind it up to the length of the transforms.
template <class T>
class Series {
 public:
  Series(std::int64_t batch, std::int64_t width, std::size_t length)
      : width_(width),
        length_(length),
        numbers_(static_cast<std::size_t>(batch * width) * length) {}
  T* at(std::int64_t b, std::int64_t i) {
    return numbers_.data() + static_cast<std::size_t>(b * width_ + i) * length_;
  }

 private:
  std::int64_t width_;
  std::size_t length_;
  std::vector<T> numbers_;
};

template <class T>
using Spectrum = std::vector<std::complex<T>>;

// to += a * b, or a * conj(b).
template <class T>
void addProduct(const Spectrum<T>& a, const Spectrum<T>& b, bool conjugate, Spectrum<T>& to) {
  const T sign = conjugate ? T{-1} : T{1};
  for (std::size_t k = 0; k < to.size(); ++k) {
    const T re = b[k].real(), im = sign * b[k].imag();
    to[k] +=
        std::complex<T>(a[k].real() * re - a[k].imag() * im, a[k].real() * im + a[k].imag() * re);
  }
}

template <class T>
class ForwardTask {
 public:
  ForwardTask(const Call<T>& call, const RealFourier<T>& fourier, std::int64_t first)
      : call_(call),
        fourier_(fourier),
        first_(first),
        count_(std::min(kLsslFeatures, call.sizes.heads() - first)),
        channels_(call.sizes[Dim::channel]),
        inputs_(call.sizes.batch(), count_, fourier.length()),
        numbers_(fourier.length()),
        outputs_(static_cast<std::size_t>(call.sizes.batch() * call.sizes.tokens() * count_ *
                                          channels_)) {}

  void run() {
    std::vector<T> row(static_cast<std::size_t>(count_));
    for (std::int64_t b = 0; b < call_.sizes.batch(); ++b) {
      for (std::int64_t t = 0; t < call_.sizes.tokens(); ++t) {
        const T* from = rowAt(call_.inputs[kLsslU], row.data(), count_, b, t, first_);
        for (std::int64_t i = 0; i < count_; ++i) inputs_.at(b, i)[t] = from[i];
      }
    }
    for (std::int64_t i = 0; i < count_; ++i) feature(i);
    for (std::int64_t b = 0; b < call_.sizes.batch(); ++b) {
      for (std::int64_t t = 0; t < call_.sizes.tokens(); ++t) {
        storeRow(call_.output, outputAt(b, t, 0), count_ * channels_, b, t, first_);
      }
    }
  }

 private:
  T* outputAt(std::int64_t b, std::int64_t t, std::int64_t i) {
    return outputs_.data() + ((b * call_.sizes.tokens() + t) * count_ + i) * channels_;
  }

  void feature(std::int64_t i) {
    const std::int64_t head = first_ + i;
    const Feature<T> feature(call_, head, false);
    const Krylov powers(feature.system.transition, call_.sizes.tokens());
    const RowMatrix kernels = powers.kernels(feature.read, feature.system.input);
    std::vector<Spectrum<T>> responses;
    for (std::int64_t m = 0; m < channels_; ++m) {
      const auto kernel = kernels.row(m).template cast<T>();
      std::fill(std::copy(kernel.begin(), kernel.end(), numbers_.begin()), numbers_.end(), T{0});
      fourier_.forward(numbers_.data(), responses.emplace_back(fourier_.spectrumLength()).data());
    }
    Spectrum<T> input(fourier_.spectrumLength());
    for (std::int64_t b = 0; b < call_.sizes.batch(); ++b) {
      fourier_.forward(inputs_.at(b, i), input.data());
      RowMatrix fading;
      if (call_.initial) {
        const Eigen::VectorXd before = stateOf(*call_.initial, call_.sizes, b, head);
        fading = powers.kernels(feature.read, feature.system.transition * before);
      }
      for (std::int64_t m = 0; m < channels_; ++m) {
        Spectrum<T> output(fourier_.spectrumLength());
        addProduct(input, responses[static_cast<std::size_t>(m)], false, output);
        fourier_.inverse(output.data(), numbers_.data());
        const T skip = static_cast<T>(feature.skip_of(m));
        for (std::int64_t t = 0; t < call_.sizes.tokens(); ++t) {
          T y = numbers_[static_cast<std::size_t>(t)] + skip * inputs_.at(b, i)[t];
          if (call_.initial) y += static_cast<T>(fading(m, t));
          outputAt(b, t, i)[m] = y;
        }
      }
      if (call_.final) finalState(feature, powers, b, i);
    }
  }

  // Ab^T x + sum_s Ab^s Bb u_{T - 1 - s}
  void finalState(const Feature<T>& feature, const Krylov& powers, std::int64_t b, std::int64_t i) {
    const std::int64_t tokens = call_.sizes.tokens();
    RowMatrix latest_first(tokens, 1);
    for (std::int64_t s = 0; s < tokens; ++s) {
      latest_first(s, 0) = static_cast<double>(inputs_.at(b, i)[tokens - 1 - s]);
    }
    Eigen::VectorXd state = powers.sums(feature.system.input, latest_first).col(0);
    if (call_.initial) {
      state += powers.apply(stateOf(*call_.initial, call_.sizes, b, first_ + i), tokens);
    }
    storeState(state, call_.sizes, b, first_ + i, *call_.final);
  }

  const Call<T>& call_;
  const RealFourier<T>& fourier_;
  std::int64_t first_, count_, channels_;
  Series<T> inputs_;
  std::vector<T> numbers_, outputs_;
};

// With dK_i = sum_t dy_t u_{t-i}, and S(v, w) = sum_i w_i Ab^i v:
//   du_s = sum_t K_{t-s} dy_t,  dC = S(Bb, dK)
//   d(dt) = C Ab' S(Bb, (i + 1) dK_{i+1}) + C S(Bb', dK), the primes for derivatives by dt
// and the same through the initial state (y_t has C Ab^{t+1} x) and the final one.
template <class T>
class BackwardFeature {
 public:
  BackwardFeature(const BackwardCall<T>& back, const RealFourier<T>& fourier, std::int64_t head)
      : back_(back),
        call_(back.forward),
        fourier_(fourier),
        head_(head),
        tokens_(call_.sizes.tokens()),
        channels_(call_.sizes[Dim::channel]),
        feature_(call_, head, true),
        powers_(feature_.system.transition, tokens_),
        read_gradient_(RowMatrix::Zero(channels_, call_.sizes.keys())) {}

  void run() {
    const RowMatrix kernels = powers_.kernels(feature_.read, feature_.system.input);
    std::vector<Spectrum<T>> responses, correlations;
    std::vector<T> numbers(fourier_.length());
    for (std::int64_t m = 0; m < channels_; ++m) {
      fill(numbers, [&](std::int64_t t) { return static_cast<T>(kernels(m, t)); });
      fourier_.forward(numbers.data(), responses.emplace_back(fourier_.spectrumLength()).data());
      correlations.emplace_back(fourier_.spectrumLength());
    }
    for (std::int64_t b = 0; b < call_.sizes.batch(); ++b) {
      sequence(b, numbers, responses, correlations);
    }
    RowMatrix kernel_gradient(tokens_, channels_);
    for (std::int64_t m = 0; m < channels_; ++m) {
      fourier_.inverse(correlations[static_cast<std::size_t>(m)].data(), numbers.data());
      for (std::int64_t t = 0; t < tokens_; ++t) {
        kernel_gradient(t, m) = static_cast<double>(numbers[static_cast<std::size_t>(t)]);
      }
    }
    throughKernel(kernel_gradient);
    handOver();
  }

 private:
  template <class Of>
  void fill(std::vector<T>& numbers, Of of) const {
    for (std::int64_t t = 0; t < tokens_; ++t) numbers[static_cast<std::size_t>(t)] = of(t);
    std::fill(numbers.begin() + tokens_, numbers.end(), T{0});
  }

  double above(std::int64_t b, std::int64_t t, std::int64_t m) const {
    return static_cast<double>(back_.output_gradient(b, t, head_, m));
  }
  double input(std::int64_t b, std::int64_t t) const {
    return numberAt(call_.inputs[kLsslU], b, t, head_);
  }

  // weights(i + 1) (i + 1): those of the derivative of the powers.
  static RowMatrix risen(const RowMatrix& weights) {
    RowMatrix up = RowMatrix::Zero(weights.rows(), weights.cols());
    for (Eigen::Index i = 0; i + 1 < weights.rows(); ++i) {
      up.row(i) = static_cast<double>(i + 1) * weights.row(i + 1);
    }
    return up;
  }

  void sequence(std::int64_t b, std::vector<T>& numbers, const std::vector<Spectrum<T>>& responses,
                std::vector<Spectrum<T>>& correlations) {
    Spectrum<T> given(fourier_.spectrumLength()), over(given.size()), gradient(given.size());
    fill(numbers, [&](std::int64_t t) { return static_cast<T>(input(b, t)); });
    fourier_.forward(numbers.data(), given.data());
    std::vector<double> by_input(static_cast<std::size_t>(tokens_));
    for (std::int64_t m = 0; m < channels_; ++m) {
      fill(numbers, [&](std::int64_t t) { return static_cast<T>(above(b, t, m)); });
      fourier_.forward(numbers.data(), over.data());
      addProduct(over, given, true, correlations[static_cast<std::size_t>(m)]);
      addProduct(over, responses[static_cast<std::size_t>(m)], true, gradient);
      double by_skip = 0;
      for (std::int64_t t = 0; t < tokens_; ++t) {
        by_skip += above(b, t, m) * input(b, t);
        by_input[static_cast<std::size_t>(t)] += feature_.skip_of(m) * above(b, t, m);
      }
      if (back_.input_gradients[kLsslSkip]) {
        back_.input_gradients[kLsslSkip](head_, m) += static_cast<T>(by_skip);
      }
    }
    fourier_.inverse(gradient.data(), numbers.data());
    if (back_.final_gradient) throughFinalState(b, by_input);
    if (call_.initial || back_.initial_gradient) throughInitialState(b);
    for (std::int64_t t = 0; t < tokens_ && back_.input_gradients[kLsslU]; ++t) {
      const auto at = static_cast<std::size_t>(t);
      back_.input_gradients[kLsslU](b, t, head_) += numbers[at] + static_cast<T>(by_input[at]);
    }
  }

  void throughKernel(const RowMatrix& gradient) {
    const RowMatrix sums = powers_.sums(feature_.system.input, gradient);
    const RowMatrix risen_sums = powers_.sums(feature_.system.input, risen(gradient));
    const RowMatrix slope_sums = powers_.sums(feature_.system.input_slope, gradient);
    read_gradient_ += sums.transpose();
    step_gradient_ +=
        (feature_.read * (feature_.system.transition_slope * risen_sums + slope_sums)).trace();
  }

  void throughFinalState(std::int64_t b, std::vector<double>& by_input) {
    const Eigen::VectorXd gradient = stateOf(*back_.final_gradient, call_.sizes, b, head_);
    const RowMatrix kernel = powers_.kernels(gradient.transpose(), feature_.system.input);
    RowMatrix latest_first(tokens_, 1);
    for (std::int64_t s = 0; s < tokens_; ++s) {
      by_input[static_cast<std::size_t>(tokens_ - 1 - s)] += kernel(0, s);
      latest_first(s, 0) = input(b, tokens_ - 1 - s);
    }
    Eigen::VectorXd by_step = powers_.sums(feature_.system.input_slope, latest_first).col(0);
    by_step += feature_.system.transition_slope *
               powers_.sums(feature_.system.input, risen(latest_first)).col(0);
    if (call_.initial && tokens_ > 0) {
      const Eigen::VectorXd before = stateOf(*call_.initial, call_.sizes, b, head_);
      by_step += static_cast<double>(tokens_) *
                 (feature_.system.transition_slope * powers_.apply(before, tokens_ - 1));
    }
    step_gradient_ += gradient.dot(by_step);
  }

  void throughInitialState(std::int64_t b) {
    RowMatrix weights(tokens_, channels_);
    for (std::int64_t t = 0; t < tokens_; ++t) {
      for (std::int64_t m = 0; m < channels_; ++m) weights(t, m) = above(b, t, m);
    }
    if (back_.initial_gradient) {
      Eigen::VectorXd gradient = Eigen::VectorXd::Zero(call_.sizes.keys());
      for (std::int64_t m = 0; m < channels_; ++m) {
        gradient += powers_.transposedSum(feature_.read.row(m), weights.col(m));
      }
      gradient = feature_.system.transition.transpose() * gradient;
      if (back_.final_gradient) {
        gradient +=
            powers_.applyTransposed(stateOf(*back_.final_gradient, call_.sizes, b, head_), tokens_);
      }
      storeState(gradient, call_.sizes, b, head_, *back_.initial_gradient);
    }
    if (call_.initial == nullptr) return;
    const Eigen::VectorXd before = stateOf(*call_.initial, call_.sizes, b, head_);
    read_gradient_ += (feature_.system.transition * powers_.sums(before, weights)).transpose();
    for (std::int64_t t = 0; t < tokens_; ++t) weights.row(t) *= static_cast<double>(t + 1);
    step_gradient_ +=
        (feature_.read * (feature_.system.transition_slope * powers_.sums(before, weights)))
            .trace();
  }

  void handOver() {
    for (std::int64_t m = 0; m < channels_ && back_.input_gradients[kLsslC]; ++m) {
      for (std::int64_t n = 0; n < call_.sizes.keys(); ++n) {
        back_.input_gradients[kLsslC](head_, m, n) += static_cast<T>(read_gradient_(m, n));
      }
    }
    if (back_.input_gradients[kLsslStep]) {
      back_.input_gradients[kLsslStep](head_) += static_cast<T>(feature_.rate * step_gradient_);
    }
  }

  const BackwardCall<T>& back_;
  const Call<T>& call_;
  const RealFourier<T>& fourier_;
  std::int64_t head_, tokens_, channels_;
  Feature<T> feature_;
  Krylov powers_;
  RowMatrix read_gradient_;
  double step_gradient_ = 0;
};

// A linear convolution of T tokens wraps nowhere at this length.
std::size_t lengthFor(const Sizes& sizes) {
  return fourierLength(static_cast<std::size_t>(std::max<std::int64_t>(1, 2 * sizes.tokens() - 1)));
}

}  // namespace

template <class T>
void lsslConvolution(const Call<T>& call) {
  const RealFourier<T> fourier(lengthFor(call.sizes));
  const std::int64_t tasks = (call.sizes.heads() + kLsslFeatures - 1) / kLsslFeatures;
  forBlocks(static_cast<std::size_t>(tasks), 1, *call.context, [&](std::size_t task, std::size_t) {
    ForwardTask<T>(call, fourier, static_cast<std::int64_t>(task) * kLsslFeatures).run();
  });
}

template <class T>
void lsslConvolutionBackward(const BackwardCall<T>& back) {
  const Sizes& sizes = back.forward.sizes;
  const RealFourier<T> fourier(lengthFor(sizes));
  forBlocks(static_cast<std::size_t>(sizes.heads()), 1, *back.forward.context,
            [&](std::size_t head, std::size_t) {
              BackwardFeature<T>(back, fourier, static_cast<std::int64_t>(head)).run();
            });
}

template void lsslConvolution(const Call<float>&);
template void lsslConvolution(const Call<double>&);
template void lsslConvolutionBackward(const BackwardCall<float>&);
template void lsslConvolutionBackward(const BackwardCall<double>&);

}  // namespace lineament::sequence
