// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/decode_steps.h"

#include <array>

#include "core/io/utf8.h"
#include "core/text/byte_letters.h"
#include "core/text/shown_bytes.h"

namespace lineament::text {

namespace {

using Pieces = std::vector<std::string>;

std::string withReplaced(const std::string& text, std::string_view pattern,
                         std::string_view content) {
  std::string made;
  std::size_t done = 0;
  for (std::size_t at = pattern.empty() ? std::string::npos : text.find(pattern);
       at != std::string::npos; at = text.find(pattern, done)) {
    made.append(text, done, at - done).append(content);
    done = at + pattern.size();
  }
  return made.append(text, done);
}

std::string cleanedUp(std::string text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kChanges{
      {{" .", "."},
       {" ?", "?"},
       {" !", "!"},
       {" ,", ","},
       {" ' ", "'"},
       {" n't", "n't"},
       {" 'm", "'m"},
       {" do not", " don't"},
       {" 's", "'s"},
       {" 've", "'ve"},
       {" 're", "'re"}}};
  for (const auto& [pattern, content] : kChanges) text = withReplaced(text, pattern, content);
  return text;
}

// The same change to each piece, told whether it is the first.
template <class Change>
DecodeStep eachPiece(Change change) {
  return [change = std::move(change)](Pieces pieces) {
    for (std::size_t i = 0; i < pieces.size(); ++i) pieces[i] = change(pieces[i], i == 0);
    return pieces;
  };
}

}  // namespace

DecodeStep lettersAsBytes() {
  return [](const Pieces& pieces) {
    std::string bytes;
    for (const std::string& piece : pieces) bytes += bytesOfLetters(piece);
    return Pieces{replacedUtf8(bytes)};
  };
}

DecodeStep bytePieces() {
  return [](const Pieces& pieces) {
    Pieces made;
    std::string run;
    const auto finish = [&] {
      if (run.empty()) return;
      std::string text = run;
      if (!io::isUtf8(run)) {
        text.clear();
        for (std::size_t i = 0; i < run.size(); ++i) text += "\xEF\xBF\xBD";
      }
      made.push_back(std::move(text));
      run.clear();
    };
    for (const std::string& piece : pieces) {
      if (const auto byte = byteOfPiece(piece)) {
        run += static_cast<char>(*byte);
        continue;
      }
      finish();
      made.push_back(piece);
    }
    finish();
    return made;
  };
}

DecodeStep fused() {
  return [](const Pieces& pieces) {
    std::string text;
    for (const std::string& piece : pieces) text += piece;
    return Pieces{text};
  };
}

DecodeStep replacedInPieces(std::string pattern, std::string content) {
  return eachPiece(
      [pattern = std::move(pattern), content = std::move(content)](const std::string& piece, bool) {
        return withReplaced(piece, pattern, content);
      });
}

DecodeStep replacedInPieces(Regex pattern, std::string content) {
  return eachPiece(
      [pattern = std::move(pattern), content = std::move(content)](const std::string& piece, bool) {
        std::string made;
        std::size_t done = 0;
        for (const Range& place : pattern.matches(piece)) {
          made.append(piece, done, place.begin - done).append(content);
          done = place.end;
        }
        return made.append(piece, done);
      });
}

DecodeStep strippedPieces(std::string content, std::size_t start, std::size_t stop) {
  return eachPiece([content = std::move(content), start, stop](std::string piece, bool) {
    for (std::size_t i = 0; i < start && piece.starts_with(content); ++i) {
      piece.erase(0, content.size());
    }
    for (std::size_t i = 0; i < stop && piece.ends_with(content); ++i) {
      piece.erase(piece.size() - content.size());
    }
    return piece;
  });
}

DecodeStep marksAsSpaces(std::string mark, bool first_dropped) {
  return eachPiece([mark = std::move(mark), first_dropped](std::string piece, bool first) {
    if (first && first_dropped && piece.starts_with(mark)) piece.erase(0, mark.size());
    return withReplaced(piece, mark, " ");
  });
}

DecodeStep wordPieces(std::string continuing_prefix, bool cleanup) {
  return eachPiece([prefix = std::move(continuing_prefix), cleanup](std::string piece, bool first) {
    if (!first) {
      if (piece.starts_with(prefix)) {
        piece.erase(0, prefix.size());
      } else {
        piece.insert(0, 1, ' ');
      }
    }
    return cleanup ? cleanedUp(std::move(piece)) : piece;
  });
}

DecodeStep suffixesAsSpaces(std::string suffix) {
  return [suffix = std::move(suffix)](Pieces pieces) {
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      pieces[i] = withReplaced(pieces[i], suffix, i + 1 == pieces.size() ? "" : " ");
    }
    return pieces;
  };
}

DecodeStep joinedBySpaces() {
  return eachPiece([](std::string piece, bool first) { return first ? piece : " " + piece; });
}

}  // namespace lineament::text
