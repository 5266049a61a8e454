// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/llama2c.h"

#include <fmt/format.h>

#include <array>
#include <cstring>

#include "core/base/error.h"
#include "core/io/byte_cursor.h"
#include "core/io/model_folder.h"

namespace lineament::io {

namespace {

constexpr ErrorText kLayout{"llama2c.layout", "Read {file} as llama2.c weights", "{problem}", "",
                            "Export the model again with llama2.c's export.py, version 0"};

constexpr std::uint64_t kHeader = 7 * sizeof(std::int32_t);

struct Header {
  std::uint64_t width = 0, hidden = 0, layers = 0, heads = 0, kv_heads = 0, vocabulary = 0,
                positions = 0;
  bool own_output = false;

  std::uint64_t headSize() const { return width / heads; }
  std::uint64_t kvWidth() const { return headSize() * kv_heads; }
};

// Nothing where the numbers cannot be those of a network.
std::optional<Header> headerOf(std::span<const std::byte> head) {
  if (head.size() < kHeader) return std::nullopt;
  std::array<std::int32_t, 7> numbers{};
  std::memcpy(numbers.data(), head.data(), kHeader);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    constexpr std::int32_t kLargest = 1 << 24;
    const bool sign_free = i == 5;  // the vocabulary's says whose the output matrix is
    if (numbers[i] > kLargest || numbers[i] < -kLargest || numbers[i] == 0) return std::nullopt;
    if (numbers[i] < 0 && !sign_free) return std::nullopt;
  }
  const auto size = [&](std::size_t i) { return static_cast<std::uint64_t>(std::abs(numbers[i])); };
  const Header header{size(0), size(1), size(2), size(3),
                      size(4), size(5), size(6), numbers[5] < 0};
  if (header.width % header.heads != 0 || header.heads % header.kv_heads != 0 ||
      header.headSize() % 2 != 0) {
    return std::nullopt;
  }
  return header;
}

// A kind of tensor as it lies in the file: one block, cut into as many tensors as there are layers.
struct Part {
  std::string name;  // behind "layers.N." where it is one of a layer
  bool of_layer = false;
  std::vector<std::uint64_t> shape;
};

std::vector<Part> partsOf(const Header& h) {
  const std::uint64_t half = h.headSize() / 2;
  std::vector<Part> parts{{"tok_embeddings.weight", false, {h.vocabulary, h.width}},
                          {"attention_norm.weight", true, {h.width}},
                          {"attention.wq.weight", true, {h.width, h.width}},
                          {"attention.wk.weight", true, {h.kvWidth(), h.width}},
                          {"attention.wv.weight", true, {h.kvWidth(), h.width}},
                          {"attention.wo.weight", true, {h.width, h.width}},
                          {"ffn_norm.weight", true, {h.width}},
                          {"feed_forward.w1.weight", true, {h.hidden, h.width}},
                          {"feed_forward.w2.weight", true, {h.width, h.hidden}},
                          {"feed_forward.w3.weight", true, {h.hidden, h.width}},
                          {"norm.weight", false, {h.width}},
                          {"freqs_cos", false, {h.positions, half}},
                          {"freqs_sin", false, {h.positions, half}}};
  if (h.own_output) parts.push_back({"output.weight", false, {h.vocabulary, h.width}});
  return parts;
}

// Of one tensor; the sizes of a header are under 2^24, so that only the sum of all can be large.
std::uint64_t bytesOf(const Part& part) {
  std::uint64_t bytes = sizeof(float);
  for (const std::uint64_t size : part.shape) bytes *= size;
  return bytes;
}

// Nothing where it is more than any file.
std::optional<std::uint64_t> fileSize(const Header& header) {
  std::uint64_t total = kHeader;
  for (const Part& part : partsOf(header)) {
    std::uint64_t bytes = 0;
    if (__builtin_mul_overflow(bytesOf(part), part.of_layer ? header.layers : 1, &bytes) ||
        __builtin_add_overflow(total, bytes, &total)) {
      return std::nullopt;
    }
  }
  return total;
}

nlohmann::json configurationOf(const Header& header) {
  return {{"model_type", "llama"},
          {"hidden_size", header.width},
          {"intermediate_size", header.hidden},
          {"num_hidden_layers", header.layers},
          {"num_attention_heads", header.heads},
          {"num_key_value_heads", header.kv_heads},
          {"vocab_size", header.vocabulary},
          {"max_position_embeddings", header.positions},
          {"rms_norm_eps", 1e-5},
          {"rope_theta", 10000.0},
          {"hidden_act", "silu"},
          {"tie_word_embeddings", !header.own_output}};
}

class Llama2cReader final : public Reader {
 public:
  std::string_view id() const override { return "llama2c"; }
  std::string_view title() const override { return "llama2.c weights"; }
  std::vector<std::string> extensions() const override { return {".bin"}; }

  Confidence probe(const Probe& probe) const override {
    const auto header = headerOf(probe.head);
    if (!header || !probe.hasExtension(".bin")) return Confidence::no;
    const auto size = fileSize(*header);
    if (size == probe.size) return Confidence::certain;
    // Cut short, it is still no scan: seven whole numbers are no plausible points.
    return size && *size > probe.size && probe.size > kHeader && header->layers < 1000
               ? Confidence::likely
               : Confidence::no;
  }

  Data read(const std::filesystem::path& path, const Parameters&, const Context&) const override {
    const SharedArray<std::byte> bytes = mapFile(path);
    const std::string file = path.filename().string();
    const auto header = headerOf(bytes.span());
    if (!header) {
      throw Error(kLayout, {{"file", file},
                            {"problem", "its first seven numbers are no sizes of a network"}});
    }
    const auto size = fileSize(*header);
    if (size != bytes.size()) {
      throw Error(kLayout, {{"file", file},
                            {"problem", fmt::format("its sizes ask for {} bytes, it has {}",
                                                    size ? std::to_string(*size) : "too many",
                                                    bytes.size())}});
    }
    return Data(besideModel(
        checkpointOf(*header, bytes).withConfiguration(configurationOf(*header)), path));
  }

 private:
  static Checkpoint checkpointOf(const Header& header, const SharedArray<std::byte>& bytes) {
    std::vector<Checkpoint::Entry> entries;
    std::vector<std::uint64_t> begins;
    std::uint64_t begin = kHeader;
    for (const Part& part : partsOf(header)) {
      const std::uint64_t each = bytesOf(part);
      for (std::uint64_t layer = 0; layer < (part.of_layer ? header.layers : 1); ++layer) {
        const std::string prefix = part.of_layer ? fmt::format("layers.{}.", layer) : "";
        entries.push_back({prefix + part.name, DType::f32, part.shape, each, {}});
        begins.push_back(begin);
        begin += each;
      }
    }
    auto load = [bytes, listed = entries, begins = std::move(begins)](std::size_t index) {
      const Checkpoint::Entry& entry = listed.at(index);
      return Tensor(entry.dtype, entry.shape, bytes.slice(begins[index], entry.bytes));
    };
    return Checkpoint(std::move(entries), std::move(load), {{"format", "llama2.c, version 0"}});
  }
};

}  // namespace

std::unique_ptr<Reader> makeLlama2cReader() {
  return std::make_unique<Llama2cReader>();
}

}  // namespace lineament::io
