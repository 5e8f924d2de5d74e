from pathlib import Path

import pytest

from benchmarks import report
from benchmarks.__main__ import PARTS


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(report, "machine", lambda: "a machine.")
    return tmp_path / "docs" / "benchmarks.md"


def test_a_part_says_by_which_command_and_where_it_was_made(file: Path) -> None:
    report.write("imports", "| table |", file)
    text = file.read_text(encoding="utf-8")
    assert "## Import time of the handlers\n\n<!-- imports: start -->\n`python -m benchmarks imports` on a machine.\n\n| table |\n" in text


def test_the_other_parts_stay_as_they_were(file: Path) -> None:
    report.write("imports", "old", file)
    report.write("scale", "new", file)
    text = file.read_text(encoding="utf-8")
    assert "old" in text
    assert "new" in text


def test_a_part_that_is_new_gets_its_place_at_the_end(file: Path) -> None:
    report.write("imports", "before", file)
    older = file.read_text(encoding="utf-8").partition("\n## Predictions in the embedded AWS")[0]
    file.write_text(older, encoding="utf-8")
    report.write("inference", "new", file)
    text = file.read_text(encoding="utf-8")
    assert text.startswith(older)
    assert text.endswith(
        "\n## Predictions in the embedded AWS\n\n<!-- inference: start -->\n"
        "`python -m benchmarks inference` on a machine.\n\nnew\n<!-- inference: end -->\n"
    )


def test_every_part_of_the_command_line_has_its_place() -> None:
    assert list(PARTS) == list(report.TITLES)


def test_the_machine_is_told_with_its_versions() -> None:
    assert "cores" in report.machine()
    assert "aws-cdk-lib" in report.machine()
