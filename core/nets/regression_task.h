// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>

#include "core/nets/sequence_task.h"

namespace lineament::nets {

// In-context linear regression (Garg et al. 2022, section 3): in each sequence another w, with
// x_i and w standard normal in d dimensions and y_i = w . x_i / sqrt(d), so that y has variance 1.
// Positions 2 i hold (x_i, 0), where y_i is asked, positions 2 i + 1 hold (0, y_i). From the
// (d + 1)-th point on, least squares would make no error: those are scored.
// Error "sequence.task.setting" for d below 1.
std::unique_ptr<SequenceTask> inContextRegressionTask(std::int64_t dimensions);

}  // namespace lineament::nets
