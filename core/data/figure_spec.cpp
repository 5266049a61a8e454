// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/figure_spec.h"

namespace lineament {

nlohmann::json toJson(const FigureSpec& spec) {
  return {{"view", spec.view},
          {"data", spec.data},
          {"title", spec.title},
          {"caption", spec.caption},
          {"options", spec.options}};
}

FigureSpec figureSpecFromJson(const nlohmann::json& json) {
  FigureSpec spec;
  spec.view = json.value("view", "");
  spec.data = json.value("data", "");
  spec.title = json.value("title", "");
  spec.caption = json.value("caption", "");
  spec.options = json.value("options", nlohmann::json::object());
  return spec;
}

}  // namespace lineament
