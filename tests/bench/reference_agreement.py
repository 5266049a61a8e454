#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the program's mechanisms and networks against their authors' own code, on the CPU.

    reference_agreement.py PATH/TO/lineament [--mamba-source DIR]

Mechanisms: `sequence.run` in its three forms beside the plain recurrences of flash-linear-attention
and, from an unpacked source of mamba_ssm, its selective scan and its minimal SSD. Printed is
rms(ours - theirs) / rms(theirs). Networks: small ones with random weights, saved as their library
saves them; printed is the largest difference between the surprisals of tokens, in bit.

Needs numpy, torch, einops, triton, transformers, flash-linear-attention and rwkv; the first six
networks run Triton's kernels in its interpreter, so no GPU is asked for.
"""
import argparse
import contextlib
import csv
import importlib
import math
import os
import pathlib
import subprocess
import sys
import tempfile

os.environ["TRITON_INTERPRET"] = "1"
os.environ["RWKV_JIT_ON"] = os.environ["RWKV_CUDA_ON"] = os.environ["RWKV_V7_ON"] = "0"

import numpy
import torch
import torch.nn.functional as F
import triton.runtime.autotuner

# The interpreter has no device to time kernels on: the first of their configurations is as good.
triton.runtime.autotuner.Autotuner._bench = lambda self, *_, **__: [0.0, 0.0, 0.0]

PROGRAM = ""


def program(analysis, out, **given):
    command = [PROGRAM, "run", analysis, "--out", out, "--figure-format", "none"]
    command += ["--input", given.pop("input")]
    for key, value in given.items():
        command += ["--set", f"{key}={value}"]
    ended = subprocess.run(command, capture_output=True, text=True)
    if ended.returncode:
        raise SystemExit(f"{' '.join(command)}\n{ended.stderr}")


def mechanism(name, theirs, **operands):
    theirs = theirs.double()
    row = []
    for form in ("reference", "fast", "step"):
        with tempfile.TemporaryDirectory() as folder:
            numpy.savez(f"{folder}/in.npz",
                        **{key: value.contiguous().numpy() for key, value in operands.items()})
            program("sequence.run", f"{folder}/out", input=f"qkv={folder}/in.npz", mechanism=name,
                    form=form, compare="no")
            ours = torch.tensor(numpy.load(f"{folder}/out/o.npy")).double().reshape(theirs.shape)
        row.append(f"{form} {float((ours - theirs).square().mean().sqrt() / theirs.square().mean().sqrt()):.1e}")
    print(f"{name:16}" + ", ".join(row), flush=True)


def plain(path):
    """A module of flash-linear-attention that holds plain PyTorch only."""
    return importlib.import_module(f"fla.ops.{path}")


def mechanisms():
    batch, tokens, heads, keys, values = 2, 203, 3, 32, 24
    draw = torch.randn
    q, k = draw(batch, tokens, heads, keys), draw(batch, tokens, heads, keys)
    v = draw(batch, tokens, heads, values)
    unit = F.normalize(k, dim=-1)
    heads_first = lambda x: x.transpose(1, 2)

    gates = F.logsigmoid(draw(batch, tokens, heads, keys)) / 4
    mechanism("gla", plain("gla.naive").naive_recurrent_gla(q, k, v, gates)[0], q=q, k=k, v=v, g=gates)
    for strength in (1, 2):
        beta = strength * torch.sigmoid(draw(batch, tokens, heads))
        theirs = plain("delta_rule.naive").delta_rule_recurrence(
            *map(heads_first, (q, unit, v, beta)))[0]
        mechanism("deltanet", heads_first(theirs), q=q, k=unit, v=v, beta=beta)
    decay = F.logsigmoid(draw(batch, tokens, heads)) / 4
    beta = torch.sigmoid(draw(batch, tokens, heads))
    theirs = plain("gated_delta_rule.naive").naive_recurrent_gated_delta_rule(
        q, unit, v, beta, decay, scale=keys**-0.5)
    mechanism("gated-deltanet", theirs[0] if isinstance(theirs, tuple) else theirs,
              q=q, k=unit, v=v, beta=beta, g=decay)
    theirs = plain("retention.naive").naive_retention(*map(heads_first, (q, k, v)))
    mechanism("retention", heads_first(theirs), q=q, k=k, v=v)
    theirs = plain("based.naive").naive_parallel_based(*map(heads_first, (q, k, v)))
    mechanism("based", heads_first(theirs), q=q, k=k, v=v)
    decays, bonus = -torch.exp(draw(batch, tokens, heads, keys) - 1), draw(heads, keys)
    theirs = plain("rwkv6.recurrent_naive").naive_recurrent_rwkv6(
        *map(heads_first, (q, k, v, decays)), bonus, scale=1.0)[0]
    mechanism("rwkv6", heads_first(theirs), r=q, k=k, v=v, w=decays, u=bonus)
    # RWKV-7 as the diagonal plus a rank of one: the state loses (a kappa)' (kappa S).
    kappa = F.normalize(draw(batch, tokens, heads, keys), dim=-1)
    share = torch.sigmoid(draw(batch, tokens, heads, keys))
    theirs = plain("generalized_delta_rule.dplr.naive").dplr_recurrence(
        *map(heads_first, (q * keys**0.5, k, v, -kappa, kappa * share, decays)))[0]
    mechanism("rwkv7", heads_first(theirs), q=q, k=k, v=v, g=decays, kappa=kappa, a=share)


def functions(path, *names):
    """Functions out of a file whose other parts need a GPU to be imported."""
    import ast
    from einops import rearrange, repeat
    source = pathlib.Path(path).read_text()
    wanted = [each for each in ast.parse(source).body
              if isinstance(each, ast.FunctionDef) and each.name in names]
    scope = {"torch": torch, "F": F, "rearrange": rearrange, "repeat": repeat}
    exec(compile(ast.Module(wanted, []), str(path), "exec"), scope)
    return [scope[name] for name in names]


def state_spaces(source):
    batch, tokens, channels, states, heads, width = 2, 203, 48, 16, 3, 24
    draw = torch.randn
    [scan] = functions(source / "mamba_ssm/ops/selective_scan_interface.py", "selective_scan_ref")
    x, z = draw(batch, tokens, channels), draw(batch, tokens, channels)
    step, rates = F.softplus(draw(batch, tokens, channels)), -torch.exp(draw(channels, states))
    b, c, skip = draw(batch, tokens, states), draw(batch, tokens, states), draw(channels)
    tokens_last = lambda each: each.transpose(1, 2)
    theirs = scan(tokens_last(x), tokens_last(step), rates, tokens_last(b), tokens_last(c), skip,
                  z=tokens_last(z))
    mechanism("mamba", tokens_last(theirs), x=x, dt=step, A=rates, B=b, C=c, D=skip, z=z)

    _, ssd = functions(source / "mamba_ssm/modules/ssd_minimal.py", "segsum", "ssd_minimal_discrete")
    tokens = 192  # whole chunks are all it takes
    x, step = draw(batch, tokens, heads, width), F.softplus(draw(batch, tokens, heads) - 2)
    rates = -torch.exp(torch.rand(heads))
    b, c = draw(batch, tokens, 1, states), draw(batch, tokens, 1, states)
    each_head = lambda group: group.expand(batch, tokens, heads, states)
    theirs = ssd(x * step[..., None], rates * step, each_head(b), each_head(c), 64)[0]
    mechanism("ssd", theirs, x=x, dt=step, A=rates, B=b, C=c)


def network(name, logits, ids, model):
    theirs = -torch.log_softmax(logits.double(), -1)[:-1].gather(1, ids[1:, None])[:, 0] / math.log(2)
    with tempfile.TemporaryDirectory() as folder:
        program("text.attention", folder + "/out", input=f"model={model}", special="false",
                token_ids=",".join(map(str, ids.tolist())))
        with open(folder + "/out/tokens.csv", newline="") as lines:
            rows = list(csv.DictReader(lines))
    [column] = [key for key in rows[0] if key.startswith("surprisal") and "layer" not in key]
    ours = torch.tensor([float(row[column]) for row in rows[1:]], dtype=torch.float64)
    print(f"{name:16}{float((ours - theirs).abs().max()):.1e} bit, of {float(theirs.min()):.1f} to "
          f"{float(theirs.max()):.1f}", flush=True)


def networks():
    import fla.models as models
    sizes = {"hidden_size": 64, "num_hidden_layers": 2, "vocab_size": 50, "intermediate_size": 96,
             "fuse_norm": False, "fuse_swiglu": False, "fuse_cross_entropy": False}
    recurrent = {"num_heads": 2, "attn_mode": "fused_recurrent"}
    for name, own in {
        "GLA": recurrent, "DeltaNet": recurrent, "RetNet": recurrent,
        "GatedDeltaNet": {**recurrent, "head_dim": 24},
        "RWKV7": {"head_dim": 32, "decay_low_rank_dim": 8, "gate_low_rank_dim": 8,
                  "a_low_rank_dim": 8, "v_low_rank_dim": 8},
    }.items():
        configuration = getattr(models, name + "Config")(**sizes, **own)
        made = getattr(models, name + "ForCausalLM")(configuration).float().eval()
        for each in made.parameters():
            each.add_(0.02 * torch.randn_like(each))  # no map stays the zeros that it begins with
        ids = torch.randint(0, sizes["vocab_size"], (23,))
        with tempfile.TemporaryDirectory() as folder:
            made.save_pretrained(folder)
            network(name, made(ids[None]).logits[0], ids, folder)


def rwkv6():
    from rwkv.model import RWKV
    width, heads, size, vocabulary, hidden, rank, decay_rank = 128, 2, 64, 60, 192, 8, 12
    draw = lambda *shape, scale=0.3: torch.randn(*shape) * scale
    weights = {"emb.weight": draw(vocabulary, width, scale=1),
               "head.weight": draw(vocabulary, width, scale=0.2)}
    norms = ["blocks.0.ln0", "ln_out"]
    for layer in range(2):
        block = f"blocks.{layer}."
        norms += [block + "ln1", block + "ln2", block + "att.ln_x"]
        mix = block + "att."
        for name in "xwkvrg":
            weights[mix + "time_maa_" + name] = torch.rand(1, 1, width)
        weights |= {mix + "time_maa_w1": draw(width, 5 * rank), mix + "time_maa_w2": draw(5, rank, width),
                    mix + "time_decay": draw(1, 1, width) - 2, mix + "time_decay_w1": draw(width, decay_rank),
                    mix + "time_decay_w2": draw(decay_rank, width), mix + "time_faaaa": draw(heads, size)}
        for name in ("receptance", "key", "value", "gate", "output"):
            weights[mix + name + ".weight"] = draw(width, width, scale=0.12)
        forward = block + "ffn."
        for name in "kr":
            weights[forward + "time_maa_" + name] = torch.rand(1, 1, width)
        weights |= {forward + "key.weight": draw(hidden, width, scale=0.1),
                    forward + "receptance.weight": draw(width, width, scale=0.1),
                    forward + "value.weight": draw(width, hidden, scale=0.1)}
    for name in norms:
        weights |= {name + ".weight": 1 + draw(width, scale=0.1), name + ".bias": draw(width, scale=0.1)}
    ids = torch.randint(0, vocabulary, (31,))
    with tempfile.TemporaryDirectory() as folder:
        torch.save(weights, folder + "/rwkv6.pth")
        with contextlib.redirect_stdout(None):  # it lists its tensors
            logits, _ = RWKV(model=folder + "/rwkv6", strategy="cpu fp32").forward(
                ids.tolist(), None, full_output=True)
        network("RWKV-6", logits, ids, folder + "/rwkv6.pth")


def main():
    global PROGRAM
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--mamba-source", type=pathlib.Path)
    arguments = parser.parse_args()
    PROGRAM = os.path.abspath(arguments.program)
    torch.manual_seed(0)
    torch.set_grad_enabled(False)
    mechanisms()
    if arguments.mamba_source:
        state_spaces(arguments.mamba_source)
    networks()
    rwkv6()


if __name__ == "__main__":
    sys.exit(main())
