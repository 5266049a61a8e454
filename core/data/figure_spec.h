// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/base/json.h"

namespace lineament {

// A figure that an analysis proposes: which view shows which of its outputs, with which options.
// The app draws it, and the person changes it.
struct FigureSpec {
  std::string view;  // "beeswarm", "bar", "waterfall", "series", "table", "cloud", "model", ...
  std::string data;  // id of the output (of the same run) that the view shows
  std::string title;
  std::string caption;
  nlohmann::json options = nlohmann::json::object();
};

nlohmann::json toJson(const FigureSpec& spec);
FigureSpec figureSpecFromJson(const nlohmann::json& json);  // absent members keep their defaults

}  // namespace lineament
