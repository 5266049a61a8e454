// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/deltanet.h"

#include "core/sequence/delta_rule.h"

namespace lineament::sequence {

const Mechanism& deltanet() {
  static const DeltaRule mechanism(
      {.id = "deltanet",
       .title = "DeltaNet",
       .summary =
           "S = S + beta k'(v - k S): the state is corrected by what it would have recalled.",
       .source = "Schlag et al. (2021), Linear transformers are secretly fast weight programmers; "
                 "Yang et al. (2024), Parallelizing linear transformers with the delta rule",
       .inputs = deltaOperands(),
       .options = {scaleOption()}},
      false);
  return mechanism;
}

}  // namespace lineament::sequence
