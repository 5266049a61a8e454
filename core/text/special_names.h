// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/text/pipeline.h"

namespace lineament::text {

// What a tokenizer_config.json says of starts, ends and added tokens.
class SpecialNames {
 public:
  // Empty text: there is none. One that is no JSON object is an Error "tokenizer.malformed".
  explicit SpecialNames(std::string_view config);

  std::string tokenizerClass() const;
  std::optional<bool> flag(const char* name) const;  // "add_bos_token", "do_lower_case", ...
  // "bos_token", "eos_token", ...: the piece, empty where it names none.
  std::string name(const char* field) const;
  // Of "added_tokens_decoder".
  std::vector<AddedToken> added() const;

  // Fills in beginning and ending where they are not known: by their names, else from the frame
  // around a text, else what published vocabularies call an end.
  void apply(PipelineParts& parts) const;

 private:
  nlohmann::json json_;
};

}  // namespace lineament::text
