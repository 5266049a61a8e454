// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/context.h"
#include "core/io/byte_cursor.h"
#include "core/io/pickle_value.h"

namespace lineament::io {

// What a pickle's names may stand for. A pickle is a program that asks for functions to be called;
// here nothing is ever called, and each request either has a meaning as data or is refused.
class PickleRules {
 public:
  virtual ~PickleRules() = default;

  // A name is pushed; throw to refuse it.
  virtual void checkName(const std::string& name) = 0;
  // name(*arguments). Gives `fresh`, filled in, or one of the arguments. Throw to refuse.
  virtual PickleValue* reduce(const PickleValue& name, const PickleValue& arguments,
                              PickleValue* fresh) = 0;
  // What a persistent id stands for, into `fresh`.
  virtual void persistent(const PickleValue& id, PickleValue& fresh) = 0;
};

// Interprets the opcodes that PyTorch's files use (Python's pickletools, protocols 2 to 5): plain
// values and containers, names, and the requests above. Throws Error "pickle.malformed" with the
// byte, for unknown opcodes, an empty stack, missing memo entries and unbalanced marks, and
// "pickle.too_large" for more values than any honest file has.
class PickleMachine {
 public:
  PickleMachine(PickleArena& arena, PickleRules& rules, const Context& context);

  // Runs from the cursor's position to the pickle's STOP, which leaves the cursor behind it.
  const PickleValue* run(ByteCursor& cursor);

 private:
  using Kind = PickleValue::Kind;

  bool step(ByteCursor& cursor, std::uint8_t opcode);
  bool pushScalar(ByteCursor& cursor, std::uint8_t opcode);
  bool pushText(ByteCursor& cursor, std::uint8_t opcode);
  bool useMemo(ByteCursor& cursor, std::uint8_t opcode);
  bool buildContainer(std::uint8_t opcode);
  bool fillContainer(std::uint8_t opcode);
  bool makeObject(ByteCursor& cursor, std::uint8_t opcode);

  PickleValue* fresh(Kind kind);
  void push(PickleValue* value) { stack_.push_back(value); }
  PickleValue* pop();
  PickleValue* top();
  std::vector<PickleValue*> popToMark();
  void pushTuple(std::size_t count);
  void store(std::uint64_t index);
  void recall(std::uint64_t index);
  std::string_view line(ByteCursor& cursor) const;
  void pushName(std::string module, std::string_view name);
  void countItems(std::size_t more);
  void build(PickleValue& object, const PickleValue& state);
  void setItems(PickleValue& container, const std::vector<PickleValue*>& items, Kind kind);
  [[noreturn]] void malformed(std::string_view problem) const;

  PickleArena& arena_;
  PickleRules& rules_;
  const Context& context_;
  ByteCursor* cursor_ = nullptr;
  std::vector<PickleValue*> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint64_t, PickleValue*> memo_;
  std::uint64_t items_ = 0;  // put into containers
  std::uint64_t names_ = 0;
};

}  // namespace lineament::io
