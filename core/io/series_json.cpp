// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/series_json.h"

#include <cmath>
#include <limits>

#include "core/base/error.h"

namespace lineament::io {

namespace {

constexpr ErrorText kSeries{"series.json", "Read curves from JSON", "{problem}", "{where}",
                            "Write the curves again with this version of Lineament"};

using nlohmann::json;

constexpr std::string_view kStyles[] = {"line", "points", "line_and_points"};

[[noreturn]] void fail(std::string_view problem, std::string_view where) {
  throw Error(kSeries, {{"problem", problem}, {"where", where}});
}

json numberJson(double value) {
  if (std::isnan(value)) return nullptr;
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

double numberFrom(const json& value, std::string_view where) {
  if (value.is_null()) return std::numeric_limits<double>::quiet_NaN();
  if (value.is_number()) return value.get<double>();
  if (value == "inf") return std::numeric_limits<double>::infinity();
  if (value == "-inf") return -std::numeric_limits<double>::infinity();
  fail("a number was expected", where);
}

const json& member(const json& object, const char* name) {
  if (!object.is_object()) fail("an object was expected", name);
  const auto found = object.find(name);
  if (found == object.end()) fail("it is missing", name);
  return *found;
}

const json& listOf(const json& object, const char* name) {
  const json& list = member(object, name);
  if (!list.is_array()) fail("a list was expected", name);
  return list;
}

std::string textOf(const json& object, const char* name) {
  const json& text = member(object, name);
  if (!text.is_string()) fail("text was expected", name);
  return text.get<std::string>();
}

bool flagOf(const json& object, const char* name) {
  const json& flag = member(object, name);
  if (!flag.is_boolean()) fail("true or false was expected", name);
  return flag.get<bool>();
}

json axisJson(const Axis& axis) {
  return {{"label", axis.label}, {"unit", axis.unit}, {"logarithmic", axis.logarithmic}};
}

Axis axisFrom(const json& object) {
  return {textOf(object, "label"), textOf(object, "unit"), flagOf(object, "logarithmic")};
}

json numbersJson(const SharedArray<double>& values) {
  json list = json::array();
  for (const double value : values) list.push_back(numberJson(value));
  return list;
}

SharedArray<double> numbersFrom(const json& object, const char* name) {
  std::vector<double> values;
  for (const json& value : listOf(object, name)) values.push_back(numberFrom(value, name));
  return values;
}

json curveJson(const Series::Curve& curve) {
  json object{{"name", curve.name},
              {"style", kStyles[static_cast<int>(curve.style)]},
              {"x", numbersJson(curve.x)},
              {"y", numbersJson(curve.y)}};
  if (!curve.rows.empty()) object["rows"] = std::vector(curve.rows.begin(), curve.rows.end());
  return object;
}

Series::Curve curveFrom(const json& object) {
  Series::Curve curve;
  curve.name = textOf(object, "name");
  const std::string style = textOf(object, "style");
  const auto known = std::find(std::begin(kStyles), std::end(kStyles), style);
  if (known == std::end(kStyles)) fail("this style is not known", style);
  curve.style = static_cast<Series::Style>(known - std::begin(kStyles));
  curve.x = numbersFrom(object, "x");
  curve.y = numbersFrom(object, "y");
  if (curve.x.size() != curve.y.size()) fail("x and y differ in length", curve.name);
  if (!object.contains("rows")) return curve;
  std::vector<std::uint64_t> rows;
  for (const json& row : listOf(object, "rows")) {
    if (!row.is_number_unsigned()) fail("a row is not a count", curve.name);
    rows.push_back(row.get<std::uint64_t>());
  }
  if (!rows.empty() && rows.size() != curve.x.size()) fail("rows differ in length", curve.name);
  curve.rows = std::move(rows);
  return curve;
}

}  // namespace

json toJson(const Series& series) {
  json curves = json::array(), marks = json::array();
  for (const Series::Curve& curve : series.curves) curves.push_back(curveJson(curve));
  for (const Series::Mark& mark : series.marks) {
    marks.push_back(
        {{"label", mark.label}, {"position", numberJson(mark.position)}, {"on_x", mark.on_x}});
  }
  return {{"title", series.title},     {"x", axisJson(series.x)},
          {"y", axisJson(series.y)},   {"curves", std::move(curves)},
          {"marks", std::move(marks)}, {"identity_line", series.identity_line}};
}

Series seriesFromJson(const json& object) {
  Series series;
  series.title = textOf(object, "title");
  series.x = axisFrom(member(object, "x"));
  series.y = axisFrom(member(object, "y"));
  for (const json& curve : listOf(object, "curves")) series.curves.push_back(curveFrom(curve));
  for (const json& mark : listOf(object, "marks")) {
    series.marks.push_back({textOf(mark, "label"), numberFrom(member(mark, "position"), "position"),
                            flagOf(mark, "on_x")});
  }
  series.identity_line = flagOf(object, "identity_line");
  return series;
}

}  // namespace lineament::io
