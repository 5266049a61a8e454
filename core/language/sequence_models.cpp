// SPDX-License-Identifier: GPL-3.0-or-later
// Models that sequence.train has made (core/nets/sequence_model.h says what of): embedding, layers
// of one sequence mechanism and a gated perceptron, head, without positions. Their configuration
// has "model_type": "lineament-sequence", the sizes, the mechanism and its options.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/language/architectures.h"
#include "core/language/feed_forward.h"
#include "core/language/recurrence.h"
#include "core/language/vector_kernels.h"
#include "core/language/weights.h"
#include "core/sequence/registry.h"

namespace lineament::language {

namespace {

using sequence::Dim;
using sequence::Draw;
using sequence::OperandSpec;
using Role = OperandSpec::Role;

constexpr const char* kKind = "lineament-sequence";
constexpr float kEpsilon = 1e-6F;
constexpr float kGateTemperature = 16;

bool depends(const OperandSpec& spec, Dim dim) {
  return std::ranges::find(spec.dims, dim) != spec.dims.end();
}

// An operand of the mechanism: a map of the layer's input, or learned by itself.
struct Operand {
  const OperandSpec* spec = nullptr;
  WeightMatrix map, up;           // `up` of a gate through few channels
  std::vector<float> bias, rate;  // of gates, decays and steps
  CausalConvolution convolution;
  std::size_t unit_width = 0;  // rows of that width are scaled to length 1; 0: they are not
  bool twice = false;          // of a strength of a write
  std::vector<float> learned;
};

class TrainedMixer : public Sublayer {
 public:
  TrainedMixer(std::string_view mechanism, const sequence::Sizes& sizes,
               const std::vector<std::pair<std::string_view, double>>& options,
               std::vector<Operand> operands, Norm norm, std::size_t norm_width, WeightMatrix out)
      : recurrence_(mechanism, sizes, options),
        operands_(std::move(operands)),
        norm_(std::move(norm)),
        norm_width_(norm_width),
        out_(std::move(out)) {}

  std::unique_ptr<SublayerState> start() const override {
    return std::make_unique<RecurrentState>(operands_.size());
  }
  std::size_t heads() const override { return recurrence_.matrices(); }
  std::uint64_t parameters() const override {
    std::uint64_t sum = out_.parameters();
    for (const Operand& each : operands_) {
      sum += each.map.parameters() + each.up.parameters() + each.learned.size();
    }
    return sum;
  }

  void apply(const float* x, std::size_t tokens, SublayerState* state, AttentionTap* tap,
             float* out, const Context& context) const override {
    auto& own = static_cast<RecurrentState&>(*state);
    std::vector<std::vector<float>> rows;
    Recurrence::Operands given;
    for (std::size_t i = 0; i < operands_.size(); ++i) {
      rows.push_back(numbersOf(operands_[i], x, tokens, own.tails[i], context));
      given.emplace_back(operands_[i].spec->name, rows.back().data());
    }
    std::vector<float> mixed(tokens * out_.inputs());
    recurrence_.run(given, tokens, own.state, mixed.data(), tap, context);
    if (norm_width_ > 0) {
      norm_.apply(mixed.data(), mixed.size() / norm_width_, norm_width_, mixed.data());
    }
    out_.apply(mixed.data(), tokens, out, context);
  }

 private:
  static std::vector<float> numbersOf(const Operand& operand, const float* x, std::size_t tokens,
                                      std::vector<float>& tail, const Context& context) {
    if (!operand.map) return operand.learned;
    std::vector<float> y(tokens * operand.map.outputs());
    operand.map.apply(x, tokens, y.data(), context);
    if (operand.up) {
      std::vector<float> wide(tokens * operand.up.outputs());
      operand.up.apply(y.data(), tokens, wide.data(), context);
      y = std::move(wide);
    }
    for (std::size_t i = 0; i < y.size() && !operand.bias.empty(); ++i) {
      y[i] += operand.bias[i % operand.bias.size()];
    }
    if (operand.convolution) operand.convolution.apply(y, tokens, tail, context);
    inRange(operand, y);
    return y;
  }

