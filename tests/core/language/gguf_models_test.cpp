// SPDX-License-Identifier: GPL-3.0-or-later
// Networks out of GGUF files hold against the same weights under the transformers library's names.
#include <QTest>

#include "core/language/architectures.h"
#include "tests/core/io/attacks.h"
#include "tests/core/io/gguf_bytes.h"
#include "tests/core/language/tiny_checkpoint.h"

namespace lineament::language {

namespace {

using io::testing::GgufBytes;

constexpr std::size_t kWidth = 8, kHeads = 2, kHead = 4;

// Which tensor of one naming is which of the other; what is in front of the dot of ".weight" and
// ".bias" alone is told.
using Names = std::map<std::string, std::string>;

const Names& llamaNames() {
  static const Names names{{"model.embed_tokens", "token_embd"},
                           {"model.norm", "output_norm"},
                           {"lm_head", "output"},
                           {"model.layers.0.input_layernorm", "blk.0.attn_norm"},
                           {"model.layers.0.self_attn.q_proj", "blk.0.attn_q"},
                           {"model.layers.0.self_attn.k_proj", "blk.0.attn_k"},
                           {"model.layers.0.self_attn.v_proj", "blk.0.attn_v"},
                           {"model.layers.0.self_attn.o_proj", "blk.0.attn_output"},
                           {"model.layers.0.post_attention_layernorm", "blk.0.ffn_norm"},
                           {"model.layers.0.mlp.gate_proj", "blk.0.ffn_gate"},
                           {"model.layers.0.mlp.up_proj", "blk.0.ffn_up"},
                           {"model.layers.0.mlp.down_proj", "blk.0.ffn_down"}};
  return names;
}

const Names& gpt2Names() {
  static const Names names{{"wte", "token_embd"},
                           {"wpe", "position_embd"},
                           {"ln_f", "output_norm"},
                           {"h.0.ln_1", "blk.0.attn_norm"},
                           {"h.0.attn.c_attn", "blk.0.attn_qkv"},
                           {"h.0.attn.c_proj", "blk.0.attn_output"},
                           {"h.0.ln_2", "blk.0.ffn_norm"},
                           {"h.0.mlp.c_fc", "blk.0.ffn_up"},
                           {"h.0.mlp.c_proj", "blk.0.ffn_down"}};
  return names;
}

const Names& bertNames() {
  static const Names names{{"embeddings.word_embeddings", "token_embd"},
                           {"embeddings.position_embeddings", "position_embd"},
                           {"embeddings.token_type_embeddings", "token_types"},
                           {"embeddings.LayerNorm", "token_embd_norm"},
                           {"encoder.layer.0.attention.self.query", "blk.0.attn_q"},
                           {"encoder.layer.0.attention.self.key", "blk.0.attn_k"},
                           {"encoder.layer.0.attention.self.value", "blk.0.attn_v"},
                           {"encoder.layer.0.attention.output.dense", "blk.0.attn_output"},
                           {"encoder.layer.0.attention.output.LayerNorm", "blk.0.attn_output_norm"},
                           {"encoder.layer.0.intermediate.dense", "blk.0.ffn_up"},
                           {"encoder.layer.0.output.dense", "blk.0.ffn_down"},
                           {"encoder.layer.0.output.LayerNorm", "blk.0.layer_output_norm"}};
  return names;
}

const Names& t5Names() {
  static const Names names = [] {
    Names made{{"shared", "token_embd"},
               {"lm_head", "output"},
               {"encoder.final_layer_norm", "enc.output_norm"},
               {"decoder.final_layer_norm", "dec.output_norm"}};
    const auto maps = [&](const std::string& library, const std::string& gguf,
                          std::initializer_list<std::pair<const char*, const char*>> pairs) {
      for (const auto& [from, to] : pairs) made[library + from] = gguf + to;
    };
    for (const std::string stack : {"encoder", "decoder"}) {
      const std::string block = stack + ".block.0.layer.", own = stack.substr(0, 3) + ".blk.0.";
      const std::string last = stack == "encoder" ? "1" : "2";
      maps(block + "0.", own + "attn_",
           {{"SelfAttention.q", "q"},
            {"SelfAttention.k", "k"},
            {"SelfAttention.v", "v"},
            {"SelfAttention.o", "o"},
            {"SelfAttention.relative_attention_bias", "rel_b"},
            {"layer_norm", "norm"}});
      maps(block + last + ".", own + "ffn_",
           {{"DenseReluDense.wi", "up"},
            {"DenseReluDense.wi_0", "gate"},
            {"DenseReluDense.wi_1", "up"},
            {"DenseReluDense.wo", "down"},
            {"layer_norm", "norm"}});
    }
    maps("decoder.block.0.layer.1.", "dec.blk.0.cross_attn_",
         {{"EncDecAttention.q", "q"},
          {"EncDecAttention.k", "k"},
          {"EncDecAttention.v", "v"},
          {"EncDecAttention.o", "o"},
          {"layer_norm", "norm"}});
    return made;
  }();
  return names;
}

TinyCheckpoint tinyLlama(bool with_biases) {
  TinyCheckpoint tiny;
  tiny.add("model.embed_tokens.weight", {8, kWidth}).add("lm_head.weight", {8, kWidth});
  const std::string layer = "model.layers.0.";
  for (const auto& [name, rows] : {std::pair{"q", kWidth}, {"k", kHead}, {"v", kHead}}) {
    const std::string projection = layer + "self_attn." + name + "_proj";
    tiny.add(projection + ".weight", {rows, kWidth});
    if (with_biases) tiny.add(projection + ".bias", {rows});
  }
  return tiny.add(layer + "self_attn.o_proj.weight", {kWidth, kWidth})
      .add(layer + "input_layernorm.weight", {kWidth}, true)
      .add(layer + "post_attention_layernorm.weight", {kWidth}, true)
      .add(layer + "mlp.gate_proj.weight", {6, kWidth})
      .add(layer + "mlp.up_proj.weight", {6, kWidth})
      .add(layer + "mlp.down_proj.weight", {kWidth, 6})
      .add("model.norm.weight", {kWidth}, true);
}

nlohmann::json tinyLlamaConfiguration(const char* kind) {
  return {{"model_type", kind},       {"vocab_size", 8},
          {"hidden_size", kWidth},    {"num_hidden_layers", 1},
          {"intermediate_size", 6},   {"num_attention_heads", kHeads},
          {"num_key_value_heads", 1}, {"max_position_embeddings", 16},
          {"rope_theta", 100},        {"rms_norm_eps", 1e-5}};
}

GgufBytes llamaKeys(const std::string& kind) {
  GgufBytes file;
  const auto number = [&](const char* key, std::uint32_t value) {
    file.key(kind + "." + key, value);
  };
  file.key("general.architecture", kind);
  number("block_count", 1);
  number("context_length", 16);
  number("embedding_length", kWidth);
  number("feed_forward_length", 6);
  number("attention.head_count", kHeads);
  number("attention.head_count_kv", 1);
  number("rope.dimension_count", kHead);
  file.key(kind + ".rope.freq_base", 100.0F);
  return file.key(kind + ".attention.layer_norm_rms_epsilon", 1e-5F);
}

// Rows in the order of neighbouring pairs: of each head 0, half, 1, half + 1, ...
Tensor neighbours(const Tensor& halves) {
  const std::size_t width = halves.elements() / halves.shape()[0];
  const std::vector<float> from = halves.floats();
  std::vector<float> to;
  for (std::size_t row = 0; row < halves.shape()[0]; ++row) {
    const std::size_t within = row % kHead;
    const std::size_t source = row - within + within / 2 + within % 2 * (kHead / 2);
    const float* at = from.data() + source * width;
    to.insert(to.end(), at, at + width);
  }
  return Tensor::of(halves.shape(), std::move(to));
}

Tensor transposed(const Tensor& matrix) {
  const std::size_t rows = matrix.shape()[0], columns = matrix.shape()[1];
  const std::vector<float> from = matrix.floats();
  std::vector<float> to;
  for (std::size_t column = 0; column < columns; ++column) {
    for (std::size_t row = 0; row < rows; ++row) to.push_back(from[row * columns + column]);
  }
  return Tensor::of({columns, rows}, std::move(to));
}

// The tensors under GGUF's names, each as `turn` makes it.
using Turn = std::function<Tensor(const std::string& name, const Tensor& values)>;
GgufBytes& addTensors(GgufBytes& file, const io::NamedTensors& tensors, const Names& names,
                      const Turn& turn) {
  for (const auto& [name, values] : tensors) {
    const std::size_t dot = name.rfind('.');
    const std::string known = names.at(name.substr(0, dot)) + name.substr(dot);
    file.tensor(known, turn(known, values));
  }
  return file;
}

class GgufModelsTest : public QObject {
  Q_OBJECT

