from typing import Any

import pytest
from rich.console import Console

from blueprints.trying import llm_inference_checks
from blueprints.trying.llm_inference_checks import Demonstration
from blueprints.trying.steps import Steps
from blueprints.trying.trial import Session
from tests.blueprints.trying.text_world import COMPONENTS, OUTPUTS, Caller, World


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    found = World()
    monkeypatch.setattr(llm_inference_checks, "Texts", lambda _url, authorise=None: Caller(found, known=authorise is not None))
    monkeypatch.setattr(llm_inference_checks, "WAIT_SECONDS", 0.1)
    return found


def shown(world: World, *questions: str) -> Demonstration:
    found = Demonstration(Session(world, OUTPUTS, Steps(Console(quiet=True))), questions)  # type: ignore[arg-type]
    found.run()
    return found


def test_a_deployment_as_it_should_be_passes_every_check(world: World) -> None:
    found = shown(world)
    assert [check.name for check in found.checks if not check.passed] == []
    assert len(found.checks) == 7
    assert {each.model for each in found.said} == set(COMPONENTS)
    assert world.copies == 1


def test_own_prompts_are_asked_of_every_model_whatever_they_make_of_them(world: World) -> None:
    world.same_words = True
    found = shown(world, "One?", "Two?")
    assert all(check.passed for check in found.checks)
    assert [(each.model, each.question) for each in found.said][:6] == [
        (model, asked) for asked in ("One?", "Two?") for model in COMPONENTS
    ]


@pytest.mark.parametrize(
    ("wrong", "check"),
    [
        ({"same_words": True}, "The model and its adapters answer"),
        ({"one_piece": True}, "A text is streamed"),
        ({"told": 0.0}, "No copy is left"),
    ],
)
def test_what_is_wrong_is_found(world: World, wrong: dict[str, Any], check: str) -> None:
    vars(world).update(wrong)
    assert [found.name for found in shown(world).checks if not found.passed] == [check]


@pytest.mark.parametrize(
    ("which", "check"),
    [
        ("stranger", "A stranger asks"),
        ("unknown", "A model is asked that isn't there"),
        ("limits", "More is asked than is allowed"),
        ("zero", "No copy is left"),
    ],
)
def test_a_refusal_with_another_status_is_found(world: World, which: str, check: str) -> None:
    world.statuses[which] = 500
    assert [found.name for found in shown(world).checks if not found.passed] == [check]
