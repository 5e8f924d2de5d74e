"""The states are run against DynamoDB, together with the functions that write the same item."""

import contextlib
import itertools
import re
from collections.abc import Callable, Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

import boto3
import jsonata
import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st
from moto import mock_aws

from close_sync import logic as closing
from documents import tables
from ml_constructs.bedrock.run_states import KEY, LEFT, acquire, leave
from ml_constructs.bedrock.sync_states import definition
from request_sync import logic as requesting
from request_sync.messages import LEFT as LEFT_OVER
from request_sync.messages import request_of
from syncing import runs

TIMEOUT = 3600
NOW = 1_800_000_000
CROWD = 2
MACHINE = definition(("Documents", "Website"), poll_seconds=15, timeout_seconds=TIMEOUT, report_seconds=100)["States"]


def filled(value: Any, states: dict[str, Any], now: float, **variables: Any) -> Any:
    """Arguments of a state with the values of their expressions."""
    match value:
        case dict():
            return {name: filled(item, states, now, **variables) for name, item in value.items()}
        case str() if value.startswith("{%"):
            return evaluate(value, states, now, **variables)
    return "table" if value == "${SyncTable}" else value


@cache
def compiled(text: str) -> Any:
    return jsonata.Jsonata.jsonata(text.removeprefix("{%").removesuffix("%}"))


def evaluate(text: str, states: dict[str, Any], now: float = NOW, **variables: Any) -> Any:
    expression = compiled(text)
    for name, value in {"states": states, **variables}.items():
        expression.assign(name, value)
    expression.register_lambda("millis", lambda: now * 1000)
    return expression.evaluate(None)


class World:
    """A knowledge base, and everything that is on its way to it: messages, runs that were started, ends that nobody has handled."""

    def __init__(self, dynamodb: Any) -> None:
        self.dynamodb, self.now = dynamodb, float(NOW)
        self.reset()

    def reset(self) -> None:
        self.dynamodb.delete_item(TableName="table", Key={"pk": {"S": KEY}})
        self.started = self.uploads = self.seen = self.requests = self.looked = self.counted = self.met = 0
        self.messages: list[bool] = []
        self.running: str | None = None
        self.variables: dict[str, Any] = {}
        self.ends: list[str] = []
        self.names = (f"run-{number}" for number in itertools.count(1))

    def task(self, state: dict[str, Any], name: str) -> dict[str, Any] | None:
        """The answer to the Task of a run; nothing when its condition isn't met."""
        context = {"context": {"Execution": {"Name": name}}}
        arguments = filled(state["Arguments"], context, self.now, **self.variables)
        try:
            answer: dict[str, Any] = self.dynamodb.update_item(**arguments)
        except self.dynamodb.exceptions.ConditionalCheckFailedException:
            return None
        self.assign(state, answer)
        return answer

    def assign(self, state: dict[str, Any], result: Any) -> None:
        self.variables |= filled(state["Assign"], {"result": result}, self.now, **self.variables)

    def start_execution(self, **_: Any) -> None:
        self.started += 1

    def send_message(self, **message: Any) -> None:
        assert message["MessageBody"] == LEFT
        self.messages.append(False)

    @property
    def possible(self) -> list[Callable[[], None]]:
        """What may happen next; few messages at a time, because where many are one follows what another has lost."""
        steps = [self.deliver, self.fall_over] if self.messages else []
        steps += [self.upload, self.request, self.repeat] if len(self.messages) < CROWD else []
        steps += [self.begin] if self.started else []
        steps += [self.end, self.fail, self.stop] if self.running else []
        return steps + ([self.close] if self.ends else [])

    def upload(self) -> None:
        self.uploads += 1
        self.messages.append(False)

    def request(self) -> None:
        """Somebody asks for all data sources."""
        self.requests += 1
        self.messages.append(True)

    def repeat(self) -> None:
        """A message comes twice, or one of an upload that nothing has to be done about."""
        self.messages += self.messages[:1] or [False]

    def deliver(self) -> None:
        requesting.start_run("table", "machine", everything=self.messages[0])
        self.counted += self.messages.pop(0)

    def fall_over(self) -> None:
        """The function counts the change and ends before it has started anything; its message comes again."""
        runs.ask("table", everything=self.messages[0])
        self.counted += self.messages[0]

    def begin(self) -> None:
        self.started -= 1
        name = next(self.names)
        if self.task(MACHINE["Acquire"], name) is not None:
            assert self.running is None
            self.running, self.seen = name, self.uploads
            assert self.everything is (self.counted > self.met)
            self.looked, self.found = self.requests if self.everything else self.looked, self.counted

    @property
    def everything(self) -> bool:
        """Whether the run looks through all data sources; it always takes in that of the uploads."""
        taken = evaluate(MACHINE["IngestSources"]["Items"], {}, **self.variables)
        assert taken[0] == {"name": "Documents", "id": "${Source1}"}
        return len(taken) == 2

    def end(self) -> None:
        self.met = self.found
        self.leave(failed=0)

    def fail(self) -> None:
        """A data source can't be taken in."""
        self.leave(failed=1)

    def leave(self, *, failed: int) -> None:
        self.assign(MACHINE["IngestSources"], [{"failed": 0}, {"failed": failed}])
        assert self.task(MACHINE["Release"], str(self.running)) is not None
        self.messages += [False] * self.variables["again"]
        self.running = None

    def stop(self) -> None:
        """A run is over without having left the knowledge base, which is told twice."""
        self.ends += [str(self.running)] * 2
        self.running = None

    def close(self) -> None:
        closing.ask_again(runs.free("table", self.ends.pop(0)), "queue")

    def settle(self, chances: Iterator[int]) -> None:
        """Everything under way arrives in some order, and nothing else happens."""
        while arriving := [step for step in self.possible if step in (self.deliver, self.begin, self.end, self.close)]:
            arriving[next(chances) % len(arriving)]()


