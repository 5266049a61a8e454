// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/io/reader.h"

namespace lineament::io {

// PyTorch's .pt, .pth, .bin and .ckpt as a Checkpoint: zip archives, TorchScript, and the legacy
// stream. Nothing in the file is ever executed.
std::unique_ptr<Reader> makeTorchReader();

}  // namespace lineament::io
