// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/normalizers.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>

#include <vector>

#include "core/base/error.h"
#include "core/io/utf8.h"
#include "core/text/byte_letters.h"
#include "core/text/letters.h"

namespace lineament::text {

namespace {

constexpr ErrorText kIcu{"tokenizer.unicode", "Bring a text into a Unicode normal form",
                         "the ICU library says {reason}", "", "Install ICU's data again"};

void check(UErrorCode status) {
  if (U_FAILURE(status)) throw Error(kIcu, {{"reason", u_errorName(status)}});
}

// Where `change(code, made, origin)` is true it has appended what stands for the letter; else the
// letter stays.
template <class Change>
AlignedText withLetters(const AlignedText& text, const Change& change) {
  AlignedText made = text.emptied();
  std::uint32_t kept = 0;
  for (std::uint32_t at = 0; at < text.size();) {
    const Letter letter = letterAt(text.text(), at);
    const Range range{at, at + letter.bytes};
    AlignedText instead;
    if (change(letter.code, instead, text.origin(range))) {
      made.append(text, {kept, at});
      made.append(instead, {0, instead.size()});
      kept = range.end;
    }
    at = range.end;
  }
  made.append(text, {kept, text.size()});
  return made;
}

const UNormalizer2* normalizerOf(NormalForm form) {
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2* made = form == NormalForm::nfc    ? unorm2_getNFCInstance(&status)
                             : form == NormalForm::nfd  ? unorm2_getNFDInstance(&status)
                             : form == NormalForm::nfkc ? unorm2_getNFKCInstance(&status)
                                                        : unorm2_getNFKDInstance(&status);
  check(status);
  return made;
}

void appendUtf16(std::u16string& text, std::uint32_t code) {
  if (code < 0x10000) {
    text += static_cast<char16_t>(code);
  } else {
    text += static_cast<char16_t>(0xD800 + ((code - 0x10000) >> 10));
    text += static_cast<char16_t>(0xDC00 + ((code - 0x10000) & 0x3FF));
  }
}

std::string utf8Of(const std::u16string& text) {
  std::string made;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::uint32_t code = text[i];
    if (code >= 0xD800 && code < 0xDC00 && i + 1 < text.size()) {
      code = 0x10000 + ((code - 0xD800) << 10) + (text[++i] - 0xDC00u);
    }
    io::appendUtf8(made, code);
  }
  return made;
}

std::u16string normalized(const UNormalizer2* normalizer, const std::u16string& text) {
  UErrorCode status = U_ZERO_ERROR;
  std::u16string made(4 * text.size() + 32, u'\0');
  const auto length = [](const std::u16string& of) { return static_cast<std::int32_t>(of.size()); };
  std::int32_t size =
      unorm2_normalize(normalizer, text.data(), length(text), made.data(), length(made), &status);
  if (status == U_BUFFER_OVERFLOW_ERROR) {
    status = U_ZERO_ERROR;
    made.resize(static_cast<std::size_t>(size));
    size =
        unorm2_normalize(normalizer, text.data(), length(text), made.data(), length(made), &status);
  }
  check(status);
  made.resize(static_cast<std::size_t>(size));
  return made;
}

std::u16string utf16Of(std::string_view text) {
  std::u16string made;
  for (std::uint32_t at = 0; at < text.size();) {
    const Letter letter = letterAt(text, at);
    appendUtf16(made, letter.code);
    at += letter.bytes;
  }
  return made;
}

// The normal form of what lies between two boundaries, over which nothing reaches. Where letters
// become the same one by one, each stands for its own bytes; else all of it for all of them.
void appendNormal(const UNormalizer2* normalizer, const AlignedText& text, Range range,
                  AlignedText& made) {
  if (range.size() == 1) return made.append(text, range);  // ASCII
  const std::u16string part = utf16Of(text.view(range));
  const std::u16string changed = normalized(normalizer, part);
  if (changed == part) return made.append(text, range);
  AlignedText letters;
  std::u16string joined;
  for (std::uint32_t at = range.begin; at < range.end;) {
    const Range one{at, at + letterAt(text.text(), at).bytes};
    const std::u16string alone = normalized(normalizer, utf16Of(text.view(one)));
    joined += alone;
    letters.append(utf8Of(alone), text.origin(one));
    at = one.end;
  }
  if (joined == changed) {
    made.append(letters, {0, letters.size()});
  } else {
    made.append(utf8Of(changed), text.origin(range));
  }
}

std::uint32_t lower(std::uint32_t code) {
  return static_cast<std::uint32_t>(u_tolower(static_cast<UChar32>(code)));
}

bool appendLower(std::uint32_t code, AlignedText& made, Range origin) {
  constexpr std::uint32_t kDottedI = 0x130;  // the one letter whose lower case is two
  std::string bytes;
  if (code == kDottedI) {
    bytes = "i\xCC\x87";
  } else if (const std::uint32_t small = lower(code); small != code) {
    io::appendUtf8(bytes, small);
  } else {
    return false;
  }
  made.append(bytes, origin);
  return true;
}

bool cleaned(std::uint32_t code, AlignedText& made, Range origin) {
  if (code == 0 || code == 0xFFFD) return true;
  if (isSpace(code)) {
    if (code == '\t' || code == '\n' || code == '\r' || !isOther(code)) {
      if (code == ' ') return false;
      made.append(" ", origin);
    }
    return true;
  }
  return isOther(code);
}

AlignedText spaced(const AlignedText& text) {
  return withLetters(text, [](std::uint32_t code, AlignedText& made, Range origin) {
    if (!isIdeograph(code)) return false;
    std::string bytes;
    io::appendUtf8(bytes, code);
    made.append(" ", {origin.begin, origin.begin});
    made.append(bytes, origin);
    made.append(" ", {origin.end, origin.end});
    return true;
  });
}

// A mark that is dropped stays with the letter that it stood on.
AlignedText without(const AlignedText& text, bool (*dropped)(std::uint32_t)) {
  AlignedText made = text.emptied();
  for (std::uint32_t at = 0; at < text.size();) {
    const Letter letter = letterAt(text.text(), at);
    const Range range{at, at + letter.bytes};
    if (!dropped(letter.code)) {
      made.append(text, range);
    } else if (!made.empty() &&
               made.origin({made.size() - 1, made.size()}).end == text.origin(range).begin) {
      made.stretchTo(text.origin(range).end);
    }
    at = range.end;
  }
  return made;
}

AlignedText withReplaced(const AlignedText& text, const std::vector<Range>& places,
                         const std::string& content) {
  AlignedText made = text.emptied();
  std::uint32_t kept = 0;
  for (const Range& place : places) {
    made.append(text, {kept, place.begin});
    made.append(content, text.origin(place));
    kept = place.end;
  }
  made.append(text, {kept, text.size()});
  return made;
}

}  // namespace

