"""Grids are found by crossing lines."""

from __future__ import annotations

import numpy as np

from blueprints.local.stand_ins.textract.grids import ruled_grids


def masks(rows: tuple[int, ...], columns: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    across, down = np.zeros((400, 600), np.uint8), np.zeros((400, 600), np.uint8)
    for row in rows:
        across[row : row + 2, columns[0] : columns[-1] + 2] = 1
    for column in columns:
        down[rows[0] : rows[-1] + 2, column : column + 2] = 1
    return across, down


def test_two_rows_of_two_columns_are_a_table() -> None:
    (grid,) = ruled_grids(*masks((50, 120, 200), (40, 300, 500)), 20)
    assert [round(place) for place in (*grid.rows, *grid.columns)] == [50, 120, 200, 40, 300, 500]
    assert grid.ruled
    assert grid.confidence > 97


def test_a_frame_or_a_single_row_is_none() -> None:
    assert list(ruled_grids(*masks((50, 200), (40, 500)), 20)) == []
    assert list(ruled_grids(*masks((50, 120), (40, 200, 500)), 20)) == []


def test_gaps_in_the_lines_lower_the_confidence() -> None:
    across, down = masks((50, 120, 200), (40, 300, 500))
    across[120:122, 60:200] = 0
    (grid,) = ruled_grids(across, down, 20)
    assert 80 < grid.confidence < 96