class OneItem:
    """What DynamoDB does with one item, for the expressions that are used here; much faster than moto, on which single steps run."""

    class exceptions:  # noqa: N801 - the name in boto3
        ConditionalCheckFailedException = ClientError

    def __init__(self) -> None:
        self.item: dict[str, Any] = {}

    def delete_item(self, **_: Any) -> None:
        self.item = {}

    def get_item(self, **_: Any) -> dict[str, Any]:
        return {"Item": {**self.item, "pk": {"S": KEY}}}

    def update_item(self, **request: Any) -> dict[str, Any]:
        given = request["ExpressionAttributeValues"]
        update, condition = (request.get(part, "").replace("#", "") for part in ("UpdateExpression", "ConditionExpression"))
        if condition and not any(self._meets(part, given) for part in condition.split(" OR ")):
            raise ClientError({"Error": {"Code": "ConditionalCheckFailedException"}}, "UpdateItem")
        before = dict(self.item)
        for verb, clauses in re.findall(r"(SET|REMOVE|ADD) (.+?)(?= REMOVE |$)", update.strip()):
            for clause in re.split(r", (?![^(]*\))", clauses):
                self._apply(verb, clause, given, before)
        return {"Attributes": dict(self.item)}

    def _meets(self, part: str, given: dict[str, Any]) -> bool:
        if absent := re.fullmatch(r"attribute_not_exists\((\w+)\)", part):
            return absent[1] not in self.item
        name, sign, operand = part.split()
        (value,), (other,) = self.item.get(name, {"S": ""}).values(), given[operand].values()
        return name in self.item and (value == other if sign == "=" else int(value) < int(other))

    def _apply(self, verb: str, clause: str, given: dict[str, Any], before: dict[str, Any]) -> None:
        name, *rest = clause.split()
        if verb == "REMOVE":
            self.item.pop(name, None)
        elif verb == "ADD":
            self.item[name] = {"N": str(int(before.get(name, {"N": "0"})["N"]) + int(given[rest[0]]["N"]))}
        elif default := re.fullmatch(r"if_not_exists\((\w+), (:\w+)\)", " ".join(rest[1:])):
            self.item[name] = before.get(default[1], given[default[2]])
        else:
            self.item[name] = given[rest[1]]


@contextlib.contextmanager
def simulated(dynamodb: Any) -> Iterator[World]:
    """A world whose functions write to ``dynamodb``."""
    with pytest.MonkeyPatch.context() as patch:
        found = World(dynamodb)
        for module in (requesting, closing):
            patch.setattr(module, "client", lambda _: found)
        for module in (runs, tables):
            patch.setattr(module, "client", lambda _: dynamodb)
        patch.setattr(requesting, "count", lambda *_: None)
        patch.setattr(runs, "time", SimpleNamespace(time=lambda: found.now))
        yield found


@settings(max_examples=300, deadline=None, database=None)
@given(chances=st.lists(st.integers(0, 11), min_size=8, max_size=24))
def test_after_the_last_upload_and_the_last_request_a_run_begins_whatever_the_order(chances: list[int]) -> None:
    with simulated(OneItem()) as world:
        for chance in chances:
            possible = world.possible
            possible[chance % len(possible)]()
        world.settle(itertools.cycle(chances))
        assert (world.seen, world.looked) == (world.uploads, world.requests)
        assert not runs.held(tables.get("table", runs.KEY))


@pytest.fixture(scope="module")
def everything() -> Iterator[World]:
    with mock_aws():
        dynamodb = boto3.client("dynamodb", region_name="us-east-1")
        dynamodb.create_table(
            TableName="table",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        )
        with simulated(dynamodb) as found:
            yield found


@pytest.fixture
def world(everything: World) -> World:
    everything.reset()
    everything.now = NOW
    return everything


def test_an_upload_during_a_run_is_taken_in_by_the_next_one(world: World) -> None:
    for step in ("upload", "deliver", "begin", "upload", "deliver"):
        getattr(world, step)()
    assert (world.started, world.seen) == (0, 1)
    world.end()
    assert world.messages == [False]
    world.settle(itertools.repeat(0))
    assert world.seen == 2


