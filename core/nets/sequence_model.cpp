// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nets/sequence_model.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/autodiff/convolution.h"
#include "core/autodiff/elementwise.h"
#include "core/autodiff/gather.h"
#include "core/autodiff/normalisation.h"
#include "core/autodiff/product.h"
#include "core/autodiff/view.h"
#include "core/base/error.h"
#include "core/sequence/operation.h"

namespace lineament::nets {

namespace {

using autodiff::Shape;
using sequence::Dim;
using sequence::Draw;
using sequence::OperandSpec;
using Role = OperandSpec::Role;

constexpr ErrorText kLooksAhead{
    "sequence.model.not_causal", "Train a model of {mechanism}",
    "its outputs depend on later tokens, which a model that predicts them must not see", "",
    "Choose a causal mechanism"};
constexpr ErrorText kSizes{"sequence.model.sizes", "Make a sequence model",
                           "{what} is {found}, it has to be at least 1", "", "Choose a larger one"};

constexpr std::int64_t kExpansion = 2;       // of channels, and of the multilayer perceptron
constexpr std::int64_t kGateChannels = 16;   // GLA's low rank
constexpr std::size_t kNumbersOfWeight = 4;  // itself, its gradient, two moments
constexpr double kGateScale = 16;            // GLA's tau
constexpr double kLeastStep = 1e-3, kLargestStep = 0.1, kLargestRate = 16;

std::size_t size(std::int64_t n) {
  return static_cast<std::size_t>(n);
}

bool depends(const OperandSpec& spec, Dim dim) {
  return std::find(spec.dims.begin(), spec.dims.end(), dim) != spec.dims.end();
}

bool ofTokens(const OperandSpec& spec) {
  return depends(spec, Dim::token) && depends(spec, Dim::batch);
}

bool isMixed(const OperandSpec& spec) {
  return spec.role == Role::query || spec.role == Role::key || spec.role == Role::value;
}

const OperandSpec* find(const sequence::Description& about, Role role) {
  for (const OperandSpec& spec : about.inputs) {
    if (spec.role == role) return &spec;
  }
  return nullptr;
}

bool hasOwnConvolution(const sequence::Description& about) {
  return std::any_of(about.inputs.begin(), about.inputs.end(),
                     [](const OperandSpec& spec) { return depends(spec, Dim::tap); }) &&
         std::find(about.output.begin(), about.output.end(), Dim::value) == about.output.end();
}

bool headsAreChannels(const sequence::Description& about) {
  return std::find(about.output.begin(), about.output.end(), Dim::value) == about.output.end();
}

// Queries of a delta rule are scaled to length 1 as its keys are.
bool hasUnitRows(const sequence::Description& about, const OperandSpec& spec) {
  if (spec.draw == Draw::unit_rows) return true;
  const OperandSpec* key = find(about, Role::key);
  return spec.role == Role::query && key && key->draw == Draw::unit_rows;
}

double logUniform(Random& random, double low, double high) {
  return std::exp(random.uniform(std::log(low), std::log(high)));
}

// softplus(x) = y
double softplusInverse(double y) {
  return y + std::log(-std::expm1(-y));
}

double firstStep(Random& random, std::size_t) {
  return softplusInverse(logUniform(random, kLeastStep, kLargestStep));
}

double zero(Random&, std::size_t) {
  return 0;
}

double one(Random&, std::size_t) {
  return 1;
}

Shape tensorShape(const sequence::Dims& dims, const sequence::Sizes& sizes) {
  Shape shape;
  for (const Dim dim : dims) shape.append(size(sizes[dim]));
  return shape;
}

// Of the embedding, the head, and in each layer the perceptron and the maps of q, k, v and out.
std::int64_t leastWeights(const SequenceModelSettings& settings) {
  const std::int64_t mixer = settings.heads * 2 * (settings.key_size + settings.value_size);
  const std::int64_t layer = settings.width * (3 * kExpansion * settings.width + mixer);
  const std::int64_t ends = settings.vocabulary + settings.features + settings.outputs;
  return settings.layers * layer + ends * settings.width;
}

void requirePositive(std::string_view what, std::int64_t found) {
  if (found < 1) throw Error::usage(kSizes, {{"what", what}, {"found", found}});
}

// Rows of length 1 along the last axis.
template <class T>
autodiff::Value<T> unitRows(autodiff::Value<T> x) {
  const double width = static_cast<double>(x.shape().back());
  const std::vector<T> factor(x.shape().back(), static_cast<T>(1 / std::sqrt(width)));
  return autodiff::rmsNorm(x, x.tape->constant({factor.size()}, factor), 1e-6 / width);
}

}  // namespace

template <class T>
SequenceModel<T>::SequenceModel(SequenceModelSettings settings, std::uint64_t seed)
    : settings_(std::move(settings)), random_(seed) {
  const sequence::Description& about = settings_.mechanism->description();
  if (!about.causal) throw Error::usage(kLooksAhead, {{"mechanism", about.title}});
  requirePositive("the number of layers", settings_.layers);
  requirePositive("the width", settings_.width);
  requirePositive("the number of heads", settings_.heads);
  requirePositive("the key size", settings_.key_size);
  requirePositive("the value size", settings_.value_size);
  requirePositive("the number of outputs", settings_.outputs);
  room_ = reserveMemory(kNumbersOfWeight * sizeof(T) * size(leastWeights(settings_)),
                        "the weights of a sequence model");
  decayed_ = parameters_.addGroup({"weights", 1, 1});
  // A recording of one token makes all parameters.
  autodiff::Tape<T> tape;
  if (settings_.vocabulary > 0) {
    record(tape, tape.indices(1), 1, 1);
  } else {
    record(tape, tape.input({1, 1, size(settings_.features)}));
  }
}

template <class T>
autodiff::Value<T> SequenceModel<T>::parameter(autodiff::Tape<T>& tape, const std::string& name,
                                               const Shape& shape, const Fill& fill) {
  const auto [found, fresh] = indices_.try_emplace(name, 0);
  if (fresh) {
    const bool matrix = shape.rank() >= 2 && name.ends_with(".weight");
    found->second = parameters_.add(name, shape, matrix ? decayed_ : 0);
    Random random = random_.split(std::string_view(name));
    std::span<T> values = parameters_.values(found->second);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<T>(fill(random, i));
  }
  return tape.parameter(parameters_, found->second);
}

template <class T>
autodiff::Value<T> SequenceModel<T>::weight(autodiff::Tape<T>& tape, const std::string& name,
                                            std::int64_t outputs, std::int64_t inputs) {
  const double deviation = 1 / std::sqrt(static_cast<double>(inputs));
  return parameter(tape, name + ".weight", {size(outputs), size(inputs)},
                   [=](Random& random, std::size_t) { return deviation * random.normal(); });
}

template <class T>
autodiff::Value<T> SequenceModel<T>::mapped(const std::string& name, Value x,
                                            std::int64_t outputs) {
  const auto inputs = static_cast<std::int64_t>(x.shape().back());
  return autodiff::matmul(x, autodiff::transpose(weight(*x.tape, name, outputs, inputs)));
}

template <class T>
autodiff::Value<T> SequenceModel<T>::normalised(const std::string& name, Value x) {
  return autodiff::rmsNorm(x, parameter(*x.tape, name + ".gain", {x.shape().back()}, one));
}

template <class T>
autodiff::Value<T> SequenceModel<T>::record(autodiff::Tape<T>& tape, autodiff::Indices tokens,
                                            std::int64_t batch, std::int64_t length) {
  const Value table =
      parameter(tape, "embedding.weight", {size(settings_.vocabulary), size(settings_.width)},
                [](Random& random, std::size_t) { return random.normal(); });
  const Value rows = autodiff::gatherRows(table, tokens);
  return blocks(autodiff::reshape(rows, {size(batch), size(length), size(settings_.width)}));
}

template <class T>
autodiff::Value<T> SequenceModel<T>::record(autodiff::Tape<T>&, Value features) {
  return blocks(mapped("embedding", features, settings_.width));
}

template <class T>
autodiff::Value<T> SequenceModel<T>::blocks(Value x) {
  for (std::int64_t layer = 0; layer < settings_.layers; ++layer) {
    const std::string name = fmt::format("layers.{}", layer);
    x = x + mixer(name + ".mixer", normalised(name + ".mixer_norm", x));
    x = x + multilayer(name + ".mlp", normalised(name + ".mlp_norm", x));
  }
  return mapped("head", normalised("norm", x), settings_.outputs);
}

template <class T>
autodiff::Value<T> SequenceModel<T>::multilayer(const std::string& name, Value x) {
  const std::int64_t hidden = kExpansion * settings_.width;
  const Value gate = autodiff::silu(mapped(name + ".gate", x, hidden));
  return mapped(name + ".down", gate * mapped(name + ".up", x, hidden), settings_.width);
}

template <class T>
sequence::Sizes SequenceModel<T>::mixerSizes(std::int64_t batch, std::int64_t length) const {
  sequence::Sizes wanted;
  wanted[Dim::batch] = batch;
  wanted[Dim::token] = length;
  wanted[Dim::head] = headsAreChannels(settings_.mechanism->description())
                          ? kExpansion * settings_.width
                          : settings_.heads;
  wanted[Dim::key] = settings_.key_size;
  wanted[Dim::value] = settings_.value_size;
  wanted[Dim::tap] = std::max<std::int64_t>(1, settings_.convolution);
  return settings_.mechanism->suited(wanted);
}

template <class T>
std::int64_t SequenceModel<T>::stateSize(std::int64_t length) const {
  const auto parts = settings_.mechanism->state(mixerSizes(1, length), settings_.options, length);
  return settings_.layers * static_cast<std::int64_t>(sequence::elementsOf(parts));
}

template <class T>
autodiff::Value<T> SequenceModel<T>::mixer(const std::string& name, Value x) {
  const sequence::Description& about = settings_.mechanism->description();
  const auto batch = static_cast<std::int64_t>(x.shape()[0]);
  const auto length = static_cast<std::int64_t>(x.shape()[1]);
  const sequence::Sizes sizes = mixerSizes(batch, length);
  std::vector<std::optional<Value>> inputs;
  for (const OperandSpec& spec : about.inputs) {
    const std::string own = fmt::format("{}.{}", name, spec.name);
    const bool published = spec.optional && spec.role == Role::log_decay && !ofTokens(spec);
    const bool unused = depends(spec, Dim::tap) && settings_.convolution == 0 && spec.optional;
    const bool bias = spec.optional && spec.name == "conv_bias" && settings_.convolution == 0;
    if (published || unused || bias) {
      inputs.emplace_back(std::nullopt);
    } else if (ofTokens(spec)) {
      inputs.emplace_back(perToken(own, spec, x, tensorShape(spec.dims, sizes)));
    } else {
      inputs.emplace_back(learned(*x.tape, own, spec, sizes));
    }
  }
  Value mixed = sequence::mix<T>(*settings_.mechanism, settings_.options, inputs);
  if (!headsAreChannels(about)) mixed = normalised(name + ".norm", mixed);
  const std::size_t wide = mixed.shape().elements() / (x.shape()[0] * x.shape()[1]);
  const Value flat = autodiff::reshape(mixed, {x.shape()[0], x.shape()[1], wide});
  return mapped(name + ".out", flat, settings_.width);
}

template <class T>
autodiff::Value<T> SequenceModel<T>::perToken(const std::string& name, const OperandSpec& spec,
                                              Value x, const Shape& shape) {
  const sequence::Description& about = settings_.mechanism->description();
  const std::size_t wide = shape.elements() / (shape[0] * shape[1]);
  const auto outputs = static_cast<std::int64_t>(wide);
  const auto vector = [&](const char* suffix, const Fill& fill) {
    return parameter(*x.tape, name + suffix, {wide}, fill);
  };
  switch (spec.draw) {
    case Draw::log_gate: {
      const Value narrow = mapped(name + ".down", x, std::min(kGateChannels, settings_.width));
      const Value gate = mapped(name + ".up", narrow, outputs) + vector(".bias", zero);
      const Value logs =
          autodiff::scale(autodiff::softplus(autodiff::scale(gate, -1)), -1 / kGateScale);
      return autodiff::reshape(logs, shape);
    }
    case Draw::log_decay: {
      const Value step = autodiff::softplus(mapped(name, x, outputs) + vector(".bias", firstStep));
      const Value rate = autodiff::exp(vector(".log_rate", [](Random& random, std::size_t) {
        return std::log(random.uniform(1, kLargestRate));
      }));
      return autodiff::reshape(autodiff::scale(step * rate, -1), shape);
    }
    case Draw::step:
      return autodiff::reshape(
          autodiff::softplus(mapped(name, x, outputs) + vector(".bias", firstStep)), shape);
    case Draw::sigmoid:
    case Draw::twice_sigmoid: {
      const Value share = autodiff::sigmoid(mapped(name, x, outputs) + vector(".bias", zero));
      const bool twice = spec.role == Role::beta && settings_.negative_eigenvalues;
      return autodiff::reshape(twice ? autodiff::scale(share, 2) : share, shape);
    }
    default:
      break;
  }
  Value y = mapped(name, x, outputs);
  if (isMixed(spec) && settings_.convolution > 0 && !hasOwnConvolution(about)) {
    const double deviation = 1 / std::sqrt(static_cast<double>(settings_.convolution));
    y = autodiff::causalConvolution(
        y, parameter(*x.tape, name + ".taps", {wide, size(settings_.convolution)},
                     [=](Random& random, std::size_t) { return deviation * random.normal(); }));
  }
  if (!hasUnitRows(about, spec)) return autodiff::reshape(y, shape);
  return unitRows(autodiff::reshape(autodiff::silu(y), shape));
}

template <class T>
autodiff::Value<T> SequenceModel<T>::learned(autodiff::Tape<T>& tape, const std::string& name,
                                             const OperandSpec& spec,
                                             const sequence::Sizes& sizes) {
  Shape shape = tensorShape(spec.dims, sizes);
  if (spec.draw == Draw::negative_range || spec.draw == Draw::step) {
    const bool step = spec.draw == Draw::step;
    const std::size_t last = std::max<std::size_t>(1, shape.back());
    const Value logs = parameter(tape, name + ".log", shape, [=](Random& random, std::size_t i) {
      return step ? std::log(logUniform(random, kLeastStep, kLargestStep))
                  : std::log(1.0 + static_cast<double>(i % last));
    });
    return step ? autodiff::exp(logs) : autodiff::scale(autodiff::exp(logs), -1);
  }
  // A table of positions is as long as the longest sequence; the first rows of it are used.
  const bool positions = depends(spec, Dim::token);
  const std::size_t length = shape[0];
  if (positions) shape[0] = size(settings_.longest);
  const double width = static_cast<double>(std::max<std::size_t>(1, shape.back()));
  const double deviation = spec.draw == Draw::small_normal ? 1 / std::sqrt(width) : 1;
  const bool gain = spec.optional && spec.draw == Draw::normal;  // Mamba's D begins at 1
  const Value values = parameter(tape, name, shape, [=](Random& random, std::size_t) {
    return gain ? 1 : deviation * random.normal();
  });
  return positions ? autodiff::slice(values, 0, 0, length) : values;
}

template class SequenceModel<float>;
template class SequenceModel<double>;

}  // namespace lineament::nets
