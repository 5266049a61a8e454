// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

namespace lineament::io {

// What names stand for within a graph. Those that it lacks are looked for in the graph around it.
struct OnnxScope {
  const OnnxScope* around = nullptr;
  std::string prefix;  // of the names that its tensors get
  // Of its own tensors the names that they got, of what its nodes compute and of its inputs "".
  std::unordered_map<std::string, std::string> names;
};

// Gives each tensor of a model a name of its own and finds the tensors that nodes read. Takes
// time in proportion to the names, and memory that is bounded: throws Error "onnx.names" for a name
// longer than 4096 bytes and where prefixes and numbers add up to more than 64 MiB.
class OnnxNames {
 public:
  explicit OnnxNames(std::string file) : file_(std::move(file)) {}

  // PREFIXname, or PREFIXname#2 and so on where that is taken. Nodes of the scope find it by its
  // name, which may be empty: then it is called "tensor", and no node reads it.
  std::string addTensor(OnnxScope& scope, const std::string& name);

  // A value that the scope has and that is no tensor of the file, unless one has its name already.
  static void addValue(OnnxScope& scope, const std::string& name) { scope.names[name]; }

  // What a node of the scope means by a name: the name that a tensor got. A value's name stays,
  // but has the scope's prefix where it is that of a tensor which is not meant.
  std::string meant(const OnnxScope& scope, const std::string& name);

  // The prefix of the graph `part` of a node: "PREFIXnode.part.".
  std::string innerPrefix(const OnnxScope& scope, const std::string& node,
                          const std::string& part) const;

 private:
  std::string unique(const std::string& wanted);
  void checkLength(std::size_t bytes) const;
  void spend(std::size_t bytes);

  std::string file_;
  std::unordered_map<std::string, std::uint64_t> next_;  // number of the next tensor of a name
  std::size_t spent_ = 0;                                // bytes of prefixes and numbers
};

}  // namespace lineament::io