Normalizer normalForm(NormalForm form) {
  const UNormalizer2* normalizer = normalizerOf(form);
  return [normalizer](const AlignedText& text) {
    AlignedText made = text.emptied();
    for (std::uint32_t at = 0; at < text.size();) {
      std::uint32_t end = at + letterAt(text.text(), at).bytes;
      while (end < text.size()) {
        const Letter letter = letterAt(text.text(), end);
        if (unorm2_hasBoundaryBefore(normalizer, static_cast<UChar32>(letter.code))) break;
        end += letter.bytes;
      }
      appendNormal(normalizer, text, {at, end}, made);
      at = end;
    }
    return made;
  };
}

Normalizer lowerCase() {
  return [](const AlignedText& text) { return withLetters(text, appendLower); };
}

Normalizer stripAccents() {
  return [](const AlignedText& text) { return without(text, isMark); };
}

Normalizer bertNormal(BertNormalSettings settings) {
  return [settings, decompose = normalForm(NormalForm::nfd)](AlignedText text) {
    if (settings.clean) text = withLetters(text, cleaned);
    if (settings.ideographs) text = spaced(text);
    if (settings.strip_accents) text = without(decompose(std::move(text)), isNonspacingMark);
    if (settings.lower_case) text = withLetters(text, appendLower);
    return text;
  };
}

Normalizer stripSpaces(bool left, bool right) {
  return [left, right](const AlignedText& text) {
    std::uint32_t begin = text.size(), end = 0;
    for (std::uint32_t at = 0; at < text.size();) {
      const Letter letter = letterAt(text.text(), at);
      if (!isSpace(letter.code)) {
        begin = std::min(begin, at);
        end = at + letter.bytes;
      }
      at += letter.bytes;
    }
    if (!left) begin = 0;
    if (!right) end = text.size();
    return text.part({begin, std::max(begin, end)});
  };
}

Normalizer prepended(std::string prefix) {
  return [prefix = std::move(prefix)](AlignedText text) {
    if (text.empty()) return text;
    AlignedText made = text.emptied();
    const std::uint32_t at = text.origin({0, 0}).begin;
    made.append(prefix, {at, at});
    made.append(text, {0, text.size()});
    return made;
  };
}

Normalizer replaced(std::string pattern, std::string content) {
  return [pattern = std::move(pattern), content = std::move(content)](const AlignedText& text) {
    std::vector<Range> places;
    for (std::size_t at = pattern.empty() ? std::string::npos : text.text().find(pattern);
         at != std::string::npos; at = text.text().find(pattern, at + pattern.size())) {
      places.push_back(
          {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + pattern.size())});
    }
    return withReplaced(text, places, content);
  };
}

Normalizer replaced(Regex pattern, std::string content) {
  return [pattern = std::move(pattern), content = std::move(content)](const AlignedText& text) {
    return withReplaced(text, pattern.matches(text.text()), content);
  };
}

Normalizer bytesAsLetters() {
  return [](const AlignedText& text) {
    AlignedText made = text.emptied();
    for (std::uint32_t at = 0; at < text.size(); ++at) {
      made.append(letterOfByte(static_cast<unsigned char>(text.text()[at])),
                  text.origin({at, at + 1}));
    }
    return made;
  };
}

}  // namespace lineament::text