  io::testing::Scratch scratch_;

  Checkpoint read(const GgufBytes& file) {
    return io::readFile(scratch_.write("a.gguf", file.bytes())).require<Checkpoint>();
  }

  static std::vector<float> outputOf(const Checkpoint& checkpoint, bool logits) {
    const LoadedModel loaded = loadModel(checkpoint);
    if (!loaded.unused.empty()) qFatal("%s is unused", loaded.unused.front().c_str());
    ModelState state = loaded.model.start();
    const std::vector<std::int32_t> ids{1, 4, 6, 2, 5};
    Pass pass = loaded.model.run(ids, state, {.all_logits = true, .output = true}, {});
    return logits ? pass.logits : pass.output;
  }

  static std::vector<float> answerOf(const Checkpoint& checkpoint) {
    const LoadedModel loaded = loadModel(checkpoint);
    if (!loaded.unused.empty()) qFatal("%s is unused", loaded.unused.front().c_str());
    ModelState encoding = loaded.encoder->start();
    const std::vector<std::int32_t> source{3, 5, 2, 7, 1}, target{0, 4, 6, 2, 3};
    const Pass encoded = loaded.encoder->run(source, encoding, {.output = true}, {});
    ModelState state = loaded.model.start(encoded.output);
    return loaded.model.run(target, state, {.all_logits = true}, {}).logits;
  }

