"""What a blueprint brings along to be tried."""

import importlib
import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast, runtime_checkable

from rich.console import Console

from blueprints.local.embedded import EmbeddedAws
from blueprints.trying.steps import Steps
from stacks.catalogue import Entry

PACKAGE = "blueprints.trying"
FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Session:
    """A deployed blueprint, ready for input.

    Args:
        aws: Where it is deployed.
        outputs: The outputs of its stack.
        steps: Where to tell what is being done.
    """

    aws: EmbeddedAws
    outputs: Mapping[str, str]
    steps: Steps


class Trial(Protocol):
    """Sends input through a deployed blueprint and shows what came out."""

    def problems(self, files: Sequence[Path]) -> list[str]:
        """Tells what is wrong with the user's files before anything is started."""

    def run(self, session: Session, files: Sequence[Path]) -> bool:
        """Sends ``files``, or the samples if there are none; returns whether the blueprint did what it should."""

    def print(self, console: Console) -> None:
        """Shows what came out."""

    def document(self) -> list[dict[str, Any]] | dict[str, Any]:
        """Returns what came out as plain data."""


@runtime_checkable
class AskingTrial(Trial, Protocol):
    """A trial that also takes questions."""

    def ask(self, questions: Sequence[str]) -> list[str]:
        """Takes questions for when the files are in; tells which can't be asked."""


@runtime_checkable
class PreparedTrial(Trial, Protocol):
    """A trial whose settings name what has to stand before anything is deployed."""

    def prepare(self, aws: EmbeddedAws) -> None:
        """Puts it in place."""


def settings_file(entry: Entry) -> Path:
    """Returns the settings that a blueprint is tried with: everything that it has, and data that goes with it."""
    return FOLDER / f"{entry.name}.yaml"


def trial_of(entry: Entry) -> Trial | None:
    """Returns the trial of a blueprint; none where there is nothing to send through it."""
    name = f"{PACKAGE}.{entry.name.replace('-', '_')}"
    if importlib.util.find_spec(name) is None:
        return None
    return cast("Trial", importlib.import_module(name).Trial())
