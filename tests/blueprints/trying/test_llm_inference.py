import io
import tarfile
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from blueprints.trying import llm_inference_checks
from blueprints.trying.llm_inference import MODELS, Trial, packed
from blueprints.trying.llm_inference_checks import QUESTION, Demonstration
from blueprints.trying.steps import Steps
from blueprints.trying.texts import Text
from blueprints.trying.trial import PreparedTrial, Session

USAGE = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
COMPONENTS = {name: f"llm-{name}-12345678" for name in ("assistant", "formal", "brief")}
OUTPUTS = {
    "GenerationsUrl": "http://127.0.0.1/v1/generations",
    "ComponentNames": ",".join(f"{name}={component}" for name, component in COMPONENTS.items()),
}


class World:
    """A deployment in which everything is as it should be, unless a test says otherwise."""

    endpoint_url = ""
    environment = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "eu-west-1"}

    def __init__(self) -> None:
        self.copies, self.told, self.put = 1, 1.0, {}
        self.statuses = {"stranger": 403, "unknown": 404, "limits": 0, "zero": 429}
        self.same_words = self.one_piece = False

    def client(self, _service: str) -> Any:
        return self

    def report(self) -> Any:
        return {"calls": [{"operation": "InvokeEndpoint", "provenance": "a small model"}, {"operation": "PutObject", "provenance": "real"}]}

    def create_bucket(self, **named: Any) -> None:
        self.put["bucket"] = named

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> None:  # noqa: N803 - as boto3 has them
        self.put[Key] = Body

    def update_inference_component_runtime_config(self, *, DesiredRuntimeConfig: Any, **_: Any) -> None:  # noqa: N803
        self.copies = DesiredRuntimeConfig["CopyCount"]

    def describe_inference_component(self, **_: Any) -> Any:
        return {"InferenceComponentStatus": "InService"}

    def get_metric_statistics(self, **_: Any) -> Any:
        return {"Datapoints": [{"Sum": self.told}] if self.copies == 0 else []}


class Caller:
    """Stands in for the API."""

    def __init__(self, world: World, *, known: bool) -> None:
        self._world, self._known = world, known

    def ask(self, **members: Any) -> Text:
        status = self._status(members)
        if status != 200:
            return Text(status, {"message": "no"}, {"retry-after": "60"} if status == 429 else {}, 0.1)
        model = members["model"]
        words = "Hello." if self._world.same_words else f"Hello from {model}."
        body = {"model": model, "choices": [{"message": {"content": words}}], "usage": USAGE}
        return Text(200, body, {}, 0.1)

    def stream(self, **members: Any) -> Text:
        whole = self.ask(**members)
        half = len(whole.said) // 2
        pieces = (whole.said,) if self._world.one_piece else (whole.said[:half], whole.said[half:])
        return Text(200, whole.body, {}, 0.1, pieces, 0.1)

    def _status(self, members: dict[str, Any]) -> int:
        statuses, messages = self._world.statuses, members.get("messages", [{}])
        if not self._known:
            return statuses["stranger"]
        if members.get("model", "assistant") not in COMPONENTS:
            return statuses["unknown"]
        if len(messages[0].get("content", "")) > 500:
            return statuses["limits"] or 413
        if members.get("max_tokens", 0) > 60 or "n" in members or "prompt" in members or "role" not in messages[0]:
            return statuses["limits"] or 400
        return 200 if self._world.copies else statuses["zero"]


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


def test_own_prompts_are_asked_of_every_model(world: World) -> None:
    found = shown(world, "One?", "Two?")
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
