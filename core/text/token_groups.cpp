// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/token_groups.h"

#include <unicode/brkiter.h>
#include <unicode/utext.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <string_view>

#include "core/base/error.h"
#include "core/data/attention_stack.h"

namespace lineament::text {

namespace {

constexpr ErrorText kNoBoundaries{"text.boundaries", "Find the words of a text",
                                  "the Unicode library has no rules for them ({reason})", "",
                                  "Install its data (Debian: libicu72)"};

constexpr std::string_view kContinues = "##";
constexpr const char* kWhite = " \t\r\n";

// Bytes of the whole text: of the token, and of it without white space around.
struct Piece {
  std::size_t begin = 0, end = 0;
  std::size_t first = 0, last = 0;  // the first byte and one behind the last; equal where all white
  bool mark = false;
};

// The bytes that a shown token stands for: "\\n" is a line feed where nothing but white space is
// around it, "<0xE2>" a byte.
std::string bytesOf(std::string_view shown) {
  unsigned byte = 0;
  if (shown.size() == 6 && shown.starts_with("<0x") && shown.ends_with('>') &&
      std::from_chars(shown.data() + 3, shown.data() + 5, byte, 16).ptr == shown.data() + 5) {
    return {static_cast<char>(byte)};
  }
  std::string bytes;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const std::size_t escaped = shown[i] == '\\' && i + 1 < shown.size()
                                    ? std::string_view("nrt").find(shown[i + 1])
                                    : std::string_view::npos;
    if (escaped != std::string_view::npos) {
      bytes += "\n\r\t"[escaped];
      ++i;
    } else if (shown[i] == ' ') {
      bytes += ' ';
    } else {
      return std::string(shown);
    }
  }
  return bytes;
}

struct Line {
  std::string text;
  std::vector<Piece> pieces;
};

Line lineOf(const std::vector<std::string>& tokens) {
  const bool word_pieces = std::ranges::any_of(tokens, [](const std::string& token) {
    return token.size() > kContinues.size() && token.starts_with(kContinues);
  });
  Line line;
  for (const std::string& token : tokens) {
    std::string text = bytesOf(token);
    const bool continues = word_pieces && text.starts_with(kContinues);
    if (continues) text.erase(0, kContinues.size());
    Piece piece{.mark = isSpecialToken(token)};
    if (word_pieces && !continues) line.text += ' ';
    piece.begin = line.text.size();
    piece.end = piece.begin + text.size();
    const std::size_t first = text.find_first_not_of(kWhite);
    piece.first = piece.begin + (first == std::string::npos ? text.size() : first);
    piece.last =
        first == std::string::npos ? piece.first : piece.begin + text.find_last_not_of(kWhite) + 1;
    line.text += text;
    line.pieces.push_back(piece);
  }
  return line;
}

// Where units begin, ascending, in bytes.
std::vector<std::size_t> boundariesOf(const std::string& text, TextUnit unit) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Locale& root = icu::Locale::getRoot();
  const std::unique_ptr<icu::BreakIterator> units(
      unit == TextUnit::word ? icu::BreakIterator::createWordInstance(root, status)
                             : icu::BreakIterator::createSentenceInstance(root, status));
  const std::unique_ptr<UText, decltype(&utext_close)> bytes(
      utext_openUTF8(nullptr, text.data(), static_cast<std::int64_t>(text.size()), &status),
      utext_close);
  if (U_SUCCESS(status)) units->setText(bytes.get(), status);
  if (U_FAILURE(status)) throw Error(kNoBoundaries, {{"reason", u_errorName(status)}});
  std::vector<std::size_t> starts;
  for (std::int32_t at = units->first(); at != icu::BreakIterator::DONE; at = units->next()) {
    starts.push_back(static_cast<std::size_t>(at));
  }
  return starts;
}

}  // namespace

TokenGroups groupTokens(const std::vector<std::string>& tokens, TextUnit unit) {
  TokenGroups groups;
  const Line line = lineOf(tokens);
  const std::vector<std::size_t> starts = boundariesOf(line.text, unit);
  const auto unitAt = [&](std::size_t byte) { return std::ranges::upper_bound(starts, byte); };
  const auto joins = [&](const Piece& before, const Piece& piece) {
    if (before.mark || piece.mark) return false;
    const bool white = piece.first == piece.last, white_before = before.first == before.last;
    if (unit == TextUnit::word && (white || white_before)) return false;
    return unitAt(white_before ? before.begin : before.last - 1) ==
           unitAt(white ? piece.begin : piece.first);
  };
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (i > 0 && joins(line.pieces[i - 1], line.pieces[i])) continue;
    groups.starts.push_back(i);
  }
  for (std::size_t i = 0; i < groups.starts.size(); ++i) {
    const std::size_t first = groups.starts[i];
    const std::size_t end = i + 1 < groups.starts.size() ? groups.starts[i + 1] : tokens.size();
    const std::string_view text = std::string_view(line.text).substr(
        line.pieces[first].begin, line.pieces[end - 1].end - line.pieces[first].begin);
    const std::size_t from = text.find_first_not_of(kWhite);
    // White space alone keeps its text: it is shown as such.
    groups.texts.emplace_back(from == text.npos
                                  ? tokens[first]
                                  : text.substr(from, text.find_last_not_of(kWhite) + 1 - from));
  }
  return groups;
}

}  // namespace lineament::text
