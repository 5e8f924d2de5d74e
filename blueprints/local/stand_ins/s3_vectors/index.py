"""One vector index: its vectors, and the search for the nearest."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from blueprints.local.stand_ins import StandInError
from blueprints.local.stand_ins.s3_vectors.filters import matching

if TYPE_CHECKING:
    import numpy as np

    Rows = np.ndarray[Any, np.dtype[np.float32]]

METADATA_BYTES, FILTERABLE_BYTES, METADATA_KEYS = 40_960, 2_048, 50
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-vectors-limitations.html"""


@dataclass
class Vector:
    """One vector with its metadata."""

    key: str
    data: Rows
    metadata: dict[str, Any]


@dataclass
class Index:
    """A vector index.

    Args:
        arn: Its ARN.
        dimension: How long its vectors are.
        metric: How distance is measured, ``cosine`` or ``euclidean``.
        non_filterable: Keys of metadata that are kept and not filtered by.
        encryption: The encryption as it was asked for.
    """

    arn: str
    dimension: int
    metric: str
    non_filterable: tuple[str, ...] = ()
    encryption: Mapping[str, str] = field(default_factory=dict)
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    vectors: dict[str, Vector] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stacked: tuple[list[Vector], Rows] | None = None

    def put(self, given: Iterable[Mapping[str, Any]]) -> None:
        """Adds vectors, or replaces those of the same keys; all of them or none.

        Raises:
            StandInError: ``ValidationException``: a vector or its metadata is not as the index wants it.
        """
        taken = [self._taken(each["key"], each["data"], each.get("metadata")) for each in given]
        with self._lock:
            self.vectors.update({vector.key: vector for vector in taken})
            self._stacked = None

    def delete(self, keys: Iterable[str]) -> None:
        """Removes the vectors of these keys, as far as there are any."""
        with self._lock:
            for key in keys:
                self.vectors.pop(key, None)
            self._stacked = None

    def nearest(self, query: Mapping[str, Any], top: int, wanted: Any = None) -> list[tuple[Vector, float]]:
        """Returns the vectors that are nearest to the query and pass the filter, each with its distance, the nearest first."""
        import numpy as np

        passes = matching(wanted, self.non_filterable) if wanted is not None else None
        asked = self._row("queryVector", query)
        with self._lock:
            vectors, rows = self._stacked = self._stacked or self._stack()
        kept = [place for place, vector in enumerate(vectors) if passes is None or passes(vector.metadata)]
        if not kept:
            return []
        distances = _distances(self.metric, rows[kept], asked)
        order = np.argsort(distances, kind="stable")[:top]
        return [(vectors[kept[place]], float(distances[place])) for place in order]

    def _stack(self) -> tuple[list[Vector], Rows]:
        import numpy as np

        vectors = list(self.vectors.values())
        return vectors, np.stack([vector.data for vector in vectors]) if vectors else np.zeros((0, self.dimension), dtype=np.float32)

    def _taken(self, key: str, data: Mapping[str, Any], metadata: Any) -> Vector:
        known = {} if metadata is None else metadata
        _check_metadata(key, known, self.non_filterable)
        return Vector(key, self._row(key, data), known)

    def _row(self, key: str, data: Mapping[str, Any]) -> Rows:
        import numpy as np

        row = np.asarray(data.get("float32") or [], dtype=np.float32)
        if row.shape != (self.dimension,):
            raise _invalid(key, f"vector must have length {self.dimension}, but has length {row.size}")
        if not np.isfinite(row).all():
            raise _invalid(key, "vector must not hold NaN or infinite values")
        if self.metric == "cosine" and not row.any():
            raise _invalid(key, "vector must not be a zero vector for the cosine distance metric")
        return row


def _distances(metric: str, rows: Rows, asked: Rows) -> Any:
    import numpy as np

    if metric == "euclidean":
        return np.linalg.norm(rows - asked, axis=1)
    return 1 - (rows @ asked) / (np.linalg.norm(rows, axis=1) * np.linalg.norm(asked))


def _check_metadata(key: str, metadata: Any, non_filterable: Sequence[str]) -> None:
    if not isinstance(metadata, dict):
        raise _invalid(key, "metadata must be an object")
    if wrong := [name for name, value in metadata.items() if not _is_plain(value)]:
        raise _invalid(key, f"metadata values must be strings, numbers, booleans or lists of them, which {wrong[0]} is not")
    if len(metadata) > METADATA_KEYS:
        raise _invalid(key, f"metadata must have at most {METADATA_KEYS} keys, but has {len(metadata)}")
    filterable = {name: value for name, value in metadata.items() if name not in non_filterable}
    if size(filterable) > FILTERABLE_BYTES:
        raise _invalid(key, f"Filterable metadata must have at most {FILTERABLE_BYTES} bytes")
    if size(metadata) > METADATA_BYTES:
        raise _invalid(key, f"Metadata must have at most {METADATA_BYTES} bytes")


def size(metadata: Mapping[str, Any]) -> int:
    """Returns how many bytes metadata takes."""
    return len(json.dumps(metadata, ensure_ascii=False, separators=(",", ":")).encode()) if metadata else 0


def _is_plain(value: Any) -> bool:
    parts = value if isinstance(value, list) else [value]
    return all(isinstance(part, (str, int, float, bool)) for part in parts)


def _invalid(key: str, problem: str) -> StandInError:
    return StandInError("ValidationException", f"Invalid record for key '{key}': {problem}")
