// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "core/nets/sequence_task.h"

namespace lineament::nets {

// The next byte of a text: pieces of it from random places, the class at each position being the
// byte that follows. The last tenth is held out: pieces of it are drawn where `held_out` is true,
// of the rest where it is not. Pieces have to fit into the part they are drawn from. Error
// "sequence.task.text" below 200 bytes.
std::unique_ptr<SequenceTask> textTask(std::string text, bool held_out);

}  // namespace lineament::nets
