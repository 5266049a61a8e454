// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/tokenizer_reader.h"

#include "core/io/llama2c_vocabulary.h"
#include "core/io/tokenizer_file.h"

namespace lineament::io {

namespace {

bool isJson(const Probe& probe) {
  const std::string_view text = probe.text();
  const auto has = [&](std::string_view key) { return text.find(key) != std::string_view::npos; };
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '{' && has("\"added_tokens\"") &&
         (has("\"normalizer\"") || has("\"pre_tokenizer\"") || has("\"model\""));
}

// A message whose first field is a piece, whose first field is its text.
bool isSentencePiece(const Probe& probe) {
  const std::string_view text = probe.text();
  return probe.hasExtension(".model") && text.size() > 3 && text[0] == '\n' && text[2] == '\n' &&
         static_cast<unsigned char>(text[3]) + 2U <= static_cast<unsigned char>(text[1]);
}

bool isWordPieceList(const Probe& probe) {
  const std::string_view text = probe.text();
  const auto has = [&](std::string_view line) { return text.find(line) != std::string_view::npos; };
  return probe.hasExtension(".txt") && has("[UNK]") && has("\n[CLS]") && has("\n[SEP]");
}

// The name under which core/text/tokenizer.h knows the file; empty for none.
std::string nameOf(const Probe& probe) {
  const std::string name = lowerCaseName(probe.path);
  if (name == "vocab.json" || name == "merges.txt") return name;
  if (isSentencePiece(probe)) return name == "spiece.model" ? name : "tokenizer.model";
  if (probe.hasExtension(".json") && isJson(probe)) return "tokenizer.json";
  if (name == "vocab.txt" || isWordPieceList(probe)) return "vocab.txt";
  if (probe.hasExtension(".bin") && beginsLlama2cVocabulary(probe.text())) return "tokenizer.bin";
  return {};
}

class TokenizerReader final : public Reader {
 public:
  std::string_view id() const override { return "tokenizer"; }
  std::string_view title() const override { return "Tokenizer"; }
  std::vector<std::string> extensions() const override { return {".json", ".model", ".txt"}; }

  Confidence probe(const Probe& probe) const override {
    return nameOf(probe).empty() ? Confidence::no : Confidence::certain;
  }

  Data read(const std::filesystem::path& path, const Parameters&, const Context&) const override {
    TokenizerFiles files;
    const std::string content = tokenizerContent(path);
    std::string name = nameOf({std::as_bytes(std::span(content)), content.size(), path});
    if (name.empty()) name = lowerCaseName(path);
    TokenizerFiles beside = tokenizerBeside(path);
    const bool pair = name == "vocab.json" || name == "merges.txt";
    for (const char* wanted : {"tokenizer_config.json", "vocab.json", "merges.txt"}) {
      const auto found = beside.files.find(wanted);
      const bool belongs = pair || std::string_view(wanted) == "tokenizer_config.json";
      if (belongs && found != beside.files.end()) files.files.insert(*found);
    }
    files.files.insert_or_assign(name, content);
    const Checkpoint empty({}, [](std::size_t) { return Tensor(); }, {{"format", "tokenizer"}});
    return Data(empty.withTokenizer([files] { return files; }));
  }
};

}  // namespace

std::unique_ptr<Reader> makeTokenizerReader() {
  return std::make_unique<TokenizerReader>();
}

}  // namespace lineament::io
