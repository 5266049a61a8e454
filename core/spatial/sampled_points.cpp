// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/sampled_points.h"

#include <algorithm>

#include "core/base/random.h"
#include "core/spatial/block_pass.h"

namespace lineament::spatial {

SampledPoints::SampledPoints(const KeptPoints& source, std::size_t count, std::uint64_t seed,
                             const Context& context)
    : room_(reserveMemory(source.features() * std::min(count, source.count()) * sizeof(float),
                          "a sample of the pixels")),
      values_(source.features() * std::min(count, source.count())),
      planar_(values_.data(), source.features(), std::min(count, source.count())) {
  const std::size_t taken = std::min(count, source.count());
  const std::vector<std::size_t> chosen = Random(seed).sample(source.count(), taken);
  std::vector<std::size_t> begins{0};
  for (const std::size_t block : source.counts()) begins.push_back(begins.back() + block);
  forPointBlocks(source, context, [&](std::size_t index, const Points& points) {
    auto next = std::lower_bound(chosen.begin(), chosen.end(), begins[index]);
    for (; next != chosen.end() && *next < begins[index + 1]; ++next) {
      const auto place = static_cast<std::size_t>(next - chosen.begin());
      for (std::size_t f = 0; f < source.features(); ++f) {
        values_[f * taken + place] = points.values[f * points.stride + (*next - begins[index])];
      }
    }
  });
}

}  // namespace lineament::spatial
