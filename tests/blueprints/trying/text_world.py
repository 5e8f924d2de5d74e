"""A deployment of language models, as trials find it."""

from typing import Any

from blueprints.trying.texts import Text

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
