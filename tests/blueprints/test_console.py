import io
import json

import pytest
import typer
from rich.console import Console

from blueprints import console


@pytest.mark.parametrize(("code", "given"), [(2, ()), (1, (1,))])
def test_a_failure_is_told_on_standard_error_and_ends_with_its_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, code: int, given: tuple[int, ...]
) -> None:
    monkeypatch.setattr(console, "err", Console(stderr=True, highlight=False))
    with pytest.raises(typer.Exit) as caught:
        console.fail("no [such] thing", *given)
    assert caught.value.exit_code == code
    captured = capsys.readouterr()
    assert (captured.out, captured.err.strip()) == ("", "Error: no [such] thing")


def test_one_json_document_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    console.print_json({"name": "Größe", "path": ["a"]})
    assert json.loads(capsys.readouterr().out) == {"name": "Größe", "path": ["a"]}


def test_the_cells_of_a_table_are_text_and_never_cut() -> None:
    text = io.StringIO()
    Console(file=text, width=40).print(console.table("A", "B", rows=[("[red]x[/]", "y" * 60)]))
    assert "[red]x[/]" in text.getvalue()
    assert text.getvalue().count("y") == 60
