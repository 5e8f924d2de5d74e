"""The hand-written part of a page: one YAML file a blueprint in ``docs/fragments/``."""

from collections.abc import Mapping
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from blueprints.docs import markdown

FOLDER = Path("docs/fragments")


class FailureMode(BaseModel):
    """Something that goes wrong, where it shows and what to do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    what: str
    seen: str
    do: str


class Fragment(BaseModel):
    """What a page says that no model or template can tell.

    Args:
        introduction: What the blueprint is for, in a few sentences.
        samples: Sample settings beside the minimal and the comprehensive ones that define other resources: the page tells of theirs, too.
        outputs: What each output is, by name.
        cost_moves: By resource type or service, the settings that move its cost.
        updates: Notes on updates beyond the generated table.
        tear_down: Notes on tear-down beyond the generated table.
        failure_modes: What a person may meet.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    introduction: str
    samples: tuple[str, ...] = ()
    outputs: Mapping[str, str] = {}
    cost_moves: Mapping[str, str] = {}
    updates: tuple[str, ...] = ()
    tear_down: tuple[str, ...] = ()
    failure_modes: tuple[FailureMode, ...]


def read(root: Path, blueprint: str) -> Fragment:
    """Returns the hand-written part of a blueprint's page."""
    text = (root / FOLDER / f"{blueprint}.yaml").read_text(encoding="utf-8")
    return Fragment.model_validate(yaml.safe_load(text))


def failures(fragment: Fragment) -> str:
    """Returns the failure modes as a table."""
    header = ("What happens", "Where you see it", "What to do")
    return markdown.table(header, [(mode.what, mode.seen, mode.do) for mode in fragment.failure_modes])


def notes(lines: tuple[str, ...]) -> str:
    """Returns notes as a list."""
    return "".join(f"- {line}\n" for line in lines)
