// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/raster_bands.h"

#include <algorithm>

#include "core/base/error.h"

namespace lineament {

namespace {

constexpr ErrorText kNoBand{"raster.no_band", "Use the band '{name}'",
                            "the scene has no band of that name", "", "Its bands are {names}"};

class ChosenBands : public RasterSource {
 public:
  ChosenBands(Raster raster, std::vector<std::size_t> bands)
      : raster_(std::move(raster)), bands_(std::move(bands)) {}

  void read(const RasterWindow& window, std::span<const std::size_t> bands,
            std::int64_t out_columns, std::int64_t out_rows, std::span<float> to) const override {
    std::vector<std::size_t> theirs;
    for (const std::size_t band : bands) theirs.push_back(bands_[band]);
    raster_.read(window, theirs, out_columns, out_rows, to);
  }

 private:
  Raster raster_;
  std::vector<std::size_t> bands_;
};

std::size_t bandOfName(const Raster& raster, std::string_view name) {
  std::string names;
  for (std::size_t i = 0; i < raster.bands().size(); ++i) {
    const std::string& there = raster.bands()[i].name;
    if (there == name) return i;
    names += (names.empty() ? "" : ", ") + there;
  }
  throw Error::usage(kNoBand, {{"name", name}, {"names", names}});
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

Raster chooseBands(const Raster& raster, std::string_view names) {
  if (trimmed(names).empty()) return raster;
  std::vector<std::size_t> chosen;
  std::vector<RasterBand> bands;
  while (!names.empty()) {
    const std::size_t comma = std::min(names.find(','), names.size());
    chosen.push_back(bandOfName(raster, trimmed(names.substr(0, comma))));
    bands.push_back(raster.bands()[chosen.back()]);
    names.remove_prefix(std::min(comma + 1, names.size()));
  }
  auto source = std::make_shared<ChosenBands>(raster, std::move(chosen));
  return Raster(raster.grid(), std::move(bands), std::move(source), raster.classes());
}

}  // namespace lineament