  static void compare(const std::vector<float>& found, const std::vector<float>& expected) {
    QCOMPARE(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      QVERIFY2(std::abs(found[i] - expected[i]) < 1e-5F,
               qPrintable(QString("%1: %2, expected %3").arg(i).arg(found[i]).arg(expected[i])));
    }
  }

 private Q_SLOTS:
  void llama_data() {
    QTest::addColumn<QString>("kind");
    QTest::newRow("neighbouring pairs") << "llama";
    QTest::newRow("halves") << "qwen2";
  }
  void llama() {
    QFETCH(const QString, kind);
    const std::string type = kind.toStdString();
    const bool qwen = type == "qwen2";
    TinyCheckpoint tiny = tinyLlama(qwen);
    GgufBytes file = llamaKeys(type);
    addTensors(file, tiny.tensors(), llamaNames(), [&](const std::string& name, const Tensor& all) {
      const bool turns = name.find("attn_q") != name.npos || name.find("attn_k") != name.npos;
      return turns && !qwen ? neighbours(all) : all;
    });
    const Checkpoint checkpoint = read(file);
    QCOMPARE(checkpoint.configuration().at("tie_word_embeddings"), false);
    QCOMPARE(checkpoint.configuration().at("vocab_size"), 8);
    compare(outputOf(checkpoint, true),
            outputOf(tiny.with(tinyLlamaConfiguration(type.c_str())), true));
  }