def test_an_upload_during_a_run_that_is_stopped_is_taken_in_by_another(world: World) -> None:
    for step in ("upload", "deliver", "begin", "upload", "deliver", "stop", "close", "close"):
        getattr(world, step)()
    assert (world.started, len(world.messages)) == (0, 2)
    world.settle(itertools.repeat(0))
    assert world.seen == 2


def test_a_run_that_is_stopped_after_it_took_everything_is_followed_by_none(world: World) -> None:
    for step in ("upload", "deliver", "begin", "stop", "close"):
        getattr(world, step)()
    assert (world.started, world.messages) == (0, [])


@pytest.mark.parametrize(("step", "all_of_them"), [("upload", False), ("request", True)])
def test_all_data_sources_are_looked_through_on_request_and_after_an_upload_that_of_the_uploads(
    world: World, step: str, all_of_them: bool
) -> None:
    for each in (step, "deliver", "begin"):
        getattr(world, each)()
    assert world.everything is all_of_them


def test_what_comes_during_a_run_is_taken_in_by_one_of_its_kind(world: World) -> None:
    for step in ("upload", "deliver", "begin", "request", "deliver", "end", "deliver", "begin"):
        getattr(world, step)()
    assert world.everything
    for step in ("upload", "deliver", "end", "deliver", "begin"):
        getattr(world, step)()
    assert not world.everything


@pytest.mark.parametrize("steps", [("fail",), ("stop", "close")])
def test_a_request_that_a_run_could_not_meet_is_met_by_the_next_one(world: World, steps: tuple[str, ...]) -> None:
    for step in ("request", "deliver", "begin", *steps, "upload", "deliver", "begin"):
        getattr(world, step)()
    assert world.everything
    for step in ("end", "upload", "deliver", "begin"):
        getattr(world, step)()
    assert not world.everything


def test_an_item_without_counts_of_requests_asks_for_none(world: World) -> None:
    world.dynamodb.put_item(TableName="table", Item={"pk": {"S": KEY}, "wanted": {"N": "3"}, "taken": {"N": "2"}})
    assert world.task(MACHINE["Acquire"], "run") is not None
    assert not world.everything


def test_without_a_change_meanwhile_nothing_follows(world: World) -> None:
    for step in ("upload", "deliver", "begin", "end"):
        getattr(world, step)()
    assert (world.messages, world.started) == ([], 0)


def test_of_two_that_begin_at_once_one_runs(world: World) -> None:
    for step in ("upload", "deliver", "repeat", "deliver", "begin", "begin"):
        getattr(world, step)()
    assert world.running == "run-1"


def test_a_run_that_asks_twice_has_the_knowledge_base_once(world: World) -> None:
    assert world.task(MACHINE["Acquire"], "run") is not None
    assert world.task(MACHINE["Acquire"], "run") is not None
    assert world.task(MACHINE["Acquire"], "other") is None


def test_a_run_that_nobody_saw_end_has_the_knowledge_base_no_longer_than_a_run_may_last(world: World) -> None:
    assert world.task(MACHINE["Acquire"], "lost") is not None
    world.now += TIMEOUT
    assert world.task(MACHINE["Acquire"], "next") is None
    world.now += 400
    world.upload()
    world.deliver()
    world.begin()
    assert world.running == "run-1"


def test_who_lost_the_knowledge_base_does_not_free_that_of_another(world: World) -> None:
    world.task(MACHINE["Acquire"], "lost")
    world.now += TIMEOUT + 400
    world.task(MACHINE["Acquire"], "next")
    assert world.task(MACHINE["Release"], "lost") is None
    assert runs.free("table", "lost")["holder"] == "next"


def test_who_lost_it_ends_without_asking_again() -> None:
    lost, wrong = leave(then="Outcome")["Release"]["Catch"]
    assert (lost["ErrorEquals"], lost["Assign"], lost["Next"]) == (
        ["DynamoDB.ConditionalCheckFailedException"],
        {"again": False},
        "Outcome",
    )
    assert (wrong["ErrorEquals"], wrong["Next"]) == (["States.ALL"], "NotReleased")


def test_a_run_that_finds_another_is_no_failure() -> None:
    held, wrong = acquire(TIMEOUT, assign={}, Next="IngestSources")["Catch"]
    assert (held["ErrorEquals"], held["Next"]) == (["DynamoDB.ConditionalCheckFailedException"], "AlreadyRunning")
    assert (wrong["ErrorEquals"], wrong["Next"]) == (["States.ALL"], "NotStarted")


def test_a_run_asks_for_the_next_one_in_words_that_are_understood() -> None:
    states = leave(then="Outcome")
    assert request_of(LEFT) == LEFT_OVER
    assert states["AskAgain"]["Arguments"] == {"QueueUrl": "${ChangesQueue}", "MessageBody": LEFT}
    assert (states["Again"]["Choices"][0]["Next"], states["Again"]["Default"], states["AskAgain"]["Next"]) == (
        "AskAgain",
        "Outcome",
        "Outcome",
    )


def test_states_and_functions_write_the_same_item() -> None:
    assert {"pk": KEY} == runs.KEY
