from pathlib import Path

import pytest
from pydantic import ValidationError

from blueprints.docs import fragments
from stacks.catalogue import CATALOGUE
from stacks.settings.schema import rows

ROOT = Path(__file__).resolve().parents[3]
TEXT = "introduction: Reads.\nfailure_modes: [{what: It breaks, seen: In the log, do: Mend it}]\n"


def write(root: Path, text: str) -> Path:
    file = root / fragments.FOLDER / "x.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    return root


def test_a_fragment_is_read_with_its_failure_modes(tmp_path: Path) -> None:
    fragment = fragments.read(write(tmp_path, TEXT), "x")
    assert fragment.introduction == "Reads."
    assert "| It breaks | In the log | Mend it |" in fragments.failures(fragment)


def test_an_unknown_part_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="more"):
        fragments.read(write(tmp_path, TEXT + "more: x\n"), "x")


def test_notes_are_a_list() -> None:
    assert fragments.notes(("One.", "Two.")) == "- One.\n- Two.\n"


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_blueprint_has_its_fragment_with_failure_modes(name: str) -> None:
    fragment = fragments.read(ROOT, name)
    assert fragment.introduction
    assert len(fragment.failure_modes) >= 3


@pytest.mark.parametrize("name", CATALOGUE)
def test_costs_are_moved_by_settings_that_exist(name: str) -> None:
    known = {row.path.replace("[]", "") for row in rows(CATALOGUE[name].settings_model())}
    for text in fragments.read(ROOT, name).cost_moves.values():
        for path in text.split("`")[1::2]:
            assert path.split(":")[0] in known


@pytest.mark.parametrize("name", CATALOGUE)
def test_further_samples_are_there(name: str) -> None:
    for sample in fragments.read(ROOT, name).samples:
        assert sample not in ("minimal", "comprehensive")
        assert (ROOT / "settings" / name / f"{sample}.yaml").is_file()
