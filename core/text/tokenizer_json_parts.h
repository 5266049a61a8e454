// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/text/json_fields.h"
#include "core/text/pipeline.h"

namespace lineament::text {

// The components of a tokenizer.json by their "type". One that this program does not know is an
// Error "tokenizer.unsupported" that names it. Each takes the component's own JSON, null for none.

std::vector<Normalizer> normalizersOf(const JsonFields& part);
std::vector<Cutter> cuttersOf(const JsonFields& part);
std::vector<DecodeStep> decodeStepsOf(const JsonFields& part);

struct Frames {
  Frame one{{}};
  Frame pair;
};
Frames framesOf(const JsonFields& part);

}  // namespace lineament::text
