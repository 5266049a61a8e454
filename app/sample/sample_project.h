// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>

#include "core/analysis/catalogue.h"
#include "core/base/context.h"

namespace lineament::app {

inline constexpr std::uint64_t kSampleSeed = 1;

// Makes a project that shows the whole flow, from a seed: a synthetic table of pile-driving
// records, held in the project; a ridge and a network fitted to it; the network explained; a
// synthetic scene over known rock units, its map and how far the two agree; figures and a report.
// The same seed gives the same table and, on one machine, the same results. What is not finished
// (Error, Cancelled) does not stay.
void makeSampleProject(const std::filesystem::path& path, const Catalogue& catalogue,
                       std::uint64_t seed, const Context& context);

}  // namespace lineament::app
