// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/analysis/parameters.h"
#include "core/base/context.h"
#include "core/base/json.h"
#include "core/data/data.h"

namespace lineament::io {

// What a reader looks at to say whether a file is its own: the first bytes and the name.
struct Probe {
  std::span<const std::byte> head;  // up to 64 KiB from the start
  std::uint64_t size = 0;           // of the whole file
  std::filesystem::path path;

  bool startsWith(std::string_view magic) const;
  std::string_view text() const;                        // `head` as letters
  bool hasExtension(std::string_view extension) const;  // ".csv", any case
};

// How sure a reader is. The highest wins; ties go to the reader that is listed first.
enum class Confidence { no = 0, perhaps = 1, likely = 2, certain = 3 };

// Reads one format. Stateless. Everything a file says about its own size is checked against the
// file's length before anything is allocated; a bad file gives one Error and nothing half-read.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual std::string_view id() const = 0;     // "csv", as `inspect` prints under "format"
  virtual std::string_view title() const = 0;  // "CSV table"
  virtual std::vector<std::string> extensions() const = 0;  // for file dialogs: ".csv", ".tsv"
  virtual Confidence probe(const Probe& probe) const = 0;
  // The kind of what it reads; none where that depends on the file.
  virtual std::optional<Kind> kind() const { return std::nullopt; }

  // Options people can override, as parameters of a declaration without inputs, so that the window
  // makes a form and the command line a help text of them.
  virtual const Declaration& options() const;

  virtual Data read(const std::filesystem::path& path, const Parameters& options,
                    const Context& context) const = 0;
};

// KEY, VALUE as people type them, one each for an option of a reader.
using ReaderSettings = std::vector<std::pair<std::string, std::string>>;

// The reader's options with these set and the others at their defaults. Throws Error (usage)
// "reader.unknown_option" with the names there are, and for a value what Parameters::fromText does.
Parameters readerOptions(const Reader& reader, const ReaderSettings& settings);

// Whether the text, an error's remedy say, names one of the reader's options as KEY=.
bool namesOption(const Reader& reader, std::string_view text);

// The readers of the program, most specific first.
const std::vector<std::unique_ptr<Reader>>& readers();

// The reader for a file, by its content; where some kinds are wanted and several readers could take
// the file (a text of lines with commas is a table, too), one that may give such a kind. Throws
// Error for what cannot be opened at all (missing, a folder, empty), for a Git-LFS pointer, a saved
// web page, and for a file no reader knows.
const Reader& readerFor(const std::filesystem::path& path, std::span<const Kind> wanted = {});

// The file that opening `path` opens: itself, or of a folder its model (core/io/model_folder.h).
std::filesystem::path fileAt(const std::filesystem::path& path);

// Null when there is none of that id.
const Reader* findReader(std::string_view id);

// Chooses the reader and reads with its options left as they are.
Data readFile(const std::filesystem::path& path, const Context& context = {});

}  // namespace lineament::io
