// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace lineament::io {

// What a pickle can build here: plain values, names of Python things (inert: a name is never looked
// up), and what PickleRules make of the few names they know.
struct PickleValue {
  enum class Kind {
    none,
    boolean,
    integer,
    large,  // an integer of more than 64 bits, its little-endian bytes in `text`
    real,
    text,
    bytes,
    tuple,
    list,
    dictionary,  // `items` holds keys and values by turns
    set,
    name,     // `text` is "module.name"
    record,   // an object of the class `of`: its attributes in `items`, as in a dictionary
    storage,  // `integer` is its number in the rules' list
    tensor,   // `integer` is its number in the rules' list
  };
  Kind kind = Kind::none;
  std::int64_t integer = 0;  // also of a boolean
  double real = 0;
  std::string text;
  std::vector<PickleValue*> items;
  const PickleValue* of = nullptr;

  bool is(Kind wanted) const { return kind == wanted; }
  // The value of a text key of a dictionary or record; the last one if there are several.
  const PickleValue* find(std::string_view key) const {
    const PickleValue* found = nullptr;
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
      if (items[i]->is(Kind::text) && items[i]->text == key) found = items[i + 1];
    }
    return found;
  }
};

// Owns the values of a pickle, which may refer to each other in circles.
using PickleArena = std::deque<PickleValue>;

}  // namespace lineament::io
