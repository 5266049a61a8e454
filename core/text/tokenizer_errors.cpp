// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/tokenizer_errors.h"

#include "core/base/error.h"

namespace lineament::text {

namespace {

constexpr ErrorText kUnsupported{"tokenizer.unsupported", "Make a tokenizer of {file}",
                                 "it asks for {component}, which this program does not know", "",
                                 "Give token ids, made by the tokenizer that it comes from"};
constexpr ErrorText kMalformed{"tokenizer.malformed", "Make a tokenizer of {file}", "{problem}",
                               "{where}", "Download the file again"};

}  // namespace

void throwUnsupported(std::string_view file, std::string_view component) {
  throw Error(kUnsupported, {{"file", file}, {"component", component}});
}

void throwMalformed(std::string_view file, std::string_view problem, std::string_view where) {
  throw Error(kMalformed, {{"file", file}, {"problem", problem}, {"where", where}});
}

}  // namespace lineament::text
