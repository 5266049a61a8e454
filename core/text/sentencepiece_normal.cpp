// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/sentencepiece_normal.h"

#include <optional>

#include "core/text/charsmap.h"
#include "core/text/prefix_trie.h"

namespace lineament::text {

namespace {

constexpr std::string_view kMark = "\xE2\x96\x81";

struct Settings {
  bool dummy_prefix, collapse, escape, space_behind;
};

class SentencePieceNormal {
 public:
  SentencePieceNormal(const std::string& file, const SentencePieceModel& model)
      : settings_{model.dummy_prefix, model.collapse_spaces, model.escape_spaces,
                  model.space_behind} {
    if (!model.charsmap.empty()) map_.emplace(file, model.charsmap);
    std::vector<PrefixTrie::Entry> user;
    for (const Piece& piece : model.pieces) {
      if (piece.kind == PieceKind::user) user.push_back({piece.text, 0});
    }
    user_ = PrefixTrie(std::move(user));
  }

  AlignedText operator()(const AlignedText& text) const {
    AlignedText made = text.emptied();
    std::uint32_t at = 0;
    while (settings_.collapse && at < text.size()) {
      const Charsmap::Match step = stepAt(text.view({at, text.size()}));
      if (step.instead != " ") break;
      at += step.bytes;
    }
    if (at == text.size()) return made;
    if (settings_.dummy_prefix && !settings_.space_behind) {
      const std::uint32_t begin = text.origin({at, at}).begin;
      append(" ", {begin, begin}, made);
    }
    bool behind_space = settings_.collapse;
    while (at < text.size()) {
      const Charsmap::Match step = stepAt(text.view({at, text.size()}));
      const Range range{at, at + step.bytes};
      std::string_view instead = step.instead;
      while (behind_space && instead.starts_with(' ')) instead.remove_prefix(1);
      if (instead.empty() && !step.instead.empty()) {
        // A space that is dropped belongs to the one before it.
        if (made.size() > dummySize()) made.stretchTo(text.origin(range).end);
      } else if (instead == text.view(range) && instead.find(' ') == std::string_view::npos) {
        made.append(text, range);
      } else {
        append(instead, text.origin(range), made);
      }
      if (!instead.empty()) behind_space = instead.ends_with(' ');
      if (!settings_.collapse) behind_space = false;
      at = range.end;
    }
    return finished(validUtf8(std::move(made)));
  }

 private:
  std::uint32_t dummySize() const {
    return settings_.dummy_prefix && !settings_.space_behind
               ? static_cast<std::uint32_t>(space().size())
               : 0;
  }
  std::string_view space() const { return settings_.escape ? kMark : " "; }

  // How many bytes are taken next and what stands for them.
  Charsmap::Match stepAt(std::string_view text) const {
    if (const std::uint32_t bytes = user_.longest(text).bytes)
      return {bytes, text.substr(0, bytes)};
    if (map_) {
      if (const Charsmap::Match match = map_->longest(text); match.bytes > 0) return match;
    }
    const std::uint32_t bytes = letterAt(text, 0).bytes;
    return {bytes, text.substr(0, bytes)};
  }

  void append(std::string_view bytes, Range origin, AlignedText& made) const {
    while (!bytes.empty()) {
      const std::size_t at = std::min(bytes.find(' '), bytes.size());
      made.append(bytes.substr(0, at), origin);
      if (at < bytes.size()) made.append(space(), origin);
      bytes.remove_prefix(std::min(at + 1, bytes.size()));
    }
  }

  AlignedText finished(AlignedText made) const {
    if (settings_.collapse) {
      std::string_view left = made.text();
      while (left.ends_with(space())) left.remove_suffix(space().size());
      made = made.part({0, static_cast<std::uint32_t>(left.size())});
    }
    if (settings_.dummy_prefix && settings_.space_behind) {
      const std::uint32_t end = made.origin({made.size(), made.size()}).end;
      append(" ", {end, end}, made);
    }
    return made;
  }

  Settings settings_;
  std::optional<Charsmap> map_;
  PrefixTrie user_;
};

}  // namespace

Normalizer sentencePieceNormal(const std::string& file, const SentencePieceModel& model) {
  return SentencePieceNormal(file, model);
}

}  // namespace lineament::text
