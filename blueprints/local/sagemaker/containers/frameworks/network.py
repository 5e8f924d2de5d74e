"""A small language model in ONNX, with low-rank adapters beside it: it says one word after the other."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from safetensors import SafetensorError
from safetensors.numpy import load_file

from blueprints.local.sagemaker.containers.protocol import Rejected

PADDING, UNKNOWN, END = 0, 1, 2
MAX_RANK = 64
Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Sampling:
    """How words are chosen.

    Args:
        max_tokens: How many words at most.
        temperature: 0 always takes the likeliest word; higher values take rarer ones more often.
        top_p: The likeliest words that have this probability together are those that are chosen from.
        seed: What the choice depends on; by chance if ``None``.
    """

    max_tokens: int
    temperature: float = 1.0
    top_p: float = 1.0
    seed: int | None = None


@dataclass(frozen=True)
class Word:
    """A word that was said.

    Args:
        number: Its place in the vocabulary.
        text: What is written, with the space before it.
        log_probability: The logarithm of its probability.
    """

    number: int
    text: str
    log_probability: float


class Network:
    """A language model in memory.

    Args:
        folder: ``model.onnx``, ``vocabulary.txt`` and ``config.json``.
    """

    def __init__(self, folder: Path) -> None:
        config: dict[str, Any] = json.loads((folder / "config.json").read_text())
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3  # that weights are inputs too is meant so: adapters take their place
        self.name: str = config["name"]
        self.max_tokens: int = config["max_tokens"]
        self._tokens = re.compile(config["tokens"])
        self._prompt, self._recent = int(config["prompt"]), int(config["recent"])
        self._words = (folder / "vocabulary.txt").read_text().splitlines()
        self._numbers = {word: number for number, word in enumerate(self._words)}
        self._session = onnxruntime.InferenceSession(folder / "model.onnx", options, providers=["CPUExecutionProvider"])
        self._shapes = {each.name: each.shape for each in self._session.get_overridable_initializers()}
        self._adapters: dict[str, Mapping[str, Array]] = {}
        self._lock = threading.Lock()

    def tokens(self, text: str) -> list[int]:
        """Returns the numbers of the words of ``text``."""
        return [self._numbers.get(word, UNKNOWN) for word in self._tokens.findall(text.lower())]

    def say(self, prompt: Sequence[int], sampling: Sampling, adapter: str | None = None) -> Iterator[Word]:
        """Yields a reply word by word, until its end or until there are ``max_tokens``."""
        random = np.random.default_rng(sampling.seed)
        factors = self._adapters[adapter] if adapter else {}
        asked = np.array([_last(prompt, self._prompt)], dtype=np.int64)
        said: list[int] = []
        while len(said) < sampling.max_tokens:
            recent = np.array([_last(said, self._recent)], dtype=np.int64)
            logits = self._session.run(["logits"], {"prompt": asked, "recent": recent, **factors})[0][0]
            number, log_probability = _choose(logits, sampling, random)
            if number == END:
                return
            yield Word(number, self._written(number, said), log_probability)
            said.append(number)

    def _written(self, number: int, said: Sequence[int]) -> str:
        word = self._words[number]
        before = self._words[said[-1]] if said else "."
        word = word.capitalize() if before in ".?!" else word
        return word if not said or word in ".,?!" else f" {word}"

    @property
    def adapters(self) -> list[str]:
        """The names of the adapters."""
        return sorted(self._adapters)

    def load_adapter(self, name: str, folder: Path) -> None:
        """Loads the factors of an adapter in the files that PEFT writes, or raises ``Rejected``."""
        try:
            factors = self._factors(folder)
        except (OSError, KeyError, TypeError, ValueError, SafetensorError) as error:
            raise Rejected(HTTPStatus.BAD_REQUEST, f"the adapter {name} can't be loaded: {type(error).__name__}: {error}") from error
        with self._lock:
            self._adapters[name] = factors

    def _factors(self, folder: Path) -> dict[str, Array]:
        config: dict[str, Any] = json.loads((folder / "adapter_config.json").read_text())
        if config.get("peft_type") != "LORA" or not 1 <= config["r"] <= MAX_RANK:
            raise ValueError(f"peft_type must be LORA and r 1 to {MAX_RANK}, got {config.get('peft_type')} and {config['r']}")
        tensors = load_file(folder / "adapter_model.safetensors")
        factors: dict[str, Array] = {}
        for target in config["target_modules"]:
            for factor, scale in (("A", 1.0), ("B", config["lora_alpha"] / config["r"])):
                tensor = tensors[f"base_model.model.{target}.lora_{factor}.weight"].T * scale
                factors[f"{target}.{factor}"] = self._checked(f"{target}.{factor}", tensor, config["r"])
        return factors

    def _checked(self, name: str, tensor: Array, rank: int) -> Array:
        """Returns the factor, if it has the shape that the network takes, where a size that is a name is the rank."""
        if name not in self._shapes:
            raise ValueError(f"target_modules must be of {sorted({each.rpartition('.')[0] for each in self._shapes})}, got {name[:-2]}")
        wanted = tuple(size if isinstance(size, int) else rank for size in self._shapes[name])
        if tensor.shape != wanted:
            raise ValueError(f"{name} must have the shape {wanted}, got {tensor.shape}")
        return np.ascontiguousarray(tensor, dtype=np.float32)

    def unload_adapter(self, name: str) -> None:
        """Forgets an adapter, or raises ``Rejected`` (404)."""
        with self._lock:
            if self._adapters.pop(name, None) is None:
                raise Rejected(HTTPStatus.NOT_FOUND, f"The adapter {name} was not found")


def _last(numbers: Sequence[int], size: int) -> list[int]:
    kept = list(numbers)[-size:]
    return [PADDING] * (size - len(kept)) + kept


def _choose(logits: Array, sampling: Sampling, random: np.random.Generator) -> tuple[int, float]:
    """Returns a word and the logarithm of its probability before anything was left out."""
    logits = logits.astype(np.float64)
    logits[[PADDING, UNKNOWN]] = -np.inf
    logs = logits - logits.max()
    logs -= np.log(np.exp(logs).sum())
    if sampling.temperature == 0:
        number = int(logs.argmax())
    else:
        powers = np.exp((logs - logs.max()) / sampling.temperature)
        order = np.argsort(-powers, kind="stable")
        shares = powers[order] / powers.sum()
        kept = int(np.searchsorted(np.cumsum(shares), sampling.top_p - 1e-12)) + 1
        number = int(random.choice(order[:kept], p=shares[:kept] / shares[:kept].sum()))
    return number, float(logs[number])
