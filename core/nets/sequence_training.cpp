// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nets/sequence_training.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <numbers>

#include "core/autodiff/adam.h"
#include "core/autodiff/elementwise.h"
#include "core/autodiff/loss.h"
#include "core/autodiff/reduction.h"
#include "core/autodiff/view.h"
#include "core/base/error.h"
#include "core/base/memory.h"

namespace lineament::nets {

namespace {

constexpr ErrorText kDiverged{"sequence.train.diverged", "Train {mechanism}",
                              "its numbers became infinite in the operation '{operation}'",
                              "step {step}", "Lower the learning rate"};

constexpr double kWarmUp = 0.1;             // of the steps
constexpr double kLeastRate = 1e-3;         // of the learning rate, at the end
constexpr std::int64_t kTestTokens = 8192;  // of one pass
constexpr std::int64_t kProbeTokens = 64;
constexpr std::int64_t kQuickTest = 128;  // sequences of a score while training

enum Stream : std::uint64_t { kTraining = 1, kScores, kTest };

std::size_t size(std::int64_t n) {
  return static_cast<std::size_t>(n);
}

// The model recorded for batches of one size, with its loss.
class Plan {
 public:
  Plan(SequenceModel<float>& model, const SequenceTask& task, std::int64_t batch,
       std::int64_t length)
      : task_(task), batch_(batch), length_(length) {
    const std::size_t places = size(batch * length), outputs = size(task.outputs());
    if (task.isReal()) {
      features_ = tape_.input({size(batch), size(length), size(task.features())}, "features");
      answers_ = autodiff::reshape(model.record(tape_, features_), {places});
      real_targets_ = tape_.input({places}, "targets");
      weights_ = tape_.input({places}, "weights");
      loss_ = sum(square((answers_ - real_targets_) * weights_));
    } else {
      tokens_ = tape_.indices(places);
      targets_ = tape_.indices(places);
      answers_ = autodiff::reshape(model.record(tape_, tokens_, batch, length), {places, outputs});
      loss_ = crossEntropy(answers_, targets_);
    }
  }

  std::int64_t batch() const { return batch_; }
  std::int64_t length() const { return length_; }

  double loss(const SequenceBatch& batch, const Context& context) {
    if (task_.isReal()) {
      tape_.bind(features_, std::span<const float>(batch.features));
      bindReal(batch.real_targets);
    } else {
      tape_.bind(tokens_, batch.tokens);
      tape_.bind(targets_, batch.targets);
    }
    tape_.forward(context);
    return tape_.scalar(loss_);
  }

  void addGradients(const Context& context) { tape_.backward(loss_, context); }

  // Of the last forward pass: what was right (or the squared error) of how much.
  void addScores(const SequenceBatch& batch, double& part, double& whole) const {
    const std::span<const float> answers = tape_.values(answers_);
    for (std::size_t i = 0; i < batch.scored.size(); ++i) {
      if (batch.scored[i] == 0) continue;
      if (task_.isReal()) {
        const double target = batch.real_targets[i], error = answers[i] - target;
        part += error * error;
        whole += target * target;
      } else {
        const std::size_t outputs = size(task_.outputs());
        const auto row = answers.subspan(i * outputs, outputs);
        part += std::max_element(row.begin(), row.end()) - row.begin() == batch.targets[i];
        whole += 1;
      }
    }
  }

  std::size_t bytes() const { return tape_.bytes(); }

  std::string troubledOperation() const {
    const auto found = tape_.firstNonFinite();
    return found ? found->operation : "loss";
  }

 private:
  // Weights whose squares average over what is asked.
  void bindReal(const std::vector<float>& targets) {
    const auto asked = std::count_if(targets.begin(), targets.end(),
                                     [](float target) { return !std::isnan(target); });
    const auto weight = static_cast<float>(1 / std::sqrt(std::max<double>(1, double(asked))));
    const std::span<float> to = tape_.storage(real_targets_), weights = tape_.storage(weights_);
    for (std::size_t i = 0; i < targets.size(); ++i) {
      const bool none = std::isnan(targets[i]);
      to[i] = none ? 0 : targets[i];
      weights[i] = none ? 0 : weight;
    }
  }

  const SequenceTask& task_;
  std::int64_t batch_, length_;
  autodiff::Tape<float> tape_;
  autodiff::Indices tokens_, targets_;
  autodiff::Value<float> features_, real_targets_, weights_, answers_, loss_;
};

// What recordings of the model take at most at one time: one for training, with as many gradients
// as values, and one for testing. Judged by a short one.
std::size_t bytesOfPlans(SequenceModel<float>& model, const SequenceTask& task,
                         const SequenceTrainingSettings& settings) {
  const std::int64_t probe = std::min<std::int64_t>(settings.length, kProbeTokens);
  const auto each = static_cast<double>(Plan(model, task, 1, probe).bytes()) / double(probe);
  std::int64_t longest = std::max(kTestTokens, settings.length);
  for (const std::int64_t length : settings.lengths) longest = std::max(longest, length);
  const double training = 2 * double(settings.batch) * double(settings.length);
  return static_cast<std::size_t>(each * (training + double(longest)));
}

class Training {
 public:
  Training(SequenceModel<float>& model, const SequenceTask& task, const SequenceTask& test,
           const SequenceTrainingSettings& settings, const Context& context)
      : model_(model),
        task_(task),
        test_(test),
        settings_(settings),
        context_(context),
        random_(context.seed),
        room_(reserveMemory(bytesOfPlans(model, task, settings), "training a sequence model")),
        adam_(model.parameters(), {}),
        plan_(model, task, settings.batch, settings.length) {
    for (autodiff::ParameterGroup& group : model.parameters().groups()) {
      if (group.weight_decay > 0) group.weight_decay = settings.weight_decay;
    }
  }

