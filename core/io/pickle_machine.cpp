// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/pickle_machine.h"

#include <algorithm>
#include <bit>

#include "core/base/error.h"

namespace lineament::io {

namespace {

constexpr ErrorText kMalformed{"pickle.malformed", "Read {file}",
                               "its pickle is malformed: {problem}", "byte {offset} of the pickle",
                               "Download the file again; if it stays, ask for it as safetensors"};
constexpr ErrorText kTooLarge{"pickle.too_large", "Read {file}",
                              "its pickle builds more values than any checkpoint has", "",
                              "It was made to fill the memory: do not use it"};

// Values and items of containers, each of about 100 and 8 bytes.
constexpr std::uint64_t kMostValues = 8'000'000;
constexpr std::uint64_t kMostItems = 100'000'000;
constexpr std::uint64_t kOpcodesBetweenChecks = 1 << 16;
constexpr std::uint64_t kMostNames = 200'000;
constexpr std::size_t kLongestName = 512;

enum Opcode : std::uint8_t {
  kProto = 0x80,
  kStop = '.',
  kFrame = 0x95,
  kNone = 'N',
  kTrue = 0x88,
  kFalse = 0x89,
  kInt1 = 'K',
  kInt2 = 'M',
  kInt4 = 'J',
  kLong1 = 0x8a,
  kFloat = 'G',
  kUnicode = 'X',
  kShortUnicode = 0x8c,
  kUnicode8 = 0x8d,
  kShortString = 'U',
  kShortBytes = 'C',
  kBytes = 'B',
  kPut = 'q',
  kLongPut = 'r',
  kMemoize = 0x94,
  kGet = 'h',
  kLongGet = 'j',
  kMark = '(',
  kEmptyDict = '}',
  kEmptyList = ']',
  kEmptyTuple = ')',
  kEmptySet = 0x8f,
  kTuple = 't',
  kTuple1 = 0x85,
  kTuple2 = 0x86,
  kTuple3 = 0x87,
  kSetItem = 's',
  kSetItems = 'u',
  kAppend = 'a',
  kAppends = 'e',
  kAddItems = 0x90,
  kGlobal = 'c',
  kStackGlobal = 0x93,
  kReduce = 'R',
  kNewObject = 0x81,
  kBuild = 'b',
  kPersistent = 'Q',
  kPop = '0',
  kPopMark = '1',
  kDuplicate = '2'
};

}  // namespace

PickleMachine::PickleMachine(PickleArena& arena, PickleRules& rules, const Context& context)
    : arena_(arena), rules_(rules), context_(context) {}

const PickleValue* PickleMachine::run(ByteCursor& cursor) {
  cursor_ = &cursor;
  stack_.clear();
  marks_.clear();
  memo_.clear();
  for (std::uint64_t count = 0;; ++count) {
    if (count % kOpcodesBetweenChecks == 0) context_.checkpoint(0, "Reading the pickle");
    const auto opcode = cursor.number<std::uint8_t>();
    if (opcode == kStop) break;
    if (!step(cursor, opcode)) malformed(fmt::format("the opcode 0x{:02x} is not known", opcode));
  }
  const PickleValue* result = pop();
  if (!stack_.empty() || !marks_.empty()) malformed("values are left over at its end");
  return result;
}

bool PickleMachine::step(ByteCursor& cursor, std::uint8_t opcode) {
  return pushScalar(cursor, opcode) || useMemo(cursor, opcode) || pushText(cursor, opcode) ||
         buildContainer(opcode) || fillContainer(opcode) || makeObject(cursor, opcode);
}

PickleValue* PickleMachine::fresh(Kind kind) {
  if (arena_.size() >= kMostValues) throw Error(kTooLarge, {{"file", cursor_->file()}});
  PickleValue& value = arena_.emplace_back();
  value.kind = kind;
  return &value;
}

PickleValue* PickleMachine::top() {
  const std::size_t floor = marks_.empty() ? 0 : marks_.back();
  if (stack_.size() <= floor) malformed("a value is missing");
  return stack_.back();
}

PickleValue* PickleMachine::pop() {
  PickleValue* value = top();
  stack_.pop_back();
  return value;
}

std::vector<PickleValue*> PickleMachine::popToMark() {
  if (marks_.empty()) malformed("a mark is missing");
  std::vector<PickleValue*> values(stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back()),
                                   stack_.end());
  stack_.resize(marks_.back());
  marks_.pop_back();
  countItems(values.size());
  return values;
}

