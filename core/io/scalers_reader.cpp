// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/scalers_reader.h"

#include <fmt/format.h>

#include <cmath>

#include "core/base/file.h"
#include "core/base/json.h"

namespace lineament::io {

namespace {

using nlohmann::json;

constexpr ErrorText kJson{"scalers.json", "Read the scalers in {file}", "it is not valid JSON",
                          "byte {offset}", "Export the scalers again"};
constexpr ErrorText kMember{"scalers.member", "Read the scalers in {file}",
                            "{expected} was expected", "{member}",
                            "Write 'inputs' and 'output' with lists 'mean' and 'scale'"};
constexpr ErrorText kLengths{"scalers.lengths", "Read the scalers in {file}",
                             "{found} entries, but there are {expected} means", "{member}",
                             "Give each feature one mean, one scale and one name"};
constexpr ErrorText kValue{"scalers.value", "Read the scalers in {file}",
                           "a finite number was expected, found {found}", "{member}",
                           "Fit the scalers again on data without missing or infinite values"};
constexpr ErrorText kScale{"scalers.scale", "Read the scalers in {file}",
                           "a scale has to be greater than 0, found {found}", "{member}",
                           "Leave out features that are constant, or give them a scale of 1"};
constexpr ErrorText kLong{"scalers.size", "Read the scalers in {file}",
                          "{size} bytes are too many for scalers", "{path}",
                          "Choose the JSON file with the means and scales"};

constexpr std::uint64_t kMostBytes = 100'000'000;

class ScalersFile {
 public:
  explicit ScalersFile(const std::filesystem::path& path) : file_(path.filename().string()) {
    const InputFile input(path);
    if (input.size() > kMostBytes) {
      throw Error(kLong, {{"file", file_}, {"size", input.size()}, {"path", path.string()}});
    }
    try {
      root_ = json::parse(input.readAll());
    } catch (const json::exception& problem) {
      const auto* parse = dynamic_cast<const json::parse_error*>(&problem);
      throw Error(kJson, {{"file", file_}, {"offset", parse ? parse->byte : 0}});
    }
  }

  Table table() {
    addRole("inputs", "input", names("input_order"));
    const char* output = root_.is_object() && root_.contains("outputs") ? "outputs" : "output";
    addRole(output, "output", names("output_name"));
    return Table({Column("name", names_.finish()), Column("role", roles_.finish()),
                  Column("mean", SharedArray<double>(std::move(means_))),
                  Column("scale", SharedArray<double>(std::move(scales_)))});
  }

 private:
  [[noreturn]] void failMember(const std::string& member, const char* expected) const {
    throw Error(kMember, {{"file", file_}, {"member", member}, {"expected", expected}});
  }

  const json& member(const json& parent, const std::string& path, const char* name) const {
    const std::string full = path.empty() ? name : path + "." + name;
    if (!parent.is_object() || !parent.contains(name)) failMember(full, "this member");
    return parent.at(name);
  }

  // One name as text or several as a list; none when the member is not there.
  std::vector<std::string> names(const char* name) const {
    if (!root_.is_object() || !root_.contains(name)) return {};
    const json& found = root_.at(name);
    if (found.is_string()) return {found.get<std::string>()};
    if (!found.is_array()) failMember(name, "a list of names");
    std::vector<std::string> all;
    for (const json& entry : found) {
      if (!entry.is_string()) failMember(name, "a list of names");
      all.push_back(entry.get<std::string>());
    }
    return all;
  }

  std::vector<double> numbers(const json& parent, const std::string& path, const char* name) const {
    const json& list = member(parent, path, name);
    if (!list.is_array()) failMember(path + "." + name, "a list of numbers");
    std::vector<double> all;
    for (const json& entry : list) {
      const std::string place = fmt::format("{}.{}[{}]", path, name, all.size());
      const double value = entry.is_number() ? entry.get<double>() : std::nan("");
      if (!std::isfinite(value)) {
        throw Error(kValue, {{"file", file_}, {"member", place}, {"found", entry.dump()}});
      }
      all.push_back(value);
    }
    return all;
  }

  void checkLength(std::size_t found, std::size_t expected, const std::string& place) const {
    if (found == expected) return;
    throw Error(kLengths,
                {{"file", file_}, {"member", place}, {"found", found}, {"expected", expected}});
  }

  void addRole(const std::string& name, const char* role, const std::vector<std::string>& known) {
    const json& scaler = member(root_, "", name.c_str());
    const std::vector<double> means = numbers(scaler, name, "mean");
    const std::vector<double> scales = numbers(scaler, name, "scale");
    if (means.empty()) failMember(name + ".mean", "at least one number");
    checkLength(scales.size(), means.size(), name + ".scale");
    if (!known.empty()) checkLength(known.size(), means.size(), "the names of " + name);
    for (std::size_t i = 0; i < means.size(); ++i) {
      if (!(scales[i] > 0)) {
        const std::string place = fmt::format("{}.scale[{}]", name, i);
        throw Error(kScale, {{"file", file_}, {"member", place}, {"found", scales[i]}});
      }
      names_.add(known.empty() ? fmt::format("{} {}", role, i + 1) : known[i]);
      roles_.add(role);
      means_.push_back(means[i]);
      scales_.push_back(scales[i]);
    }
  }

  std::string file_;
  json root_;
  TextBuilder names_, roles_;
  std::vector<double> means_, scales_;
};

class ScalersReader final : public Reader {
 public:
  std::string_view id() const override { return "scalers"; }
  std::string_view title() const override { return "Standard scalers"; }
  std::vector<std::string> extensions() const override { return {".json"}; }

  Confidence probe(const Probe& probe) const override {
    const std::string_view text = probe.text();
    const std::size_t start = text.find_first_not_of(" \t\r\n");
    if (start == text.npos || text[start] != '{') return Confidence::no;
    for (const char* word : {"\"mean\"", "\"scale\"", "\"inputs\""}) {
      if (text.find(word) == text.npos) return Confidence::no;
    }
    return Confidence::certain;
  }

  Data read(const std::filesystem::path& path, const Parameters&, const Context&) const override {
    return Data(readScalers(path));
  }
};

}  // namespace

Table readScalers(const std::filesystem::path& path) {
  return ScalersFile(path).table();
}

std::unique_ptr<Reader> makeScalersReader() {
  return std::make_unique<ScalersReader>();
}

}  // namespace lineament::io
