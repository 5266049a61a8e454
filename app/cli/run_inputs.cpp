// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/run_inputs.h"

#include <fmt/ranges.h>

#include <filesystem>

#include "core/base/fingerprint.h"
#include "core/io/reader.h"

namespace lineament::app::cli {

namespace {

constexpr ErrorText kUnknownInput{"cli.unknown_input", "Give {analysis} the input '{name}'",
                                  "it has no input of that name", "", "Its inputs are {names}"};

}  // namespace

void requireInput(const Declaration& declaration, std::string_view wanted) {
  if (declaration.findInput(wanted)) return;
  std::vector<std::string> names;
  for (const Input& input : declaration.inputs) names.push_back(input.id);
  throw Error::usage(kUnknownInput, {{"analysis", declaration.id},
                                     {"name", wanted},
                                     {"names", fmt::format("{}", fmt::join(names, ", "))}});
}

RunInputs readInputs(const Declaration& declaration, const NamedPaths& named_paths,
                     const ReadSettings& settings, const Context& context) {
  for (const auto& [name, path] : named_paths) requireInput(declaration, name);
  RunInputs inputs;
  const auto count = static_cast<double>(named_paths.size());
  for (std::size_t i = 0; i < named_paths.size(); ++i) {
    const auto& [name, given] = named_paths[i];
    const std::filesystem::path path = io::fileAt(given);
    const Context own = context.part(static_cast<double>(i) / count, (i + 1.0) / count);
    const io::Reader& reader = io::readerFor(path, declaration.findInput(name)->kinds);
    const io::ReaderSettings set = settings.of(name);
    const Parameters options = io::readerOptions(reader, set);
    const Data data = reader.read(path, options, own.part(0, 0.7));
    const std::string hash = sha256OfFile(path, own.part(0.7, 1));
    // The same file read otherwise has other rows.
    const std::string origin = "sha256:" + hash + (set.empty() ? "" : options.toJson().dump());
    inputs.data.add(name, data.origin().empty() ? data.withOrigin(origin) : data);
    inputs.records.push_back({name, path, hash, std::string(reader.id()), options.toJson()});
  }
  return inputs;
}

}  // namespace lineament::app::cli