  SequenceTrainingResult run() {
    SequenceTrainingResult result;
    train(result);
    std::vector<std::int64_t> lengths = settings_.lengths;
    lengths.push_back(settings_.length);
    std::sort(lengths.begin(), lengths.end());
    lengths.erase(std::unique(lengths.begin(), lengths.end()), lengths.end());
    for (const std::int64_t length : lengths) {
      context_.checkpoint(kTrainTo, fmt::format("Testing on {} tokens", length));
      result.by_length.push_back(scoreAt(length, settings_.test_sequences, kTest));
    }
    return result;
  }

 private:
  static constexpr double kTrainTo = 0.95;

  void train(SequenceTrainingResult& result) {
    const std::int64_t every = std::max<std::int64_t>(
        1, settings_.steps / std::max<std::int64_t>(1, settings_.evaluations));
    double sum = 0;
    std::int64_t count = 0;
    std::string said;
    for (std::int64_t step = 1; step <= settings_.steps; ++step) {
      const double done = static_cast<double>(step - 1) / static_cast<double>(settings_.steps);
      context_.checkpoint(kTrainTo * done, said);
      const auto begin = std::chrono::steady_clock::now();
      sum += update(step);
      ++count;
      result.seconds +=
          std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
      if (step % every != 0 && step != settings_.steps) continue;
      result.steps.push_back(static_cast<double>(step));
      result.losses.push_back(sum / static_cast<double>(count));
      result.scores.push_back(scoreAt(settings_.length, kQuickTest, kScores).score);
      said = fmt::format("Step {} of {}, loss {:.3f}, score {:.3f}", step, settings_.steps,
                         result.losses.back(), result.scores.back());
      sum = 0;
      count = 0;
    }
    result.tokens_per_second =
        static_cast<double>(settings_.steps * settings_.batch * settings_.length) / result.seconds;
  }

  double update(std::int64_t step) {
    const SequenceBatch batch =
        task_.drawBatch(random_.split(kTraining).split(static_cast<std::uint64_t>(step)),
                        settings_.batch, settings_.length);
    const double loss = plan_.loss(batch, context_);
    if (!std::isfinite(loss)) diverged(step);
    model_.parameters().clearGradients();
    plan_.addGradients(context_);
    if (!std::isfinite(autodiff::clipGradients(model_.parameters(), settings_.clip))) {
      diverged(step);
    }
    adam_.setLearningRate(rateAt(step));
    adam_.step();
    return loss;
  }

  double rateAt(std::int64_t step) const {
    const double done = static_cast<double>(step) / static_cast<double>(settings_.steps);
    if (done <= kWarmUp) return settings_.learning_rate * done / kWarmUp;
    const double cosine = (1 + std::cos(std::numbers::pi * (done - kWarmUp) / (1 - kWarmUp))) / 2;
    return settings_.learning_rate * (kLeastRate + (1 - kLeastRate) * cosine);
  }

  SequenceScore scoreAt(std::int64_t length, std::int64_t sequences, Stream stream) {
    const std::int64_t batch = std::clamp<std::int64_t>(kTestTokens / length, 1, sequences);
    if (!test_plan_ || test_plan_->length() != length || test_plan_->batch() != batch) {
      test_plan_ = std::make_unique<Plan>(model_, test_, batch, length);
    }
    const Random random = random_.split(stream).split(static_cast<std::uint64_t>(length));
    double part = 0, whole = 0, losses = 0;
    const std::int64_t passes = (sequences + batch - 1) / batch;
    for (std::int64_t pass = 0; pass < passes; ++pass) {
      if (context_.stopRequested()) throw Cancelled{};
      const SequenceBatch drawn =
          test_.drawBatch(random.split(static_cast<std::uint64_t>(pass)), batch, length);
      losses += test_plan_->loss(drawn, context_);
      test_plan_->addScores(drawn, part, whole);
    }
    const double share = whole > 0 ? part / whole : 0;
    return {length, test_.isReal() ? 1 - share : share, losses / static_cast<double>(passes)};
  }

  [[noreturn]] void diverged(std::int64_t step) const {
    throw Error(kDiverged, {{"mechanism", model_.settings().mechanism->description().title},
                            {"operation", plan_.troubledOperation()},
                            {"step", step}});
  }

  SequenceModel<float>& model_;
  const SequenceTask& task_;
  const SequenceTask& test_;
  const SequenceTrainingSettings& settings_;
  const Context& context_;
  Random random_;
  MemoryReservation room_;
  autodiff::Adam<float> adam_;
  Plan plan_;
  std::unique_ptr<Plan> test_plan_;
};

}  // namespace

SequenceTrainingResult trainSequenceModel(SequenceModel<float>& model, const SequenceTask& task,
                                          const SequenceTask& test,
                                          const SequenceTrainingSettings& settings,
                                          const Context& context) {
  return Training(model, task, test, settings, context).run();
}

}  // namespace lineament::nets
