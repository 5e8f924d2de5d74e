"""A small language model with low-rank adapters, in ONNX: what an invented telephone company replies.

A network of the kind of Bengio et al. (https://www.jmlr.org/papers/v3/bengio03a.html): it sees the mean of the prompt's words and the
last words of its reply. Adapters as of Hu et al. (https://arxiv.org/abs/2106.09685), in the files that the library PEFT writes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save
from scipy.sparse import csr_matrix

from samples.make_models.dialogues import PROMPT, RECENT, TOKENS, Ids, Steps, dialogues, steps, vocabulary
from samples.make_models.training import Array, Numbers, Weights, adam, softmax, uniform

NAME = "support-replies"
STYLES = ("formal", "brief")
SIZE, HIDDEN = 20, 64
RANK, ALPHA = 6, 12
OPSET, IR_VERSION = 17, 8
TARGETS = {"hidden": ((RECENT + 1) * SIZE, HIDDEN), "projection": (HIDDEN, SIZE)}
"""The matrices that adapters are laid upon."""
FACTORS = [f"{name}.{factor}" for name in TARGETS for factor in "AB"]
PLAIN = "plain"
STRANGE_WORDS = 0.2
KNOWN_OF_STYLE = 25


def _learnt(style: str) -> Steps:
    return steps(dialogues(style, 800 if style == PLAIN else 300, seed=1, strange=STRANGE_WORDS))


@cache
def held_out(style: str) -> Steps:
    """Returns dialogues that nothing was trained on; the sentences are put together anew, the words are known."""
    return steps(dialogues(style, 150, seed=2))


@cache
def train() -> Weights:
    """Trains the model on plain replies, with a few of both other styles, so that it knows their words."""
    random, words = np.random.default_rng(20), len(vocabulary())
    start = {name: uniform(random, *shape) for name, shape in TARGETS.items()}
    start |= {"words": uniform(random, words, SIZE), "hidden_bias": np.zeros(HIDDEN, np.float32), "bias": np.zeros(words, np.float32)}
    start |= _adapter_to_begin_with(random, 0)
    mixed = [_learnt(PLAIN), *(steps(dialogues(style, KNOWN_OF_STYLE, seed=1)) for style in STYLES)]
    learnt = Steps(*(np.concatenate([getattr(each, name) for each in mixed]) for name in ("prompts", "recents", "targets")))
    base = ("words", "hidden", "projection", "hidden_bias", "bias")
    return adam(start, lambda w, n: _gradients(w, learnt, n, base), len(learnt.targets), epochs=12, batch=128, rate=0.01, seed=20)


@cache
def train_adapter(style: str) -> Weights:
    """Trains the two factors of each matrix for ``style``; everything else stays as it is."""
    learnt = _learnt(style)
    start = {**train(), **_adapter_to_begin_with(np.random.default_rng(21), RANK)}
    trained = adam(start, lambda w, n: _gradients(w, learnt, n, FACTORS), len(learnt.targets), epochs=8, batch=128, rate=0.02, seed=21)
    return {name: trained[name] for name in FACTORS}


def _adapter_to_begin_with(random: np.random.Generator, rank: int) -> Weights:
    pairs = {name: (uniform(random, size, rank or 1), np.zeros((rank or 1, out), np.float32)) for name, (size, out) in TARGETS.items()}
    return {f"{name}.{factor}": value for name, pair in pairs.items() for factor, value in zip("AB", pair, strict=True)}


def _picked(ids: Ids, words: int, shares: Array | None = None) -> csr_matrix:
    """Returns a matrix that picks the words of each row of ``ids`` from a table of all words: their sum, each by its share."""
    shares = np.ones(ids.shape, np.float32) if shares is None else shares
    return csr_matrix((shares.ravel(), ids.ravel(), np.arange(0, ids.size + 1, ids.shape[1])), shape=(len(ids), words))


def _mean_of(prompts: Ids, words: int) -> csr_matrix:
    known = prompts != 0
    return _picked(prompts, words, (known / np.maximum(known.sum(axis=1, keepdims=True), 1)).astype(np.float32))


def _forward(weights: Weights, prompts: Ids, recents: Ids) -> tuple[Array, Array, Array, Array]:
    """Returns what goes in, the hidden layer, what is compared with every word, and the probability of every word."""
    words = weights["words"]
    seen = np.concatenate([_mean_of(prompts, len(words)) @ words, words[recents].reshape(len(recents), -1)], axis=1)
    hidden = np.tanh(seen @ weights["hidden"] + seen @ weights["hidden.A"] @ weights["hidden.B"] + weights["hidden_bias"])
    meant = hidden @ weights["projection"] + hidden @ weights["projection.A"] @ weights["projection.B"]
    return seen, hidden, meant, softmax(meant @ words.T + weights["bias"])


def _gradients(weights: Weights, all_steps: Steps, numbers: Numbers, wanted: Sequence[str]) -> Mapping[str, Array]:
    prompts, recents, targets = all_steps.prompts[numbers], all_steps.recents[numbers], all_steps.targets[numbers]
    seen, hidden, meant, error = _forward(weights, prompts, recents)
    error[np.arange(len(targets)), targets] -= 1
    error /= len(targets)
    by_meant = error @ weights["words"]
    by_sum = (by_meant @ (weights["projection"] + weights["projection.A"] @ weights["projection.B"]).T) * (1 - hidden**2)
    found = {"bias": error.sum(0), "hidden_bias": by_sum.sum(0), "hidden": seen.T @ by_sum, "projection": hidden.T @ by_meant}
    for name, into, back in (("hidden", seen, by_sum), ("projection", hidden, by_meant)):
        found[f"{name}.A"] = into.T @ (back @ weights[f"{name}.B"].T)
        found[f"{name}.B"] = (into @ weights[f"{name}.A"]).T @ back
    if "words" in wanted:
        by_seen = by_sum @ (weights["hidden"] + weights["hidden.A"] @ weights["hidden.B"]).T
        by_prompt = _mean_of(prompts, len(weights["words"])).T @ by_seen[:, :SIZE]
        by_recent = _picked(recents.reshape(-1, 1), len(weights["words"])).T @ by_seen[:, SIZE:].reshape(-1, SIZE)
        found["words"] = error.T @ meant + by_prompt + by_recent
    return {name: found[name] for name in wanted}


def perplexity(weights: Weights, style: str) -> float:
    """Returns the perplexity for held-out replies in ``style``: between how many words, all alike, the model would hesitate so much."""
    asked = held_out(style)
    probabilities = _forward(weights, asked.prompts, asked.recents)[3]
    return float(np.exp(-np.log(probabilities[np.arange(len(asked.targets)), asked.targets]).mean()))


def quality(weights: Weights) -> dict[str, str]:
    """Returns how well the model, alone and with its adapters, foretells the next word of replies that it has not seen."""
    found = {f"perplexity, {PLAIN} replies": f"{perplexity(weights, PLAIN):.2f} of {len(vocabulary())} words"}
    for style in STYLES:
        adapted = perplexity({**weights, **train_adapter(style)}, style)
        found[f"perplexity, {style} replies"] = f"{adapted:.2f} with its adapter (alone: {perplexity(weights, style):.2f})"
    return found


def graph(weights: Weights) -> bytes:
    """Returns the network as ONNX; the factors of an adapter are inputs, which are zero unless given."""
    node, shaped = helper.make_node, helper.make_tensor_value_info
    nodes = [
        node("Gather", ["words", "prompt"], ["prompt_vectors"]),
        node("Equal", ["prompt", "padding"], ["is_padding"]),
        node("Not", ["is_padding"], ["is_word"]),
        node("Cast", ["is_word"], ["weight"], to=TensorProto.FLOAT),
        node("ReduceSum", ["weight", "last_axis"], ["count"], keepdims=1),
        node("Max", ["count", "one"], ["divisor"]),
        node("Unsqueeze", ["weight", "middle_axis"], ["weight_row"]),
        node("MatMul", ["weight_row", "prompt_vectors"], ["sum_row"]),
        node("Squeeze", ["sum_row", "middle_axis"], ["sum"]),
        node("Div", ["sum", "divisor"], ["bag"]),
        node("Gather", ["words", "recent"], ["recent_vectors"]),
        node("Flatten", ["recent_vectors"], ["recent_flat"], axis=1),
        node("Concat", ["bag", "recent_flat"], ["seen"], axis=1),
        *_adapted("hidden", "seen", "hidden_sum"),
        node("Add", ["hidden_sum", "hidden_bias"], ["hidden_biased"]),
        node("Tanh", ["hidden_biased"], ["hidden_layer"]),
        *_adapted("projection", "hidden_layer", "meant"),
        node("Gemm", ["meant", "words", "bias"], ["logits"], transB=1),
    ]
    constants = {"padding": 0, "last_axis": [1], "middle_axis": [1], "one": np.array(1, np.float32)}
    values = {**{name: np.asarray(value) for name, value in constants.items()}, **weights}
    inputs = [shaped("prompt", TensorProto.INT64, ["batch", PROMPT]), shaped("recent", TensorProto.INT64, ["batch", RECENT])]
    for name, (size, out) in TARGETS.items():
        values |= {f"{name}.A": np.zeros((size, 1), np.float32), f"{name}.B": np.zeros((1, out), np.float32)}
        inputs += [shaped(f"{name}.A", TensorProto.FLOAT, [size, "rank"]), shaped(f"{name}.B", TensorProto.FLOAT, ["rank", out])]
    outputs = [shaped("logits", TensorProto.FLOAT, ["batch", len(vocabulary())])]
    whole = helper.make_graph(
        nodes, NAME, inputs, outputs, [numpy_helper.from_array(value, name) for name, value in sorted(values.items())]
    )
    opset = helper.make_opsetid("", OPSET)
    model = helper.make_model(whole, opset_imports=[opset], ir_version=IR_VERSION, producer_name="samples.make_models")
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def _adapted(name: str, source: str, target: str) -> list[onnx.NodeProto]:
    """Returns the nodes of ``source @ W + source @ A @ B``."""
    node = helper.make_node
    return [
        node("MatMul", [source, name], [f"{name}_own"]),
        node("MatMul", [source, f"{name}.A"], [f"{name}_low"]),
        node("MatMul", [f"{name}_low", f"{name}.B"], [f"{name}_shift"]),
        node("Add", [f"{name}_own", f"{name}_shift"], [target]),
    ]


def files() -> dict[str, bytes]:
    """Returns the artifact: the network, its words, and what a program must know to use it."""
    config = {"name": NAME, "prompt": PROMPT, "recent": RECENT, "tokens": TOKENS, "max_tokens": 256, "adapted": list(TARGETS)}
    return {
        "model.onnx": graph(train()),
        "vocabulary.txt": "".join(f"{word}\n" for word in vocabulary()).encode(),
        "config.json": (json.dumps(config, indent=2) + "\n").encode(),
    }


def adapter_files(style: str) -> dict[str, bytes]:
    """Returns the artifact of an adapter, as PEFT writes it: https://huggingface.co/docs/peft/developer_guides/checkpoint."""
    factors = train_adapter(style)
    prefix = "base_model.model"
    tensors = {
        f"{prefix}.{name}.lora_{factor}.weight": np.ascontiguousarray(factors[f"{name}.{factor}"].T)
        / (1 if factor == "A" else ALPHA / RANK)
        for name in TARGETS
        for factor in "AB"
    }
    config = {"base_model_name_or_path": NAME, "peft_type": "LORA", "r": RANK, "lora_alpha": ALPHA, "target_modules": list(TARGETS)}
    return {
        "adapter_config.json": (json.dumps(config, indent=2) + "\n").encode(),
        "adapter_model.safetensors": save({name: tensor.astype(np.float32) for name, tensor in tensors.items()}),
    }
