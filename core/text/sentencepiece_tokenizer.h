// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/text/pipeline.h"
#include "core/text/sentencepiece_model.h"
#include "core/text/special_names.h"

namespace lineament::text {

// Of a SentencePiece .model (Kudo and Richardson 2018): its normaliser, then the likeliest pieces
// (unigram) or merges by score (BPE) over the whole text. Which starts and ends go around a text a
// tokenizer_config.json says (add_bos_token, add_eos_token); without one a start where the model
// has one, else an end, as T5 wants it. T5's 100 sentinels "<extra_id_0>" follow the pieces in
// falling order where the configuration names T5 or the model has no start.
std::unique_ptr<Tokenizer> makeSentencePieceTokenizer(std::string_view bytes,
                                                      const std::string& file,
                                                      const SpecialNames& names);

// The parts without a frame; `model`'s pieces are moved from.
PipelineParts sentencePieceParts(const std::string& file, SentencePieceModel model);

// Around a text and, one after the other, two.
void frameWith(std::optional<std::int32_t> beginning, std::optional<std::int32_t> ending,
               PipelineParts& parts);

}  // namespace lineament::text