void PickleMachine::countItems(std::size_t more) {
  items_ += more;
  if (items_ > kMostItems) throw Error(kTooLarge, {{"file", cursor_->file()}});
}

std::string_view PickleMachine::line(ByteCursor& cursor) const {
  ByteCursor ahead = cursor;
  std::size_t length = 0;
  for (; ahead.number<char>() != '\n'; ++length) {
    if (length == kLongestName) malformed("a name is too long");
  }
  const std::string_view text = cursor.text(length);
  cursor.take(1);
  return text;
}

bool PickleMachine::pushScalar(ByteCursor& cursor, std::uint8_t opcode) {
  const auto integer = [&](std::int64_t value) {
    PickleValue* made = fresh(Kind::integer);
    made->integer = value;
    push(made);
    return true;
  };
  switch (opcode) {
    case kProto:
      if (cursor.number<std::uint8_t>() > 5) malformed("its protocol is newer than 5");
      return true;
    case kFrame:
      cursor.take(8);
      return true;
    case kNone:
      push(fresh(Kind::none));
      return true;
    case kTrue:
    case kFalse:
      push(fresh(Kind::boolean));
      stack_.back()->integer = opcode == kTrue ? 1 : 0;
      return true;
    case kInt1:
      return integer(cursor.number<std::uint8_t>());
    case kInt2:
      return integer(cursor.number<std::uint16_t>());
    case kInt4:
      return integer(cursor.number<std::int32_t>());
    case kLong1: {
      const std::string_view bytes = cursor.text(cursor.number<std::uint8_t>());
      if (bytes.size() <= 8) {
        std::uint64_t value = !bytes.empty() && (bytes.back() & 0x80) ? ~std::uint64_t{0} : 0;
        std::memcpy(&value, bytes.data(), bytes.size());
        return integer(static_cast<std::int64_t>(value));
      }
      push(fresh(Kind::large));
      stack_.back()->text = std::string(bytes);
      return true;
    }
    case kFloat:
      push(fresh(Kind::real));
      stack_.back()->real =
          std::bit_cast<double>(__builtin_bswap64(cursor.number<std::uint64_t>()));
      return true;
    default:
      return false;
  }
}

bool PickleMachine::pushText(ByteCursor& cursor, std::uint8_t opcode) {
  std::uint64_t length = 0;
  switch (opcode) {
    case kShortUnicode:
    case kShortString:
    case kShortBytes:
      length = cursor.number<std::uint8_t>();
      break;
    case kUnicode:
    case kBytes:
      length = cursor.number<std::uint32_t>();
      break;
    case kUnicode8:
      length = cursor.number<std::uint64_t>();
      break;
    default:
      return false;
  }
  const std::string_view letters = cursor.text(length);
  const bool bytes = opcode == kShortBytes || opcode == kBytes;
  push(fresh(bytes ? Kind::bytes : Kind::text));  // Python 2's byte strings served as text
  stack_.back()->text = std::string(letters);
  return true;
}

void PickleMachine::store(std::uint64_t index) {
  memo_[index] = top();
}

void PickleMachine::recall(std::uint64_t index) {
  const auto found = memo_.find(index);
  if (found == memo_.end()) malformed(fmt::format("the memo has no entry {}", index));
  push(found->second);
}

bool PickleMachine::useMemo(ByteCursor& cursor, std::uint8_t opcode) {
  switch (opcode) {
    case kPut:
      store(cursor.number<std::uint8_t>());
      return true;
    case kLongPut:
      store(cursor.number<std::uint32_t>());
      return true;
    case kMemoize:
      store(memo_.size());
      return true;
    case kGet:
      recall(cursor.number<std::uint8_t>());
      return true;
    case kLongGet:
      recall(cursor.number<std::uint32_t>());
      return true;
    case kPop:
      if (!marks_.empty() && marks_.back() == stack_.size()) {
        marks_.pop_back();
      } else {
        pop();
      }
      return true;
    case kPopMark:
      popToMark();
      return true;
    case kDuplicate:
      push(top());
      return true;
    default:
      return false;
  }
}

void PickleMachine::pushTuple(std::size_t count) {
  std::vector<PickleValue*> items(count);
  for (std::size_t i = count; i-- > 0;) items[i] = pop();
  push(fresh(Kind::tuple));
  stack_.back()->items = std::move(items);
}

