// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/json.h"

namespace lineament::io {

// JSON is walked by recursion in many places, so what comes from a file may not be deeper.
constexpr int kDeepestJson = 256;

// Nothing for what is not valid JSON or nested too deeply.
std::optional<nlohmann::json> parseJson(std::string_view text);

// Never throws: letters that are not UTF-8 are replaced.
std::string jsonText(const nlohmann::json& json, int indent = -1);

}  // namespace lineament::io