  static void inRange(const Operand& operand, std::vector<float>& y) {
    switch (operand.spec->draw) {
      case Draw::log_gate:
        for (float& value : y) value = -value;
        softplus(y.data(), y.size());
        for (float& value : y) value /= -kGateTemperature;
        return;
      case Draw::log_decay:
        softplus(y.data(), y.size());
        for (std::size_t i = 0; i < y.size(); ++i) {
          y[i] *= -std::exp(operand.rate[i % operand.rate.size()]);
        }
        return;
      case Draw::step:
        softplus(y.data(), y.size());
        return;
      case Draw::sigmoid:
      case Draw::twice_sigmoid:
        sigmoid(y.data(), y.size());
        for (float& value : y) value *= operand.twice ? 2.0F : 1.0F;
        return;
      default:
        break;
    }
    if (operand.unit_width == 0) return;
    silu(y.data(), y.size());
    // A root mean square of 1 / sqrt(width) is the length 1.
    const auto width = static_cast<float>(operand.unit_width);
    for (std::size_t first = 0; first < y.size(); first += operand.unit_width) {
      rmsNorm(y.data() + first, operand.unit_width, nullptr, kEpsilon / width, y.data() + first);
      for (std::size_t i = 0; i < operand.unit_width; ++i) y[first + i] /= std::sqrt(width);
    }
  }

  Recurrence recurrence_;
  std::vector<Operand> operands_;
  Norm norm_;
  std::size_t norm_width_;
  WeightMatrix out_;
};

class SequenceModelLoader {
 public:
  explicit SequenceModelLoader(const Checkpoint& checkpoint)
      : configuration_(checkpoint.configuration()),
        weights_(checkpoint, "embedding.weight", {word(configuration_, {"prefix"}, ""), ""}),
        about_(sequence::requireMechanism(word(configuration_, {"mechanism"}, "")).description()),
        width_(number("width")),
        vocabulary_(number("vocab_size")),
        taps_(wholeNumber(configuration_, {{"convolution"}, {}, 0, 64})) {
    channels_ = std::ranges::find(about_.output, Dim::value) == about_.output.end();
    sequence::Sizes wanted;
    wanted[Dim::head] = static_cast<std::int64_t>(channels_ ? 2 * width_ : number("heads"));
    wanted[Dim::key] = static_cast<std::int64_t>(number("key_size"));
    wanted[Dim::value] = static_cast<std::int64_t>(number("value_size"));
    wanted[Dim::tap] = static_cast<std::int64_t>(std::max<std::size_t>(taps_, 1));
    sizes_ = sequence::requireMechanism(about_.id).suited(wanted);
    const auto given = configuration_.find("options");
    if (given == configuration_.end() || !given->is_object()) return;
    for (const sequence::OptionSpec& option : about_.options) {
      const std::string id(option.id);
      if (given->contains(id)) options_.emplace_back(option.id, realNumber(*given, {id}, 0));
    }
  }

  LoadedModel load() {
    ModelParts parts;
    parts.description = {
        kKind, fmt::format("Trained model of {}", about_.title), width_, vocabulary_, 0, false,
        true};
    parts.embedding = weights_.matrix("embedding.weight", vocabulary_, width_);
    for (std::size_t i = 0; i < number("num_hidden_layers"); ++i) {
      const std::string layer = fmt::format("layers.{}.", i);
      parts.layers.push_back(
          {{{norm(layer + "mixer_norm", width_), false, mixer(layer + "mixer")},
            {norm(layer + "mlp_norm", width_), false, forward(layer + "mlp.")}}});
    }
    parts.final_norm = norm("norm", width_);
    parts.head = linear("head", vocabulary_, width_);
    weights_.check();
    return {std::nullopt, LanguageModel(std::move(parts)), {}};
  }

 private:
  std::size_t number(const char* key) const { return wholeNumber(configuration_, {{key}, {}}); }

  Norm norm(const std::string& name, std::size_t width) {
    return {Norm::Type::rms, weights_.numbers(name + ".gain", {width}), {}, kEpsilon};
  }
  WeightMatrix linear(const std::string& name, std::size_t outputs, std::size_t inputs) {
    return weights_.matrix(name + ".weight", outputs, inputs);
  }