bool PickleMachine::buildContainer(std::uint8_t opcode) {
  switch (opcode) {
    case kMark:
      marks_.push_back(stack_.size());
      return true;
    case kEmptyDict:
      push(fresh(Kind::dictionary));
      return true;
    case kEmptyList:
      push(fresh(Kind::list));
      return true;
    case kEmptyTuple:
      push(fresh(Kind::tuple));
      return true;
    case kEmptySet:
      push(fresh(Kind::set));
      return true;
    case kTuple1:
      pushTuple(1);
      return true;
    case kTuple2:
      pushTuple(2);
      return true;
    case kTuple3:
      pushTuple(3);
      return true;
    case kTuple: {
      std::vector<PickleValue*> items = popToMark();
      push(fresh(Kind::tuple));
      stack_.back()->items = std::move(items);
      return true;
    }
    default:
      return false;
  }
}

void PickleMachine::setItems(PickleValue& container, const std::vector<PickleValue*>& items,
                             Kind kind) {
  if (!container.is(kind)) malformed("items are put into something else than a container");
  if (kind == Kind::dictionary && items.size() % 2 != 0) malformed("a key has no value");
  container.items.insert(container.items.end(), items.begin(), items.end());
}

bool PickleMachine::fillContainer(std::uint8_t opcode) {
  std::vector<PickleValue*> items;
  switch (opcode) {
    case kSetItem: {
      PickleValue* value = pop();
      PickleValue* key = pop();
      setItems(*top(), {key, value}, Kind::dictionary);
      return true;
    }
    case kAppend: {
      PickleValue* value = pop();
      setItems(*top(), {value}, Kind::list);
      return true;
    }
    case kSetItems:
      items = popToMark();
      setItems(*top(), items, Kind::dictionary);
      return true;
    case kAppends:
      items = popToMark();
      setItems(*top(), items, Kind::list);
      return true;
    case kAddItems:
      items = popToMark();
      setItems(*top(), items, Kind::set);
      return true;
    default:
      return false;
  }
}

void PickleMachine::pushName(std::string module, std::string_view name) {
  if (module.size() > kLongestName || name.size() > kLongestName || ++names_ > kMostNames) {
    malformed("it has too many names or too long ones");
  }
  if (module == "__builtin__") module = "builtins";
  if (module == "copy_reg") module = "copyreg";
  PickleValue* made = fresh(Kind::name);
  made->text = module + "." + std::string(name);
  rules_.checkName(made->text);
  push(made);
}

// State that is put onto an object: attributes of a record; elsewhere (hooks, a parameter's
// requires_grad) it says nothing about the numbers.
void PickleMachine::build(PickleValue& object, const PickleValue& state) {
  if (!object.is(Kind::record)) return;
  if (!state.is(Kind::dictionary)) return;
  countItems(state.items.size());
  object.items.insert(object.items.end(), state.items.begin(), state.items.end());
}

bool PickleMachine::makeObject(ByteCursor& cursor, std::uint8_t opcode) {
  switch (opcode) {
    case kGlobal: {
      std::string module(line(cursor));
      pushName(std::move(module), line(cursor));
      return true;
    }
    case kStackGlobal: {
      const PickleValue* name = pop();
      const PickleValue* module = pop();
      if (!name->is(Kind::text) || !module->is(Kind::text)) malformed("a name is not text");
      pushName(module->text, name->text);
      return true;
    }
    case kReduce:
    case kNewObject: {
      const PickleValue* arguments = pop();
      const PickleValue* name = pop();
      if (!name->is(Kind::name) || !arguments->is(Kind::tuple)) {
        malformed("it asks to call something that is not a name");
      }
      PickleValue* result = rules_.reduce(*name, *arguments, fresh(Kind::none));
      countItems(result->items.size());
      push(result);
      return true;
    }
    case kBuild: {
      const PickleValue* state = pop();
      build(*top(), *state);
      return true;
    }
    case kPersistent: {
      const PickleValue* id = pop();
      PickleValue* result = fresh(Kind::none);
      rules_.persistent(*id, *result);
      push(result);
      return true;
    }
    default:
      return false;
  }
}

void PickleMachine::malformed(std::string_view problem) const {
  throw Error(kMalformed,
              {{"file", cursor_->file()}, {"problem", problem}, {"offset", cursor_->position()}});
}

}  // namespace lineament::io
