// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <algorithm>
#include <cmath>

#include "app/bench/bench.h"
#include "app/bench/llama_cpp_peer.h"
#include "app/bench/peer_process.h"
#include "core/base/file.h"
#include "core/base/random.h"
#include "core/io/reader.h"
#include "core/io/safetensors.h"
#include "core/language/architectures.h"

namespace lineament::app {

namespace {

constexpr std::size_t kPrompt = 512;
constexpr std::size_t kWritten = 32;

// Reads the prompt, or reads it untimed and times the tokens written behind it. Logits of a prompt
// are those that the library makes: of every token.
constexpr const char* kTransformers = R"(
import json, sys, time
settings = json.loads(sys.stdin.readline())
import torch, transformers
torch.set_num_threads(settings["threads"])
torch.set_grad_enabled(False)
transformers.logging.set_verbosity_error()
model = transformers.AutoModelForCausalLM.from_pretrained(settings["path"]).eval()
prompt = torch.tensor([settings["prompt"]])
print(json.dumps({"version": f"{transformers.__version__} on PyTorch {torch.__version__}"}))
for line in sys.stdin:
    begin = time.perf_counter()
    out = model(prompt, use_cache=True)
    seconds = time.perf_counter() - begin
    if settings["written"]:
        past = "past_key_values" if hasattr(out, "past_key_values") else "cache_params"
        state = getattr(out, past)
        token = out.logits[:, -1:].argmax(-1)
        begin = time.perf_counter()
        for _ in range(settings["written"]):
            out = model(token, use_cache=True, **{past: state})
            token = out.logits[:, -1:].argmax(-1)
        seconds = (time.perf_counter() - begin) / settings["written"]
    print(json.dumps({"seconds": seconds}))
)";

class RandomTensors {
 public:
  void add(const std::string& name, std::vector<std::uint64_t> shape, double spread,
           double centre = 0) {
    std::uint64_t count = 1;
    for (const std::uint64_t size : shape) count *= size;
    std::vector<float> values(count);
    Random random = Random(12).split(name);
    for (float& value : values) {
      value = static_cast<float>(centre + spread * random.uniform(-1, 1));
    }
    tensors_.emplace_back(name, Tensor::of(std::move(shape), std::move(values)));
  }
  void write(const std::filesystem::path& folder, const nlohmann::json& configuration) const {
    makeFolder(folder);
    io::writeSafetensors(tensors_, {{"format", "pt"}}, folder / "model.safetensors");
    writeWhole(folder / "config.json", configuration.dump());
  }

 private:
  io::NamedTensors tensors_;
};

constexpr std::uint64_t kWidth = 768;

// The sizes of the published small GPT-2: 124 million parameters.
void writeGpt2(const std::filesystem::path& folder) {
  RandomTensors tensors;
  tensors.add("transformer.wte.weight", {50257, kWidth}, 0.03);
  tensors.add("transformer.wpe.weight", {1024, kWidth}, 0.03);
  for (int i = 0; i < 12; ++i) {
    const std::string layer = fmt::format("transformer.h.{}.", i);
    for (const char* norm : {"ln_1", "ln_2"}) {
      tensors.add(layer + norm + ".weight", {kWidth}, 0, 1);
      tensors.add(layer + norm + ".bias", {kWidth}, 0);
    }
    const auto linear = [&](const char* name, std::uint64_t in, std::uint64_t out) {
      tensors.add(layer + name + ".weight", {in, out}, 0.03);
      tensors.add(layer + name + ".bias", {out}, 0);
    };
    linear("attn.c_attn", kWidth, 3 * kWidth);
    linear("attn.c_proj", kWidth, kWidth);
    linear("mlp.c_fc", kWidth, 4 * kWidth);
    linear("mlp.c_proj", 4 * kWidth, kWidth);
  }
  tensors.add("transformer.ln_f.weight", {kWidth}, 0, 1);
  tensors.add("transformer.ln_f.bias", {kWidth}, 0);
  tensors.write(folder, {{"model_type", "gpt2"},
                         {"architectures", {"GPT2LMHeadModel"}},
                         {"vocab_size", 50257},
                         {"n_embd", kWidth},
                         {"n_layer", 12},
                         {"n_head", 12},
                         {"n_positions", 1024}});
}

// The sizes of the published smallest Mamba: 129 million parameters.
void writeMamba(const std::filesystem::path& folder) {
  constexpr std::uint64_t kChannels = 2 * kWidth, kStates = 16, kRank = 48;
  RandomTensors tensors;
  tensors.add("backbone.embeddings.weight", {50280, kWidth}, 0.03);
  for (int i = 0; i < 24; ++i) {
    const std::string layer = fmt::format("backbone.layers.{}.", i);
    const std::string mixer = layer + "mixer.";
    tensors.add(layer + "norm.weight", {kWidth}, 0, 1);
    tensors.add(mixer + "in_proj.weight", {2 * kChannels, kWidth}, 0.03);
    tensors.add(mixer + "conv1d.weight", {kChannels, 1, 4}, 0.5);
    tensors.add(mixer + "conv1d.bias", {kChannels}, 0.1);
    tensors.add(mixer + "x_proj.weight", {kRank + 2 * kStates, kChannels}, 0.03);
    tensors.add(mixer + "dt_proj.weight", {kChannels, kRank}, 0.1);
    tensors.add(mixer + "dt_proj.bias", {kChannels}, 1, -4);
    tensors.add(mixer + "A_log", {kChannels, kStates}, 1, 1);
    tensors.add(mixer + "D", {kChannels}, 0, 1);
    tensors.add(mixer + "out_proj.weight", {kWidth, kChannels}, 0.03);
  }
  tensors.add("backbone.norm_f.weight", {kWidth}, 0, 1);
  tensors.write(folder, {{"model_type", "mamba"},
                         {"architectures", {"MambaForCausalLM"}},
                         {"vocab_size", 50280},
                         {"hidden_size", kWidth},
                         {"num_hidden_layers", 24},
                         {"state_size", kStates},
                         {"intermediate_size", kChannels},
                         {"time_step_rank", kRank},
                         {"tie_word_embeddings", true}});
}

std::vector<std::int32_t> promptTokens() {
  std::vector<std::int32_t> tokens;
  for (std::size_t i = 0; i < kPrompt; ++i)
    tokens.push_back(static_cast<std::int32_t>(i * 7 % 1000));
  return tokens;
}

// Reads a prompt, or writes behind it.
class Runner {
 public:
  explicit Runner(const std::filesystem::path& folder)
      : checkpoint_(io::readFile(folder).require<Checkpoint>()),
        loaded_(language::loadModel(checkpoint_)) {}

