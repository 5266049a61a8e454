// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nets/text_task.h"

#include "core/base/error.h"

namespace lineament::nets {

namespace {

constexpr ErrorText kShort{"sequence.task.text", "Train on a text",
                           "it has {bytes} bytes, 200 are the least", "",
                           "Give a longer file as the input text"};
constexpr std::size_t kLeastBytes = 200;

class Text : public SequenceTask {
 public:
  explicit Text(std::string text) : text_(std::move(text)) {}

  std::int64_t vocabulary() const override { return 256; }
  std::int64_t outputs() const override { return 256; }
  double chance() const override { return 1.0 / 256; }
  std::int64_t shortest() const override { return 1; }
  std::int64_t longest() const override { return static_cast<std::int64_t>(text_.size()) - 1; }

  void draw(Random& random, std::int64_t length, std::int64_t place,
            SequenceBatch& batch) const override {
    const auto count = static_cast<std::size_t>(length);
    const std::size_t from = random.below(text_.size() - count);
    const std::size_t first = static_cast<std::size_t>(place) * count;
    for (std::size_t i = 0; i < count; ++i) {
      batch.tokens[first + i] = static_cast<unsigned char>(text_[from + i]);
      batch.targets[first + i] = static_cast<unsigned char>(text_[from + i + 1]);
      batch.scored[first + i] = 1;
    }
  }

 private:
  std::string text_;
};

}  // namespace

std::unique_ptr<SequenceTask> textTask(std::string text, bool held_out) {
  if (text.size() < kLeastBytes) throw Error::usage(kShort, {{"bytes", text.size()}});
  const std::size_t cut = text.size() - text.size() / 10;
  if (held_out) {
    text.erase(0, cut);
  } else {
    text.erase(cut);
  }
  return std::make_unique<Text>(std::move(text));
}

}  // namespace lineament::nets
