// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string_view>

#include "core/text/special_names.h"
#include "core/text/tokenizer.h"

namespace lineament::text {

// Of BERT's vocab.txt, a piece a line (Devlin, Chang, Lee and Toutanova 2019): normalised, cut at
// white space and punctuation, words into the longest pieces, "[CLS] a [SEP]" and
// "[CLS] a [SEP] b [SEP]". Whether letters become lower case a tokenizer_config.json says
// (do_lower_case); without one they do where no piece has a capital letter.
std::unique_ptr<Tokenizer> makeBertTokenizer(std::string_view vocabulary,
                                             const SpecialNames& names);

// The same of a vocabulary that is read already. `file` is named in errors.
PipelineParts bertParts(std::string_view file, std::vector<Piece> pieces,
                        const SpecialNames& names);

}  // namespace lineament::text
