// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/text_reader.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/io/csv_reader.h"
#include "core/io/utf8.h"

namespace lineament::io {

namespace {

constexpr ErrorText kEncoding{"text.encoding", "Read the text {file}", "it is not UTF-8",
                              "byte {byte}", "Save it as UTF-8"};
constexpr ErrorText kSize{"text.size", "Read the text {file}",
                          "it has {bytes} bytes, {most} are the most", "", "Give a part of it"};

constexpr std::uint64_t kMostBytes = std::uint64_t{256} << 20;
constexpr std::string_view kMark = "\xEF\xBB\xBF";
constexpr std::size_t kLongestLetter = 4;

// Control characters that texts have: tabulators, ends of lines and pages, escapes.
bool isPlain(char letter) {
  const auto code = static_cast<unsigned char>(letter);
  return code >= 0x20 || (code >= '\t' && code <= '\r') || code == 0x1B;
}

bool isMarkdown(const Probe& probe) {
  return probe.hasExtension(".md") || probe.hasExtension(".markdown");
}

class TextReader final : public Reader {
 public:
  std::string_view id() const override { return "text"; }
  std::string_view title() const override { return "Text"; }
  std::optional<Kind> kind() const override { return Kind::note; }
  std::vector<std::string> extensions() const override { return {".txt", ".md", ".markdown"}; }

  Confidence probe(const Probe& probe) const override {
    if (!isText(probe)) return Confidence::no;
    if (isMarkdown(probe)) return Confidence::likely;
    if (!probe.hasExtension(".txt")) return Confidence::perhaps;
    return isTabularText(probe) ? Confidence::perhaps : Confidence::likely;
  }

  Data read(const std::filesystem::path& path, const Parameters&, const Context&) const override {
    const InputFile file(path);
    const std::string name = path.filename().string();
    if (file.size() > kMostBytes) {
      throw Error(kSize, {{"file", name}, {"bytes", file.size()}, {"most", kMostBytes}});
    }
    std::string text = file.readAll();
    const std::size_t valid = validUtf8Prefix(text);
    if (valid != text.size()) throw Error(kEncoding, {{"file", name}, {"byte", valid}});
    if (text.starts_with(kMark)) text.erase(0, kMark.size());
    const bool formatted = isMarkdown({.path = path});
    return Data(Note{formatted ? "" : name, std::move(text), !formatted});
  }
};

}  // namespace

bool isText(const Probe& probe) {
  const std::string_view head = probe.text();
  if (head.empty() || !std::all_of(head.begin(), head.end(), isPlain)) return false;
  const std::size_t valid = validUtf8Prefix(head);
  return valid == head.size() || (head.size() < probe.size && valid + kLongestLetter > head.size());
}

std::unique_ptr<Reader> makeTextReader() {
  return std::make_unique<TextReader>();
}

}  // namespace lineament::io