  std::shared_ptr<const Sublayer> forward(const std::string& name) {
    return std::make_shared<const FeedForward>(
        Activation::silu, linear(name + "up", 2 * width_, width_),
        linear(name + "down", width_, 2 * width_), linear(name + "gate", 2 * width_, width_));
  }

  std::shared_ptr<const Sublayer> mixer(const std::string& name) {
    std::vector<Operand> operands;
    for (const OperandSpec& spec : about_.inputs) {
      const bool of_tokens = depends(spec, Dim::token) && depends(spec, Dim::batch);
      const bool published = spec.optional && spec.role == Role::log_decay && !of_tokens;
      const bool unused =
          taps_ == 0 && spec.optional && (depends(spec, Dim::tap) || spec.name == "conv_bias");
      if (published || unused) continue;
      const std::string own = fmt::format("{}.{}", name, spec.name);
      operands.push_back(of_tokens ? mapped(own, spec) : learned(own, spec));
    }
    const auto wide = static_cast<std::size_t>(sequence::elementsOf(about_.output, sizes_));
    const std::size_t heads = channels_ ? 0 : static_cast<std::size_t>(sizes_.values());
    return std::make_shared<const TrainedMixer>(about_.id, sizes_, options_, std::move(operands),
                                                heads > 0 ? norm(name + ".norm", heads) : Norm{},
                                                heads, linear(name + ".out", width_, wide));
  }

  Operand mapped(const std::string& name, const OperandSpec& spec) {
    Operand made;
    made.spec = &spec;
    const auto wide = static_cast<std::size_t>(sequence::elementsOf(spec.dims, sizes_));
    if (spec.draw == Draw::log_gate) {
      const std::size_t narrow = std::min<std::size_t>(16, width_);
      made.map = linear(name + ".down", narrow, width_);
      made.up = linear(name + ".up", wide, narrow);
    } else {
      made.map = linear(name, wide, width_);
    }
    if (weights_.has(name + ".bias")) made.bias = weights_.numbers(name + ".bias", {wide});
    if (spec.draw == Draw::log_decay) made.rate = weights_.numbers(name + ".log_rate", {wide});
    if (weights_.has(name + ".taps")) {
      std::vector<float> taps = weights_.numbers(name + ".taps", {wide, taps_});
      if (!taps.empty()) made.convolution = CausalConvolution(std::move(taps), wide, {}, false);
    }
    made.twice = spec.role == Role::beta && flag(configuration_, "negative_eigenvalues", false);
    if (unitRows(spec)) {
      made.unit_width = static_cast<std::size_t>(sizes_[spec.dims.back()]);
    }
    return made;
  }

  // Queries of a delta rule are scaled to length 1 as its keys are.
  bool unitRows(const OperandSpec& spec) const {
    if (spec.draw == Draw::unit_rows) return true;
    const auto key = std::ranges::find(about_.inputs, Role::key, &OperandSpec::role);
    return spec.role == Role::query && key != about_.inputs.end() && key->draw == Draw::unit_rows;
  }

  Operand learned(const std::string& name, const OperandSpec& spec) {
    if (depends(spec, Dim::token)) {
      unsupported(kKind, "the table of positions of " + std::string(about_.title));
    }
    Operand made;
    made.spec = &spec;
    const bool log = spec.draw == Draw::negative_range || spec.draw == Draw::step;
    made.learned =
        weights_.numbers(log ? name + ".log" : name, sequence::shapeOf(spec.dims, sizes_));
    for (float& value : made.learned) {
      if (log) value = spec.draw == Draw::step ? std::exp(value) : -std::exp(value);
    }
    return made;
  }

  const nlohmann::json& configuration_;
  Weights weights_;
  const sequence::Description& about_;
  std::size_t width_, vocabulary_, taps_;
  bool channels_ = false;  // every channel is a head of its own
  sequence::Sizes sizes_;
  std::vector<std::pair<std::string_view, double>> options_;
};

}  // namespace

LoadedModel loadSequenceModel(const Checkpoint& checkpoint) {
  return SequenceModelLoader(checkpoint).load();
}

}  // namespace lineament::language
