// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/autoencoder_training.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "core/base/error.h"
#include "core/base/memory.h"
#include "core/base/parallel.h"
#include "core/base/random.h"
#include "core/spatial/point_moments.h"

namespace lineament::spatial {

namespace {

constexpr std::size_t kPointsOfGroup = std::size_t{1} << 20;
constexpr std::size_t kPointsOfCheckpoint = 4096;

constexpr ErrorText kDiverged{"autoencoder.diverged", "Train the autoencoder",
                              "its loss became {loss}", "epoch {epoch}", "Lower the learning rate"};
constexpr ErrorText kNoPoints{"autoencoder.no_points", "Train the autoencoder",
                              "there are no points", "",
                              "Choose data with points that have all their values"};

class Training {
 public:
  Training(nets::Autoencoder& network, const PointSource& source,
           const AutoencoderSchedule& schedule, const Context& context)
      : source_(source),
        schedule_(schedule),
        context_(context),
        counts_(momentsOf(source, context).counts),
        total_(std::accumulate(counts_.begin(), counts_.end(), std::size_t{0})),
        trainer_(network, {schedule.penalty},
                 {.learning_rate = schedule.learning_rate,
                  .epsilon = 1e-7,
                  .uncorrected_epsilon = true}) {
    if (total_ == 0) throw Error(kNoPoints);
    const std::size_t largest =
        std::max(kPointsOfGroup, *std::max_element(counts_.begin(), counts_.end()));
    room_ = reserveMemory(
        (std::min(total_, largest) + schedule.batch) * source.features() * sizeof(float),
        "the points of the training");
  }

  std::vector<double> run() {
    std::vector<double> losses;
    for (int epoch = 0; epoch < schedule_.epochs; ++epoch) losses.push_back(runEpoch(epoch));
    return losses;
  }

 private:
  double runEpoch(int epoch) {
    const Random random = Random(schedule_.seed).split(static_cast<std::uint64_t>(epoch));
    const std::vector<std::size_t> order = Random(random.split(0)).permutation(counts_.size());
    double sum = 0;
    std::size_t done = 0, kept = 0;
    for (std::size_t first = 0, group = 1; first < order.size(); ++group) {
      std::size_t last = first, fresh = 0;
      while (last < order.size() &&
             (fresh == 0 || fresh + counts_[order[last]] <= kPointsOfGroup)) {
        fresh += counts_[order[last++]];
      }
      load({order.data() + first, last - first}, kept, fresh, random.split(group));
      // What does not fill a batch goes to the next group.
      const bool ends = last == order.size();
      std::size_t at = 0;
      const std::size_t loaded = kept + fresh;
      while (at < loaded && (ends || at + schedule_.batch <= loaded)) {
        const std::size_t count = std::min(schedule_.batch, loaded - at);
        sum += step(epoch, done, at, count);
        done += count;
        at += count;
      }
      kept = loaded - at;
      std::copy_n(rows_.begin() + static_cast<std::ptrdiff_t>(at * source_.features()),
                  kept * source_.features(), rows_.begin());
      first = last;
    }
    return sum / static_cast<double>(total_);
  }

  // The points of the blocks, shuffled, behind the `kept` ones.
  void load(std::span<const std::size_t> blocks, std::size_t kept, std::size_t fresh,
            Random random) {
    const std::size_t width = source_.features();
    rows_.resize((kept + fresh) * width);
    const std::vector<std::size_t> places = random.permutation(fresh);
    std::vector<std::size_t> begins;
    std::size_t begin = 0;
    for (const std::size_t block : blocks) {
      begins.push_back(begin);
      begin += counts_[block];
    }
    forBlocks(blocks.size(), 1, context_, [&](std::size_t index, std::size_t) {
      std::vector<float> room;
      const Points points = source_.block(blocks[index], room);
      for (std::size_t i = 0; i < points.count; ++i) {
        float* to = rows_.data() + (kept + places[begins[index] + i]) * width;
        for (std::size_t f = 0; f < width; ++f) to[f] = points.values[f * points.stride + i];
      }
    });
  }

  // The sum of the losses of the batch.
  double step(int epoch, std::size_t done, std::size_t at, std::size_t count) {
    const double share = (epoch + static_cast<double>(done) / static_cast<double>(total_)) /
                         std::max(1, schedule_.epochs);
    if (done / kPointsOfCheckpoint != (done + count) / kPointsOfCheckpoint) {
      context_.checkpoint(share, "Training the autoencoder");
    }
    if (schedule_.decay) {
      const double level = 0.5 * (1 + std::cos(std::numbers::pi * share));
      trainer_.setLearningRate(schedule_.learning_rate * (0.01 + 0.99 * level));
    }
    const double loss = trainer_.step(rows_.data() + at * source_.features(), count, context_);
    if (!std::isfinite(loss)) throw Error(kDiverged, {{"loss", loss}, {"epoch", epoch + 1}});
    return loss * static_cast<double>(count);
  }

  const PointSource& source_;
  const AutoencoderSchedule& schedule_;
  const Context& context_;
  std::vector<std::size_t> counts_;
  std::size_t total_;
  nets::AutoencoderTrainer trainer_;
  MemoryReservation room_;
  std::vector<float> rows_;  // [point][feature]
};

}  // namespace

std::vector<double> trainAutoencoder(nets::Autoencoder& network, const PointSource& source,
                                     const AutoencoderSchedule& schedule, const Context& context) {
  return Training(network, source, schedule, context).run();
}

}  // namespace lineament::spatial
