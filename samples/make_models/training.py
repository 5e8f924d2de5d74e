"""Gradient descent for networks small enough to be trained with NumPy alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

Array = np.ndarray[Any, np.dtype[np.float32]]
Weights = dict[str, Array]
Numbers = np.ndarray[Any, np.dtype[np.int64]]
Gradients = Callable[[Weights, Numbers], Mapping[str, Array]]
"""Returns the gradient of the loss for the rows of those numbers, for each weight that is to learn."""


def adam(weights: Weights, gradients: Gradients, rows: int, *, epochs: int, batch: int, rate: float, seed: int) -> Weights:
    """Returns trained weights, by Adam (https://arxiv.org/abs/1412.6980) with a rate that falls to zero in a straight line.

    Args:
        weights: The weights to begin with; those without a gradient stay as they are.
        gradients: The gradients of a batch.
        rows: How many rows there are.
        epochs: How often each row is seen.
        batch: How many are seen at once.
        rate: The rate of learning at the beginning.
        seed: What the order of the rows depends on.
    """
    with threadpool_limits(1):  # more threads are slower for matrices as small as these
        return _trained(dict(weights), gradients, list(_batches(rows, epochs, batch, seed)), rate)


def _trained(weights: Weights, gradients: Gradients, batches: list[Numbers], rate: float) -> Weights:
    means: Weights = {}
    squares: Weights = {}
    for step, numbers in enumerate(batches, start=1):
        for name, gradient in gradients(weights, numbers).items():
            means[name] = 0.9 * means.get(name, np.float32(0)) + 0.1 * gradient
            squares[name] = 0.999 * squares.get(name, np.float32(0)) + 0.001 * gradient**2
            mean, square = means[name] / (1 - 0.9**step), squares[name] / (1 - 0.999**step)
            weights[name] = (weights[name] - rate * (1 - step / len(batches)) * mean / (np.sqrt(square) + 1e-8)).astype(np.float32)
    return weights


def _batches(rows: int, epochs: int, batch: int, seed: int) -> Iterator[Numbers]:
    random = np.random.default_rng(seed)
    for _ in range(epochs):
        order = random.permutation(rows)
        yield from (order[start : start + batch] for start in range(0, rows, batch))


def uniform(random: np.random.Generator, *shape: int) -> Array:
    """Returns weights to begin with, by Glorot and Bengio (https://proceedings.mlr.press/v9/glorot10a.html)."""
    edge = np.sqrt(6 / (shape[0] + shape[-1]))
    return random.uniform(-edge, edge, shape).astype(np.float32)


def softmax(logits: Array) -> Array:
    """Returns the probabilities for each row."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), dtype=np.float32)
