"""The parts of the forward pass that the published vectors would not tell apart."""

from __future__ import annotations

import math

import numpy as np
import pytest

from blueprints.local.stand_ins.bert import ROWS_AT_ONCE, gelu


def test_the_gaussian_error_linear_unit_is_exact_to_single_precision() -> None:
    values = np.linspace(-9, 9, 4 * (ROWS_AT_ONCE + 1), dtype=np.float32)
    rows = values.reshape(-1, 4).copy()
    gelu(rows)
    expected = [value * (1 + math.erf(value / math.sqrt(2))) / 2 for value in values.tolist()]
    assert rows.ravel() == pytest.approx(expected, abs=1e-6)
