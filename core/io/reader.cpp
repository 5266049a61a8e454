// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/reader.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "core/base/file.h"
#include "core/io/model_folder.h"

namespace lineament::io {

namespace {

constexpr ErrorText kEmpty{"file.empty", "Read {file}", "the file is empty", "{path}",
                           "Copy or export it again"};
constexpr ErrorText kLfsPointer{"file.lfs_pointer", "Read {file}",
                                "this is a Git-LFS pointer, not the file itself ({size_line})",
                                "{path}", "Fetch the real file with 'git lfs pull'"};
constexpr ErrorText kWebPage{"file.web_page", "Read {file}",
                             "this is a web page, saved instead of the file", "{path}",
                             "Download the file itself; a log-in page may have come in its place"};
constexpr ErrorText kUnknown{"file.unknown", "Read {file}", "no reader knows this kind of file",
                             "{path}",
                             "Convert it to CSV, XLSX, NPY, NPZ, safetensors, .pt, GGUF, .pcd, "
                             "GeoTIFF or GeoPackage"};

constexpr ErrorText kUnknownOption{"reader.unknown_option", "Read with '{name}' ({reader})",
                                   "this kind of file has no option of that name", "",
                                   "{suggestion}"};

constexpr std::size_t kHead = 64 << 10;

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::string lineStarting(std::string_view text, std::string_view start) {
  const std::size_t at = text.find(start);
  if (at == text.npos) return std::string(start);
  return std::string(text.substr(at, text.find('\n', at) - at));
}

void refuseStandIns(const Probe& probe) {
  const std::string file = probe.path.filename().string();
  if (probe.size == 0) throw Error(kEmpty, {{"file", file}, {"path", probe.path.string()}});
  if (probe.startsWith("version https://git-lfs.github.com/spec/")) {
    throw Error(kLfsPointer, {{"file", file},
                              {"path", probe.path.string()},
                              {"size_line", lineStarting(probe.text(), "size ")}});
  }
  const std::string start = lower(std::string(probe.text().substr(0, 64)));
  for (const char* page : {"<!doctype html", "<html", "{\"error\""}) {
    if (start.rfind(page, 0) == 0) {
      throw Error(kWebPage, {{"file", file}, {"path", probe.path.string()}});
    }
  }
}

}  // namespace

bool Probe::startsWith(std::string_view magic) const {
  return text().substr(0, magic.size()) == magic;
}

std::string_view Probe::text() const {
  return {reinterpret_cast<const char*>(head.data()), head.size()};
}

bool Probe::hasExtension(std::string_view extension) const {
  const std::string name = lower(path.filename().string());
  return name.size() > extension.size() &&
         std::string_view(name).substr(name.size() - extension.size()) == extension;
}

const Declaration& Reader::options() const {
  static const Declaration none;
  return none;
}

Parameters readerOptions(const Reader& reader, const ReaderSettings& settings) {
  const Declaration& declaration = reader.options();
  for (const auto& [key, value] : settings) {
    if (declaration.findParameter(key)) continue;
    std::vector<std::string> names;
    for (const Parameter& parameter : declaration.parameters) names.push_back(parameter.id);
    throw Error::usage(
        kUnknownOption,
        {{"name", key},
         {"reader", reader.title()},
         {"suggestion", names.empty()
                            ? std::string("It has no options: leave this one out")
                            : fmt::format("Its options are {}", fmt::join(names, ", "))}});
  }
  return Parameters::fromText(declaration, settings);
}

bool namesOption(const Reader& reader, std::string_view text) {
  return std::ranges::any_of(reader.options().parameters, [text](const Parameter& parameter) {
    return text.find(parameter.id + "=") != text.npos;
  });
}

const Reader& readerFor(const std::filesystem::path& path, std::span<const Kind> wanted) {
  const InputFile file(path);
  std::vector<std::byte> head(std::min<std::uint64_t>(kHead, file.size()));
  file.readExactly(0, head);
  const Probe probe{head, file.size(), path};
  refuseStandIns(probe);
  const auto gives = [wanted](const Reader& reader) {
    const std::optional<Kind> kind = reader.kind();
    return wanted.empty() || !kind || std::ranges::find(wanted, *kind) != wanted.end();
  };
  // What gives a wanted kind goes before what does not, however sure that is.
  std::pair<bool, Confidence> highest{false, Confidence::no};
  const Reader* best = nullptr;
  for (const auto& reader : readers()) {
    const Confidence own = reader->probe(probe);
    if (own == Confidence::no) continue;
    const std::pair<bool, Confidence> rank{gives(*reader), own};
    if (!best || rank > highest) {
      highest = rank;
      best = reader.get();
    }
  }
  if (!best) {
    throw Error(kUnknown, {{"file", path.filename().string()}, {"path", path.string()}});
  }
  return *best;
}

std::filesystem::path fileAt(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error) ? weightsIn(path) : path;
}

const Reader* findReader(std::string_view id) {
  for (const auto& reader : readers()) {
    if (reader->id() == id) return reader.get();
  }
  return nullptr;
}

Data readFile(const std::filesystem::path& given, const Context& context) {
  const std::filesystem::path path = fileAt(given);
  const Reader& reader = readerFor(path);
  return reader.read(path, Parameters::fromText(reader.options(), {}), context);
}

}  // namespace lineament::io
