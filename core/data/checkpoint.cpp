// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/checkpoint.h"

#include "core/base/error.h"

namespace lineament {

namespace {

constexpr ErrorText kNoTensor{"checkpoint.no_tensor", "Use the tensor '{name}'",
                              "the checkpoint holds {count} tensors, none of that name", "",
                              "List its tensors with 'lineament inspect'"};

bool floating(DType dtype) {
  return !(dtype == DType::boolean || (dtype >= DType::u8 && dtype <= DType::i64));
}

}  // namespace

Checkpoint::Checkpoint(std::vector<Entry> entries, Loader load, nlohmann::json metadata,
                       nlohmann::json structure)
    : entries_(std::make_shared<const std::vector<Entry>>(std::move(entries))),
      load_(std::make_shared<const Loader>(std::move(load))),
      metadata_(std::make_shared<const nlohmann::json>(std::move(metadata))),
      structure_(std::make_shared<const nlohmann::json>(std::move(structure))) {}

std::optional<std::size_t> Checkpoint::find(std::string_view name) const {
  for (std::size_t i = 0; i < entries_->size(); ++i) {
    if ((*entries_)[i].name == name) return i;
  }
  return std::nullopt;
}

Tensor Checkpoint::tensor(std::string_view name) const {
  if (const auto index = find(name)) return tensor(*index);
  throw Error(kNoTensor, {{"name", name}, {"count", entries_->size()}});
}

TokenizerFiles Checkpoint::tokenizer() const {
  return load_tokenizer_ ? (*load_tokenizer_)() : TokenizerFiles{};
}

Checkpoint Checkpoint::withConfiguration(nlohmann::json configuration) const {
  Checkpoint copy = *this;
  copy.configuration_ = std::make_shared<const nlohmann::json>(std::move(configuration));
  return copy;
}

Checkpoint Checkpoint::withTokenizer(TokenizerLoader load) const {
  Checkpoint copy = *this;
  copy.load_tokenizer_ = std::make_shared<const TokenizerLoader>(std::move(load));
  return copy;
}

std::uint64_t Checkpoint::parameterCount() const {
  std::uint64_t count = 0;
  for (const Entry& entry : *entries_) {
    if (!floating(entry.dtype)) continue;
    std::uint64_t elements = 1;
    for (const std::uint64_t dimension : entry.shape) elements *= dimension;
    count += elements;
  }
  return count;
}

}  // namespace lineament
