// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "core/analysis/analysis.h"
#include "core/spatial/kept_points.h"
#include "core/spatial/pixel_codes.h"
#include "core/spatial/pixel_features.h"

namespace lineament {

// The learnt features among those of a scene: their parameters, training, and what is to be seen of
// it afterwards.

bool isLearnt(const Parameters& parameters);  // whether "features" names an autoencoder
std::vector<Parameter> codeParameters();

std::unique_ptr<spatial::PointCode> learnCode(std::shared_ptr<const spatial::KeptPoints> points,
                                              const Parameters& parameters, const Context& context);

// The mean loss of each epoch, a curve for each network.
Series lossesOf(const spatial::PointCode& code);

// All networks as one model that can be kept: the layers of one after the other, with tensors
// "stage 1.layer0.weight" and so on; configuration["stages"] says how many layers each has and
// which of them is handed on. A feature of the first network is input.matrix [feature][band] times
// the bands less input.centre.
Model modelOf(const spatial::PointCode& code, const spatial::FeatureMap& map);

}  // namespace lineament
