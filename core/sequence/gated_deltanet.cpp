// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/gated_deltanet.h"

#include "core/sequence/delta_rule.h"

namespace lineament::sequence {

const Mechanism& gatedDeltanet() {
  static const DeltaRule mechanism = [] {
    Description about;
    about.id = "gated-deltanet";
    about.title = "Gated DeltaNet";
    about.summary = "S = decay S, then S = S + beta k'(v - k S): forgetting and correcting.";
    about.source = "Yang, Kautz and Hatamizadeh (2024), Gated delta networks";
    about.inputs = deltaOperands();
    about.inputs.push_back({.name = "g",
                            .dims = {Dim::batch, Dim::token, Dim::head},
                            .role = OperandSpec::Role::log_decay,
                            .draw = Draw::log_decay,
                            .highest = 0,
                            .infinite = true,
                            .help = "Natural log of the state's decay: 0 keeps it, minus infinity "
                                    "forgets it"});
    about.options = {scaleOption()};
    return DeltaRule(std::move(about), true);
  }();
  return mechanism;
}

}  // namespace lineament::sequence
