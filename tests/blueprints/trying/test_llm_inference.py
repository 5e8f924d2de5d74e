import io
import tarfile
from pathlib import Path

import pytest
from rich.console import Console

from blueprints.trying import llm_inference_checks
from blueprints.trying.llm_inference import MODELS, Trial, packed
from blueprints.trying.llm_inference_checks import QUESTION
from blueprints.trying.steps import Steps
from blueprints.trying.trial import PreparedTrial, Session
from tests.blueprints.trying.text_world import OUTPUTS, Caller, World


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    found = World()
    monkeypatch.setattr(llm_inference_checks, "Texts", lambda _url, authorise=None: Caller(found, known=authorise is not None))
    monkeypatch.setattr(llm_inference_checks, "WAIT_SECONDS", 0.1)
    return found


def test_the_settings_name_files_that_are_put_in_place(world: World) -> None:
    trial = Trial()
    assert isinstance(trial, PreparedTrial)
    trial.prepare(world)  # type: ignore[arg-type]
    assert world.put["bucket"]["CreateBucketConfiguration"] == {"LocationConstraint": "eu-west-1"}
    settings = (Path(llm_inference_checks.__file__).parent / "llm-inference.yaml").read_text(encoding="utf-8")
    assert "s3://trial-language-models/support-replies/" in settings
    archives = [key for key in world.put if key.endswith(".tar.gz")]
    assert [f"s3://trial-language-models/{key}" in settings for key in archives] == [True, True]
    assert {"support-replies/config.json", "support-replies/model.onnx"} <= set(world.put)


def test_an_adapter_is_packed_with_its_files_on_top() -> None:
    with tarfile.open(fileobj=io.BytesIO(packed(MODELS / "support-replies-brief"))) as archive:
        assert archive.getnames() == ["adapter_config.json", "adapter_model.safetensors"]


def test_files_and_prompts_that_can_not_be_sent_are_told() -> None:
    trial = Trial()
    assert trial.problems([Path("a.txt")]) == ["a.txt: llm-inference takes no files; ask with --ask"]
    assert trial.ask(["", "x" * 501, QUESTION]) == [
        "question 1: must have 1 to 500 characters, got 0",
        "question 2: must have 1 to 500 characters, got 501",
    ]


def test_what_came_out_is_shown_and_told_as_data(world: World) -> None:
    trial = Trial()
    assert trial.run(Session(world, OUTPUTS, Steps(Console(quiet=True))), [])  # type: ignore[arg-type]
    console = Console(file=io.StringIO(), width=200)
    trial.print(console)
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    assert "Hello from formal." in printed
    assert "Written by a small model." in printed
    told = trial.document()
    assert [check["passed"] for check in told["checks"]] == [True] * 7
    assert told["texts"][0]["model"] == "assistant"


def test_a_trial_with_a_wrong_check_has_failed(world: World) -> None:
    world.same_words = True
    assert not Trial().run(Session(world, OUTPUTS, Steps(Console(quiet=True))), [])  # type: ignore[arg-type]
