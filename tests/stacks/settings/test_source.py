from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, strategies

from stacks.settings.problems import SettingsError
from stacks.settings.source import read

Write = Callable[[str], Path]


def problems(write: Write, text: str) -> list[str]:
    path = write(text)
    with pytest.raises(SettingsError) as caught:
        read(path)
    return str(caught.value).replace(str(path), "FILE").splitlines()


def test_reads_mappings_lists_and_scalars(settings_file: Write) -> None:
    source = read(
        settings_file("rules: off\nregion: eu-west-1\ndeployments:\n  a: {features: [text, forms], pages: 3, share: 0.5, none: ~}\n")
    )
    values = {"features": ["text", "forms"], "pages": 3, "share": 0.5, "none": None}
    assert source.data == {"rules": False, "region": "eu-west-1", "deployments": {"a": values}}
    assert source.problems == []


def test_an_empty_file_is_an_empty_mapping(settings_file: Write) -> None:
    assert read(settings_file("# nothing\n")).data == {}


def test_dates_are_text(settings_file: Write) -> None:
    assert read(settings_file("since: 2026-11-20\n")).data == {"since": "2026-11-20"}


def test_knows_the_line_of_every_key_and_entry(settings_file: Write) -> None:
    source = read(settings_file("# first\na: 1\nb:\n  c:\n    - x\n    - y\n"))
    assert [source.line(place) for place in [("a",), ("b",), ("b", "c"), ("b", "c", 1)]] == [2, 3, 4, 6]


def test_something_missing_has_the_line_of_what_is_around_it(settings_file: Write) -> None:
    source = read(settings_file("a: 1\nb:\n  c: 2\n"))
    assert source.line(("b", "missing")) == 2
    assert source.line(("missing",)) == 1


def test_every_key_that_stands_twice_is_named_with_both_lines(settings_file: Write) -> None:
    source = read(settings_file("a: 1\nb: {c: 1, c: 2}\na: 3\n"))
    assert [(problem.path, problem.line, problem.message) for problem in source.problems] == [
        ("b.c", 2, "stands twice, first on line 2"),
        ("a", 3, "stands twice, first on line 1"),
    ]
    assert source.data == {"a": 1, "b": {"c": 1}}


@pytest.mark.parametrize("key", ["3", "no", "~", "1.5"])
def test_a_key_that_yaml_does_not_read_as_text_is_refused(settings_file: Write, key: str) -> None:
    (problem,) = read(settings_file(f"deployments:\n  {key}: {{}}\n")).problems
    assert (problem.path, problem.line) == ("deployments", 2)
    assert f"put quotes around {key!r}" in problem.message


def test_a_key_that_is_a_list_is_refused(settings_file: Write) -> None:
    (problem,) = read(settings_file("? [a]\n: 1\n")).problems
    assert "a key must be text" in problem.message


def test_broken_yaml_is_reported_with_line_and_column(settings_file: Write) -> None:
    (problem,) = problems(settings_file, "deployments:\n  a: [1\n  b: 2\n")
    assert problem.startswith("FILE:3: is not YAML that can be read here, column 4: ")


@pytest.mark.parametrize("text", ["a: &x [1]\nb: *x\n", "a: &x [*x]\n"])
def test_aliases_are_refused(settings_file: Write, text: str) -> None:
    (problem,) = problems(settings_file, text)
    assert "aliases (*name) are not read here" in problem


@pytest.mark.parametrize("text", ["a: !!binary aGVsbG8=\n", "a: !!python/object:os.system x\n", "a: !!set {x, y}\n"])
def test_types_that_json_lacks_are_refused(settings_file: Write, text: str) -> None:
    (problem,) = problems(settings_file, text)
    assert problem.startswith("FILE:1: is not YAML that can be read here")


def test_a_control_character_is_reported(settings_file: Write) -> None:
    (problem,) = problems(settings_file, "a: \x07\n")
    assert "is not YAML" in problem


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.yaml: cannot be read: No such file or directory"):
        read(tmp_path / "nowhere.yaml")


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes("a: ä".encode("latin-1"))
    with pytest.raises(SettingsError, match="cannot be read: it is not UTF-8 text"):
        read(tmp_path / "latin.yaml")


@given(text=strategies.text(max_size=60))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("settings") / "any.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with suppress(SettingsError):
        assert read(path).lines is not None
