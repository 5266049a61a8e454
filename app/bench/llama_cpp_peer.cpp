// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bench/llama_cpp_peer.h"

#include <QProcess>
#include <QString>

namespace lineament::app {

const char* const kLlamaCppScript = R"(
import json, sys, time
settings = json.loads(sys.stdin.readline())
import gguf, llama_cpp, numpy, pathlib
from safetensors.numpy import load_file
folder = pathlib.Path(settings["path"])
config = json.loads((folder / "config.json").read_text())
kind = config["model_type"]
tensors = load_file(folder / "model.safetensors")
layers = config.get("n_layer", config.get("num_hidden_layers"))
width = config.get("n_embd", config.get("hidden_size"))
file = gguf.GGUFWriter(str(folder / "model.gguf"), kind)
file.add_block_count(layers)
file.add_context_length(config.get("n_positions", 1024))
file.add_embedding_length(width)
file.add_vocab_size(config["vocab_size"])
file.add_tokenizer_model("no_vocab")
if kind == "gpt2":
    file.add_feed_forward_length(4 * width)
    file.add_head_count(config["n_head"])
    file.add_layer_norm_eps(1e-5)
else:
    file.add_feed_forward_length(0)
    file.add_head_count(0)
    file.add_layer_norm_rms_eps(1e-5)
    file.add_ssm_conv_kernel(4)
    file.add_ssm_inner_size(config["intermediate_size"])
    file.add_ssm_state_size(config["state_size"])
    file.add_ssm_time_step_rank(config["time_step_rank"])
names = {"wte": "token_embd", "wpe": "position_embd", "ln_f": "output_norm",
         "embeddings": "token_embd", "norm_f": "output_norm"}
parts = {"ln_1": "attn_norm", "ln_2": "ffn_norm", "attn.c_attn": "attn_qkv",
         "attn.c_proj": "attn_output", "mlp.c_fc": "ffn_up", "mlp.c_proj": "ffn_down",
         "norm": "attn_norm", "mixer.in_proj": "ssm_in", "mixer.conv1d": "ssm_conv1d",
         "mixer.x_proj": "ssm_x", "mixer.dt_proj": "ssm_dt", "mixer.out_proj": "ssm_out"}
for name, values in tensors.items():
    name = name.split(".", 1)[1]
    if name.startswith(("h.", "layers.")):
        _, layer, rest = name.split(".", 2)
        if rest == "mixer.A_log":
            out, values = "ssm_a", -numpy.exp(values)
        elif rest == "mixer.D":
            out = "ssm_d"
        else:
            base, ending = rest.rsplit(".", 1)
            out = parts[base] + "." + ending
            if kind == "gpt2" and values.ndim == 2:
                values = values.T
            values = values.squeeze()
        name = f"blk.{layer}.{out}"
    else:
        base, ending = name.rsplit(".", 1)
        name = names[base] + "." + ending
    file.add_tensor(name, numpy.ascontiguousarray(values, dtype=numpy.float32))
file.write_header_to_file()
file.write_kv_data_to_file()
file.write_tensors_to_file()
file.close()
del tensors
threads = settings["threads"]
prompt = settings["prompt"]
model = llama_cpp.Llama(str(folder / "model.gguf"), n_ctx=1024, n_batch=len(prompt),
                        n_ubatch=len(prompt), n_threads=threads, n_threads_batch=threads,
                        type_k=0, type_v=0, verbose=False)
def likeliest():
    logits = llama_cpp.llama_get_logits_ith(model._ctx.ctx, -1)
    return int(numpy.ctypeslib.as_array(logits, shape=(config["vocab_size"],)).argmax())
print(json.dumps({"version": llama_cpp.__version__}), flush=True)
for line in sys.stdin:
    model.reset()
    model._ctx.kv_cache_clear()
    begin = time.perf_counter()
    model.eval(prompt)
    token = likeliest()
    seconds = time.perf_counter() - begin
    if settings["written"]:
        begin = time.perf_counter()
        for _ in range(settings["written"]):
            model.eval([token])
            token = likeliest()
        seconds = (time.perf_counter() - begin) / settings["written"]
    print(json.dumps({"seconds": seconds, "token": token}), flush=True)
)";

bool hasLlamaCpp(const std::filesystem::path& python) {
  QProcess process;
  process.start(QString::fromStdString(python.string()),
                {"-c", "import gguf, llama_cpp, safetensors"});
  constexpr int kPatience = 60'000;  // milliseconds
  return process.waitForFinished(kPatience) && process.exitStatus() == QProcess::NormalExit &&
         process.exitCode() == 0;
}

}  // namespace lineament::app