  double prompt(const Context& context) {
    language::ModelState state = loaded_.model.start();
    return secondsOf([&] { loaded_.model.run(promptTokens(), state, {}, context); });
  }
  // A token's.
  double writing(const Context& context) {
    language::ModelState state = loaded_.model.start();
    language::Pass pass = loaded_.model.run(promptTokens(), state, {}, context);
    const double all = secondsOf([&] {
      for (std::size_t i = 0; i < kWritten; ++i) {
        const auto next =
            static_cast<std::int32_t>(std::ranges::max_element(pass.logits) - pass.logits.begin());
        pass = loaded_.model.run(std::span(&next, 1), state, {}, context);
      }
    });
    return all / static_cast<double>(kWritten);
  }
  double parameters() const { return static_cast<double>(loaded_.model.parameters()); }

 private:
  Checkpoint checkpoint_;
  language::LoadedModel loaded_;
};

// Who does the same beside us; without a script nobody does.
struct Peer {
  const char* name = nullptr;
  const char* script = nullptr;
};

Measurement measured(const std::string& name, bool writing, const Peer& other, Runner& runner,
                     const std::filesystem::path& folder, const BenchSettings& settings,
                     const Context& quiet) {
  Measurement made{name, 0, "s"};
  made.note = writing ? fmt::format("one token behind {}, float32", kPrompt)
                      : fmt::format("{} tokens, float32, logits of the last", kPrompt);
  const auto ours = [&] { return writing ? runner.writing(quiet) : runner.prompt(quiet); };
  if (!other.script) {
    std::vector<double> times;
    for (int i = 0; i < settings.pairs; ++i) times.push_back(ours());
    made.value = median(times);
  } else {
    PeerProcess peer(settings.peer_python, other.script,
                     {{"path", folder.string()},
                      {"prompt", promptTokens()},
                      {"threads", std::max(quiet.threads, 1)},
                      {"written", writing ? kWritten : 0}},
                     quiet.threads);
    comparePairs(made, {other.name, peer.version()}, settings.pairs, ours,
                 [&] { return peer.runOnce().at("seconds").get<double>(); });
  }
  // Every weight is read once a token; a prompt multiplies with each but the embedding and head.
  const double floor =
      writing ? runner.parameters() * sizeof(float) * 1e-9 / settings.ceilings.read_gigabytes
              : 2 * (runner.parameters() - 50257.0 * kWidth) * kPrompt * 1e-9 /
                    settings.ceilings.fma_gflops;
  made.floor_share = floor / made.value;
  return made;
}

}  // namespace

std::vector<Measurement> benchLanguage(const BenchSettings& settings) {
  const QTemporaryDir folder;
  const std::filesystem::path root = folder.path().toStdString();
  Context quiet = settings.context;
  quiet.progress = nullptr;
  quiet.log = nullptr;
  std::vector<Measurement> all;
  std::vector<Peer> peers{{}};
  if (!settings.peer_python.empty()) {
    peers = {{"transformers", kTransformers}};
    if (hasLlamaCpp(settings.peer_python)) peers.push_back({"llama.cpp", kLlamaCppScript});
  }
  const double parts = 4 * static_cast<double>(peers.size());
  for (const bool mamba : {false, true}) {
    const std::string name = mamba ? "mamba" : "gpt2";
    settings.context.checkpoint(mamba ? 0.5 : 0, "Drawing weights");
    mamba ? writeMamba(root / name) : writeGpt2(root / name);
    Runner runner(root / name);
    for (const bool writing : {false, true}) {
      for (const Peer& peer : peers) {
        std::string what = fmt::format("language.{}.{}", name, writing ? "write" : "read");
        if (peer.script == kLlamaCppScript) what += ".llama_cpp";
        settings.context.checkpoint((static_cast<double>(all.size()) + 0.5) / parts, what);
        all.push_back(measured(what, writing, peer, runner, root / name, settings, quiet));
      }
    }
  }
  return all;
}

}  // namespace lineament::app
