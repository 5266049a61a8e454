// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/cutters.h"

#include "core/text/byte_letters.h"
#include "core/text/letters.h"

namespace lineament::text {

const char* const kGpt2Expression =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

namespace {

// A part of a word; at a place to cut or between two of them.
struct Part {
  Range range;
  bool place = false;
};

std::vector<Part> partsOf(std::uint32_t size, const std::vector<Range>& places, bool invert) {
  std::vector<Part> parts;
  std::uint32_t at = 0;
  for (const Range& place : places) {
    if (place.begin > at) parts.push_back({{at, place.begin}, invert});
    parts.push_back({place, !invert});
    at = place.end;
  }
  if (at < size) parts.push_back({{at, size}, invert});
  return parts;
}

std::vector<Range> wordsOf(const std::vector<Part>& parts, Cut cut) {
  std::vector<Range> words;
  bool last_was_place = false;
  for (const Part& part : parts) {
    const bool joins =
        !words.empty() && ((cut == Cut::with_previous && part.place && !last_was_place) ||
                           (cut == Cut::contiguous && part.place == last_was_place) ||
                           (cut == Cut::with_next && last_was_place && !part.place));
    if (joins) {
      words.back().end = part.range.end;
    } else if (cut != Cut::removed || !part.place) {
      words.push_back(part.range);
    }
    last_was_place = part.place;
  }
  return words;
}

// Cuts each word at the places that `find` (text to ranges) gives.
template <class Find>
Cutter cutter(Find find, Cut cut, bool invert = false) {
  return [find = std::move(find), cut, invert](Words words) {
    std::vector<Range> made;
    for (const Range& word : words.ranges) {
      const auto places = find(words.text.view(word));
      for (const Range& part : wordsOf(partsOf(word.size(), places, invert), cut)) {
        made.push_back({word.begin + part.begin, word.begin + part.end});
      }
    }
    words.ranges = std::move(made);
    return words;
  };
}

// Each letter of that kind, or each run of them, is a place.
template <class Is>
auto letters(Is is, bool runs = false) {
  return [is, runs](std::string_view text) {
    std::vector<Range> places;
    for (std::uint32_t at = 0; at < text.size();) {
      const Letter letter = letterAt(text, at);
      const std::uint32_t end = at + letter.bytes;
      if (is(letter.code)) {
        if (runs && !places.empty() && places.back().end == at) {
          places.back().end = end;
        } else {
          places.push_back({at, end});
        }
      }
      at = end;
    }
    return places;
  };
}

std::vector<Range> placesOf(std::string_view text, const std::string& pattern) {
  std::vector<Range> places;
  for (std::size_t at = pattern.empty() ? std::string_view::npos : text.find(pattern);
       at != std::string_view::npos; at = text.find(pattern, at + pattern.size())) {
    places.push_back(
        {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + pattern.size())});
  }
  return places;
}

// The same words with a mark before those that `wants` (the word and whether it is the first).
template <class Wants>
Words withMarks(const Words& words, std::string_view mark, const Wants& wants) {
  Words made{words.text.emptied(), {}};
  for (const Range& word : words.ranges) {
    const std::uint32_t begin = made.text.size();
    const bool first = word.begin == 0 && words.text.startsText();
    if (word.size() > 0 && wants(words.text.view(word), first)) {
      const std::uint32_t at = words.text.origin(word).begin;
      made.text.append(mark, {at, at});
    }
    made.text.append(words.text, word);
    made.ranges.push_back({begin, made.text.size()});
  }
  return made;
}

Words withByteLetters(const Words& words) {
  Words made{words.text.emptied(), {}};
  for (const Range& word : words.ranges) {
    const std::uint32_t begin = made.text.size();
    for (std::uint32_t at = word.begin; at < word.end; ++at) {
      made.text.append(letterOfByte(static_cast<unsigned char>(words.text.text()[at])),
                       words.text.origin({at, at + 1}));
    }
    made.ranges.push_back({begin, made.text.size()});
  }
  return made;
}

Words withSpacesAs(const Words& words, const std::string& mark) {
  Words made{words.text.emptied(), {}};
  for (const Range& word : words.ranges) {
    const std::uint32_t begin = made.text.size();
    std::uint32_t kept = word.begin;
    for (std::uint32_t at = word.begin; at < word.end; ++at) {
      if (words.text.text()[at] != ' ') continue;
      made.text.append(words.text, {kept, at});
      made.text.append(mark, words.text.origin({at, at + 1}));
      kept = at + 1;
    }
    made.text.append(words.text, {kept, word.end});
    made.ranges.push_back({begin, made.text.size()});
  }
  return made;
}

}  // namespace

Cutter cutAt(Regex pattern, Cut cut, bool invert) {
  return cutter(
      [pattern = std::move(pattern)](std::string_view text) { return pattern.matches(text); }, cut,
      invert);
}

Cutter cutAt(std::string pattern, Cut cut, bool invert) {
  return cutter(
      [pattern = std::move(pattern)](std::string_view text) { return placesOf(text, pattern); },
      cut, invert);
}

Cutter cutAtSpaces() {
  return cutter(letters(isSpace), Cut::removed);
}

Cutter cutAtPunctuation(Cut cut) {
  return cutter(letters(isPunctuation), cut);
}

Cutter cutAtDigits(bool each) {
  return cutter(letters(isNumeric, !each), Cut::isolated);
}

Cutter cutAsBert() {
  return [spaces = cutAtSpaces(), signs = cutAtPunctuation(Cut::isolated)](Words words) {
    return signs(spaces(std::move(words)));
  };
}

Cutter cutAtWordClasses() {
  const std::string word = R"(\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control})";
  return cutAt(Regex("its pre-tokenizer", "[" + word + R"(]+|[^\s)" + word + "]+"), Cut::removed,
               true);
}

Cutter spaceBefore() {
  return [](const Words& words) {
    return withMarks(words, " ",
                     [](std::string_view word, bool) { return !word.starts_with(' '); });
  };
}

Cutter byteLevel(ByteLevelSettings settings) {
  const Cutter expression = cutAt(Regex("GPT-2", kGpt2Expression), Cut::isolated, false);
  return [settings, expression, prefix = spaceBefore()](Words words) {
    if (settings.prefix_space) words = prefix(std::move(words));
    if (settings.expression) words = expression(std::move(words));
    return withByteLetters(words);
  };
}

Cutter metaspace(MetaspaceSettings settings) {
  using Prepend = MetaspaceSettings::Prepend;
  return [settings, split = cutAt(settings.mark, Cut::with_next, false)](Words words) {
    words = withSpacesAs(words, settings.mark);
    if (settings.prepend != Prepend::never) {
      words = withMarks(words, settings.mark, [&](std::string_view word, bool first) {
        return !word.starts_with(settings.mark) && (first || settings.prepend == Prepend::always);
      });
    }
    return settings.split ? split(std::move(words)) : words;
  };
}

}  // namespace lineament::text
