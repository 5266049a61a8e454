// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/text/added_tokens.h"
#include "core/text/aligned_text.h"
#include "core/text/vocabulary.h"
#include "core/text/word_model.h"

namespace lineament::text {

// What every tokenizer is made of, in the order of work: texts are normalised, cut into words, and
// words into pieces; a frame puts starts and ends around them.

using Normalizer = std::function<AlignedText(AlignedText)>;

// A text and its words, whose letters the cutting may have changed.
struct Words {
  AlignedText text;
  std::vector<Range> ranges;
};
using Cutter = std::function<Words(Words)>;

// Works on the pieces of ids on their way back to a text.
using DecodeStep = std::function<std::vector<std::string>(std::vector<std::string>)>;

struct FrameItem {
  enum class What { first, second, token };
  What what = What::first;
  std::int32_t id = 0;  // of a token
};
using Frame = std::vector<FrameItem>;

struct PipelineParts {
  std::string kind;
  std::shared_ptr<const Vocabulary> vocabulary;
  // Whether bytes that are no UTF-8 come to the model as they are; else they are U+FFFD.
  bool raw_bytes = false;
  std::vector<AddedToken> added;
  std::vector<Normalizer> normalizers;
  std::vector<Cutter> cutters;
  std::unique_ptr<WordModel> model;
  Frame frame{{}};  // around one text
  Frame pair;       // around two; empty where the tokenizer knows no pairs
  std::vector<DecodeStep> decode;
  // The bytes that a piece stands for within a text.
  std::function<std::string(std::string_view piece)> surface;
  std::optional<std::int32_t> beginning, ending, unknown;
};

// The bytes of pieces in which U+2581 is a space and "<0xNN>" a byte.
std::string surfaceOfMarks(std::string_view piece);

std::unique_ptr<Tokenizer> makePipeline(PipelineParts parts);

}  // namespace lineament::text
