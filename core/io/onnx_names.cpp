// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/onnx_names.h"

#include <fmt/format.h>

#include "core/base/error.h"

namespace lineament::io {

namespace {

constexpr ErrorText kNames{"onnx.names", "Read {file} as ONNX", "{problem}", "",
                           "The file is damaged, or was made to deceive: export it again"};

constexpr std::size_t kLongest = 4096;                     // bytes of a name
constexpr std::size_t kMostSpent = std::size_t{64} << 20;  // bytes

}  // namespace

std::string OnnxNames::addTensor(OnnxScope& scope, const std::string& name) {
  const std::string& stem = name.empty() ? "tensor" : name;
  checkLength(scope.prefix.size() + stem.size());
  std::string own = unique(scope.prefix + stem);
  spend(own.size() - stem.size());
  // The first of several of one name is the one that is read.
  if (!name.empty()) {
    std::string& known = scope.names[name];
    if (known.empty()) known = own;
  }
  return own;
}

std::string OnnxNames::meant(const OnnxScope& scope, const std::string& name) {
  if (name.empty()) return name;  // an optional input that is not given
  std::string meant = name;
  const OnnxScope* at = &scope;
  auto found = at->names.find(name);
  while (found == at->names.end() && at->around) {
    at = at->around;
    found = at->names.find(name);
  }
  if (found != at->names.end() && !found->second.empty()) {
    meant = found->second;
  } else if (next_.contains(name)) {
    meant = at->prefix + name;
  }
  if (meant.size() > name.size()) spend(meant.size() - name.size());
  return meant;
}

std::string OnnxNames::innerPrefix(const OnnxScope& scope, const std::string& node,
                                   const std::string& part) const {
  checkLength(scope.prefix.size() + node.size() + part.size() + 2);
  return fmt::format("{}{}.{}.", scope.prefix, node, part);
}

// Each number of a name is tried once, whether others have taken it or not.
std::string OnnxNames::unique(const std::string& wanted) {
  const auto [at, fresh] = next_.try_emplace(wanted, 2);
  if (fresh) return wanted;
  std::uint64_t& next = at->second;  // stays valid as the map grows
  for (;;) {
    std::string name = fmt::format("{}#{}", wanted, next++);
    if (next_.try_emplace(name, 2).second) return name;
  }
}

void OnnxNames::checkLength(std::size_t bytes) const {
  if (bytes > kLongest) {
    throw Error(kNames, {{"file", file_},
                         {"problem",
                          "the name of a tensor, or of the nodes around "
                          "it, has more than 4096 bytes"}});
  }
}

void OnnxNames::spend(std::size_t bytes) {
  spent_ += bytes;
  if (spent_ > kMostSpent) {
    throw Error(kNames, {{"file", file_},
                         {"problem", "the names of its nested graphs take more than 64 MiB"}});
  }
}

}  // namespace lineament::io