  void llamaWithSlowerFrequencies() {
    const TinyCheckpoint tiny = tinyLlama(false);
    const auto same = [](const std::string&, const Tensor& all) { return all; };
    GgufBytes scaled = llamaKeys("llama"), slowed = llamaKeys("llama");
    scaled.key("llama.rope.scaling.type", "linear").key("llama.rope.scaling.factor", 4.0F);
    slowed.tensor("rope_freqs.weight", Tensor::of({2}, std::vector<float>{4, 4}));
    io::NamedTensors tensors = TinyCheckpoint(tiny).tensors();
    const auto expected = outputOf(read(addTensors(scaled, tensors, llamaNames(), same)), true);
    compare(outputOf(read(addTensors(slowed, tensors, llamaNames(), same)), true), expected);
  }

  void gpt2() {
    TinyCheckpoint tiny = tinyGpt2();
    GgufBytes file;
    file.key("general.architecture", "gpt2")
        .key("gpt2.block_count", std::uint32_t{1})
        .key("gpt2.context_length", std::uint32_t{6})
        .key("gpt2.embedding_length", std::uint32_t{4})
        .key("gpt2.feed_forward_length", std::uint32_t{16})
        .key("gpt2.attention.head_count", std::uint32_t{2})
        .key("gpt2.attention.layer_norm_epsilon", 1e-5F);
    addTensors(file, tiny.tensors(), gpt2Names(), [](const std::string& name, const Tensor& all) {
      return all.rank() == 2 && name.starts_with("blk.") ? transposed(all) : all;
    });
    compare(outputOf(read(file), true), outputOf(tiny.with(tinyGpt2Configuration()), true));
  }

  void t5_data() {
    QTest::addColumn<bool>("later");
    QTest::newRow("relu, tied head") << false;
    QTest::newRow("gated, a head of its own") << true;
  }
  void t5() {
    QFETCH(const bool, later);
    TinyCheckpoint tiny, earlier = tinyT5();
    for (const auto& [name, values] : earlier.tensors()) {
      const std::size_t at = name.find(".wi.");
      if (!later || at == name.npos) {
        tiny.add(name, values.shape(), name.find("norm") != name.npos);
        continue;
      }
      tiny.add(name.substr(0, at) + ".wi_0.weight", values.shape());
      tiny.add(name.substr(0, at) + ".wi_1.weight", values.shape());
    }
    nlohmann::json configuration = tinyT5Configuration();
    configuration["relative_attention_max_distance"] = 128;  // which no key of the file says
    if (later) {
      tiny.add("lm_head.weight", {8, 4});
      configuration["feed_forward_proj"] = "gated-gelu";
      configuration["tie_word_embeddings"] = false;
    }
    GgufBytes file;
    file.key("general.architecture", "t5")
        .key("t5.block_count", std::uint32_t{1})
        .key("t5.embedding_length", std::uint32_t{4})
        .key("t5.feed_forward_length", std::uint32_t{6})
        .key("t5.attention.key_length", std::uint32_t{2})
        .key("t5.attention.head_count", std::uint32_t{2})
        .key("t5.attention.relative_buckets_count", std::uint32_t{8})
        .key("t5.attention.layer_norm_rms_epsilon", 1e-6F);
    addTensors(file, tiny.tensors(), t5Names(),
               [](const std::string&, const Tensor& all) { return all; });
    compare(answerOf(read(file)), answerOf(tiny.with(configuration)));
  }

  void bert() {
    TinyCheckpoint tiny = tinyBert();
    GgufBytes file;
    file.key("general.architecture", "bert")
        .key("bert.block_count", std::uint32_t{1})
        .key("bert.context_length", std::uint32_t{6})
        .key("bert.embedding_length", std::uint32_t{4})
        .key("bert.feed_forward_length", std::uint32_t{6})
        .key("bert.attention.head_count", std::uint32_t{2})
        .key("bert.attention.layer_norm_epsilon", 1e-12F);
    addTensors(file, tiny.tensors(), bertNames(),
               [](const std::string&, const Tensor& all) { return all; });
    compare(outputOf(read(file), false), outputOf(tiny.with(tinyBertConfiguration()), false));
  }
};

}  // namespace
}  // namespace lineament::language

QTEST_GUILESS_MAIN(lineament::language::GgufModelsTest)
#include "gguf_models_test.moc"
