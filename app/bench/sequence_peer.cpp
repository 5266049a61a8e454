// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bench/sequence_peer.h"

#include <algorithm>

namespace lineament::app {

namespace {

// One function for each mechanism over q, k [B, H, T, Dk], v [B, H, T, Dv]; chunks of 64, all of
// them at once where nothing but the state runs from one to the next.
constexpr const char* kScript = R"(
import json, sys, time
settings = json.loads(sys.stdin.readline())
import torch
import torch.nn.functional as F
torch.set_num_threads(settings["threads"])
torch.manual_seed(7)
B, T, H, K, V, C = 1, settings["tokens"], settings["heads"], settings["key"], settings["value"], 64
scale = K ** -0.5

def draw(*shape):
    return torch.randn(*shape)

def chunks(x):
    return x.view(B, H, T // C, C, -1)

def softmax():
    q, k, v = draw(B, H, T, K), draw(B, H, T, K), draw(B, H, T, V)
    return lambda: F.scaled_dot_product_attention(q, k, v, is_causal=True)

def scan(decay, update):
    state = torch.zeros_like(update[:, :, 0])
    states = torch.empty_like(update)
    for i in range(update.shape[2]):
        states[:, :, i] = state
        state = state * decay[:, :, i] + update[:, :, i]
    return states

def diagonal(q, k, v, g):
    def run():
        G = chunks(g).cumsum(3)
        last = G[:, :, :, -1:]
        qc, kc, vc = chunks(q) * scale * G.exp(), chunks(k) * (-G).exp(), chunks(v)
        update = (kc * last.exp()).transpose(3, 4) @ vc
        states = scan(last.exp().transpose(3, 4), update)
        return (qc @ kc.transpose(3, 4)).tril() @ vc + qc @ states
    return run

def linear():
    return diagonal(draw(B, H, T, K), draw(B, H, T, K), draw(B, H, T, V), torch.zeros(B, H, T, 1))

def retention():
    gamma = torch.log1p(-2.0 ** (-5 - torch.arange(H, dtype=torch.float32))).clamp(min=-1)
    return diagonal(draw(B, H, T, K), draw(B, H, T, K), draw(B, H, T, V),
                    gamma.view(1, H, 1, 1).expand(B, H, T, 1).contiguous())

def gla():
    return diagonal(draw(B, H, T, K), draw(B, H, T, K), draw(B, H, T, V),
                    F.logsigmoid(draw(B, H, T, K)) / 16)

def delta(gated):
    q, k, v = draw(B, H, T, K), F.normalize(draw(B, H, T, K), dim=-1), draw(B, H, T, V)
    beta = torch.sigmoid(draw(B, H, T, 1))
    g = -F.softplus(draw(B, H, T, 1)) / 4 if gated else torch.zeros(B, H, T, 1)
    eye = torch.eye(C)
    def run():
        G = chunks(g).cumsum(3)
        qc, kc, vc, bc = chunks(q) * scale, chunks(k), chunks(v), chunks(beta)
        D = (G - G.transpose(3, 4)).tril().exp().tril()
        L = ((kc * bc) @ kc.transpose(3, 4) * D).tril(-1)
        right = torch.cat([kc * bc * G.exp(), vc * bc], -1)
        solved = torch.linalg.solve_triangular(eye + L, right, upper=False, unitriangular=True)
        W, U = solved[..., :K], solved[..., K:]
        A = (qc @ kc.transpose(3, 4)) * D
        last = G[:, :, :, -1:]
        kl, ql, decay = kc * (last - G).exp(), qc * G.exp(), last.exp()
        state = torch.zeros(B, H, K, V)
        out = torch.empty(B, H, T // C, C, V)
        for i in range(T // C):
            u = U[:, :, i] - W[:, :, i] @ state
            out[:, :, i] = ql[:, :, i] @ state + A[:, :, i] @ u
            state = state * decay[:, :, i] + kl[:, :, i].transpose(2, 3) @ u
        return out
    return run

def mamba():
    x, dt = draw(T, H), torch.rand(T, H) * 0.1
    A = -torch.arange(1, K + 1, dtype=torch.float32).expand(H, K)
    Bm, Cm, D = draw(T, K), draw(T, K), draw(H)
    def run():
        a = (dt[:, :, None] * A).exp()
        b = (dt * x)[:, :, None] * Bm[:, None]
        h = torch.zeros(H, K)
        y = torch.empty(T, H)
        for t in range(T):
            h = torch.addcmul(b[t], a[t], h)
            y[t] = h @ Cm[t]
        return y + D * x
    return run

def ssd():
    return diagonal(draw(B, H, T, K), draw(B, H, T, K), draw(B, H, T, V),
                    -F.softplus(draw(B, H, T, 1)) / 8)

run = {"softmax": softmax, "linear": linear, "retention": retention, "lightning": retention, "gla": gla,
       "deltanet": lambda: delta(False), "gated-deltanet": lambda: delta(True), "mamba": mamba,
       "mamba-signed": mamba, "ssd": ssd}[settings["mechanism"]]()
with torch.inference_mode():
    run()
    print(json.dumps({"version": torch.__version__}), flush=True)
    for line in sys.stdin:
        begin = time.perf_counter()
        run()
        print(json.dumps({"seconds": time.perf_counter() - begin}), flush=True)
)";

constexpr std::string_view kKnown[] = {"softmax",      "linear",   "retention",      "lightning",
                                       "gla",          "deltanet", "gated-deltanet", "mamba",
                                       "mamba-signed", "ssd"};
// The peer takes seconds a run from here on, and nothing new is learned from it.
constexpr std::int64_t kLongest = 8192;

}  // namespace

SequencePeer::SequencePeer(const std::filesystem::path& python, const nlohmann::json& settings,
                           int threads)
    : process_(python, kScript, settings, threads) {}

double SequencePeer::runOnce() {
  return process_.runOnce().at("seconds").get<double>();
}

std::unique_ptr<SequencePeer> makeSequencePeer(const sequence::Mechanism& mechanism,
                                               const sequence::Sizes& sizes,
                                               const BenchSettings& settings) {
  const std::string_view id = mechanism.description().id;
  if (settings.peer_python.empty() || sizes.tokens() > kLongest ||
      std::find(std::begin(kKnown), std::end(kKnown), id) == std::end(kKnown)) {
    return nullptr;
  }
  const nlohmann::json job{{"mechanism", id},         {"tokens", sizes.tokens()},
                           {"heads", sizes.heads()},  {"key", sizes.keys()},
                           {"value", sizes.values()}, {"threads", settings.context.threads}};
  return std::make_unique<SequencePeer>(settings.peer_python, job, settings.context.threads);
}

}  // namespace lineament::app
