// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/tokenizer_files.h"

namespace lineament::text {

// A piece of a text: its id, and the bytes [begin, end) of the text that it stands for, empty for
// one that was added, such as a start. Pieces of one character (byte fallback, bytes of an emoji)
// have the bytes they stand for, so a span may cut a character.
struct Token {
  std::int32_t id = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Cuts texts into the pieces of a vocabulary as the model's own tokenizer does, id by id.
// Immutable; safe to call from several threads.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  virtual std::string_view kind() const = 0;  // "WordPiece", "byte-level BPE", ...
  virtual std::size_t size() const = 0;       // one more than the largest id

  // `special` adds what the model expects around a text: a start, [CLS] and [SEP]. Names of special
  // tokens written in the text become those tokens.
  virtual std::vector<Token> encode(std::string_view text, bool special = true) const = 0;
  // Two texts as one input, "[CLS] a [SEP] b [SEP]"; ends of the second one count from its own
  // start. Error "tokenizer.no_pairs" where the tokenizer knows none.
  virtual std::vector<Token> encodePair(std::string_view a, std::string_view b) const;
  // The text; ids of special tokens give none, bytes that are no UTF-8 become U+FFFD.
  virtual std::string decode(std::span<const std::int32_t> ids) const = 0;

  // As the vocabulary has it ("Ġthe", "▁the", "##ing"), and as people read it (" the", "\\n",
  // "<0xE2>"); empty for an id that has none.
  virtual std::string piece(std::int32_t id) const = 0;
  virtual std::string shown(std::int32_t id) const = 0;
  virtual std::optional<std::int32_t> find(std::string_view piece) const = 0;
  virtual bool special(std::int32_t id) const = 0;

  virtual std::optional<std::int32_t> beginning() const = 0;
  virtual std::optional<std::int32_t> ending() const = 0;
  virtual std::optional<std::int32_t> unknown() const = 0;
};

// Chooses by what the files are; throws Error "tokenizer.none" where there is none among them,
// "tokenizer.unsupported" naming a component this program does not know (guessing would give wrong
// ids in silence), "tokenizer.malformed" naming what is broken and where.
std::unique_ptr<Tokenizer> makeTokenizer(const TokenizerFiles& files);

}  // namespace lineament::text
