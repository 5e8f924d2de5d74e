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
from ml_constructs.bedrock.run_states import AGAIN, KEY, acquire, leave
from request_sync import logic as requesting
from request_sync.messages import is_request
from syncing import runs

TIMEOUT = 3600
NOW = 1_800_000_000
CROWD = 2


def filled(value: Any, states: dict[str, Any], now: float) -> Any:
    """Arguments of a state with the values of their expressions."""
    match value:
        case dict():
            return {name: filled(item, states, now) for name, item in value.items()}
        case str() if value.startswith("{%"):
            return evaluate(value, states, now)
    return "table" if value == "${SyncTable}" else value


@cache
def compiled(text: str) -> Any:
    return jsonata.Jsonata.jsonata(text.removeprefix("{%").removesuffix("%}"))


def evaluate(text: str, states: dict[str, Any], now: float = NOW) -> Any:
    expression = compiled(text)
    expression.assign("states", states)
    expression.register_lambda("millis", lambda: now * 1000)
    return expression.evaluate(None)


class World:
    """A knowledge base, and everything that is on its way to it: messages, runs that were started, ends that nobody has handled."""

    def __init__(self, dynamodb: Any) -> None:
        self.dynamodb, self.now = dynamodb, float(NOW)
        self.reset()

    def reset(self) -> None:
        self.dynamodb.delete_item(TableName="table", Key={"pk": {"S": KEY}})
        self.messages = self.started = self.uploads = self.seen = 0
        self.running: str | None = None
        self.ends: list[str] = []
        self.names = (f"run-{number}" for number in itertools.count(1))

    def task(self, state: dict[str, Any], name: str) -> dict[str, Any] | None:
        """The answer to the Task of a run; nothing when its condition isn't met."""
        context = {"context": {"Execution": {"Name": name}}}
        try:
            answer: dict[str, Any] = self.dynamodb.update_item(**filled(state["Arguments"], context, self.now))
        except self.dynamodb.exceptions.ConditionalCheckFailedException:
            return None
        return answer

    def start_execution(self, **_: Any) -> None:
        self.started += 1

    def send_message(self, **_: Any) -> None:
        self.messages += 1

    @property
    def possible(self) -> list[Callable[[], None]]:
        """What may happen next; few messages at a time, because where many are one follows what another has lost."""
        steps = [self.deliver, self.fall_over] if self.messages else []
        steps += [self.upload, self.repeat] if self.messages < CROWD else []
        steps += [self.begin] if self.started else []
        steps += [self.end, self.stop] if self.running else []
        return steps + ([self.close] if self.ends else [])

    def upload(self) -> None:
        self.uploads += 1
        self.messages += 1

    def repeat(self) -> None:
        self.messages += 1

    def deliver(self) -> None:
        requesting.start_run("table", "machine")
        self.messages -= 1

    def fall_over(self) -> None:
        """The function counts the change and ends before it has started anything; its message comes again."""
        runs.ask("table")

    def begin(self) -> None:
        self.started -= 1
        name = next(self.names)
        if self.task(acquire(TIMEOUT), name) is not None:
            assert self.running is None
            self.running, self.seen = name, self.uploads

    def end(self) -> None:
        states = leave(then="Outcome")
        answer = self.task(states["Release"], str(self.running))
        assert answer is not None
        self.messages += evaluate(states["Release"]["Assign"]["again"], {"result": answer})
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
def test_after_the_last_upload_a_run_begins_whatever_the_order(chances: list[int]) -> None:
    with simulated(OneItem()) as world:
        for chance in chances:
            possible = world.possible
            possible[chance % len(possible)]()
        world.settle(itertools.cycle(chances))
        assert world.seen == world.uploads
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
    assert world.messages == 1
    world.settle(itertools.repeat(0))
    assert world.seen == 2


def test_an_upload_during_a_run_that_is_stopped_is_taken_in_by_another(world: World) -> None:
    for step in ("upload", "deliver", "begin", "upload", "deliver", "stop", "close", "close"):
        getattr(world, step)()
    assert (world.started, world.messages) == (0, 2)
    world.settle(itertools.repeat(0))
    assert world.seen == 2


def test_a_run_that_is_stopped_after_it_took_everything_is_followed_by_none(world: World) -> None:
    for step in ("upload", "deliver", "begin", "stop", "close"):
        getattr(world, step)()
    assert (world.started, world.messages) == (0, 0)


def test_without_a_change_meanwhile_nothing_follows(world: World) -> None:
    for step in ("upload", "deliver", "begin", "end"):
        getattr(world, step)()
    assert (world.messages, world.started) == (0, 0)


def test_of_two_that_begin_at_once_one_runs(world: World) -> None:
    for step in ("upload", "deliver", "repeat", "deliver", "begin", "begin"):
        getattr(world, step)()
    assert world.running == "run-1"


def test_a_run_that_asks_twice_has_the_knowledge_base_once(world: World) -> None:
    assert world.task(acquire(TIMEOUT), "run") is not None
    assert world.task(acquire(TIMEOUT), "run") is not None
    assert world.task(acquire(TIMEOUT), "other") is None


def test_a_run_that_nobody_saw_end_has_the_knowledge_base_no_longer_than_a_run_may_last(world: World) -> None:
    assert world.task(acquire(TIMEOUT), "lost") is not None
    world.now += TIMEOUT
    assert world.task(acquire(TIMEOUT), "next") is None
    world.now += 400
    world.upload()
    world.deliver()
    world.begin()
    assert world.running == "run-1"


def test_who_lost_the_knowledge_base_does_not_free_that_of_another(world: World) -> None:
    world.task(acquire(TIMEOUT), "lost")
    world.now += TIMEOUT + 400
    world.task(acquire(TIMEOUT), "next")
    assert world.task(leave(then="Outcome")["Release"], "lost") is None
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
    held, wrong = acquire(TIMEOUT, Next="IngestSources")["Catch"]
    assert (held["ErrorEquals"], held["Next"]) == (["DynamoDB.ConditionalCheckFailedException"], "AlreadyRunning")
    assert (wrong["ErrorEquals"], wrong["Next"]) == (["States.ALL"], "NotStarted")


def test_a_run_asks_for_the_next_one_in_words_that_are_understood() -> None:
    states = leave(then="Outcome")
    assert is_request(AGAIN)
    assert states["AskAgain"]["Arguments"] == {"QueueUrl": "${ChangesQueue}", "MessageBody": AGAIN}
    assert (states["Again"]["Choices"][0]["Next"], states["Again"]["Default"], states["AskAgain"]["Next"]) == (
        "AskAgain",
        "Outcome",
        "Outcome",
    )


def test_states_and_functions_write_the_same_item() -> None:
    assert {"pk": KEY} == runs.KEY
