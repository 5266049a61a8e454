// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "core/io/named_tensors.h"
#include "core/io/reader.h"

namespace lineament::io {

// The tensors of one .safetensors file, each a part of the mapped file; its __metadata__ becomes
// the checkpoint's. Errors as parseSafetensorsHeader.
Checkpoint readSafetensors(const std::filesystem::path& path);

// What makes a network of the tensors, as members of __metadata__, for a file that stands alone:
// the configuration and the files of the tokenizer. readSafetensors takes them out again.
std::map<std::string, std::string> networkMetadata(const Checkpoint& checkpoint);

// The tensors of a sharded model, from its *.safetensors.index.json. Every tensor of the weight
// map has to be in the shard it names, and shards lie in the same folder. Throws Error
// "safetensors.index", or "safetensors.shards" listing those that are missing.
Checkpoint readSafetensorsIndex(const std::filesystem::path& path, const Context& context);

// Wider elements first, then by name, as other writers do, so that every tensor is aligned.
void writeSafetensors(const NamedTensors& tensors,
                      const std::map<std::string, std::string>& metadata,
                      const std::filesystem::path& path);

// Reads all of these; a file made by writeModel gives the Model.
std::unique_ptr<Reader> makeSafetensorsReader();

}  // namespace lineament::io
