import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import ANY, Stubber

import custom_resources
from prepare_vector_table import logic
from prepare_vector_table.handler import handler

CLUSTER = "arn:aws:rds:us-east-1:111122223333:cluster:vectors"
SECRET = "arn:aws:secretsmanager:us-east-1:111122223333:secret:rds!cluster-1-AbCdEf"
TABLE = logic.Table(
    cluster_arn=CLUSTER, secret_arn=SECRET, database="vectors", schema="bedrock_integration", name="chunks", dimensions=1024
)
PROPERTIES = {
    "ClusterArn": CLUSTER,
    "SecretArn": SECRET,
    "Database": "vectors",
    "Schema": "bedrock_integration",
    "Table": "chunks",
    "Dimensions": "1024",
    "OnDelete": "keep",
}
DROP = 'DROP TABLE IF EXISTS "bedrock_integration"."chunks"'


@pytest.fixture
def database() -> Iterator[Stubber]:
    logic.rds_data.cache_clear()
    with Stubber(logic.rds_data()) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()
    logic.rds_data.cache_clear()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    monkeypatch.setattr(logic.time, "sleep", slept.append)
    return slept


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What CloudFormation was told."""
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(custom_resources, "_send", lambda _, answer: told.append(answer))
    return told


@pytest.fixture
def request_of(context: Any, answers: list[dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Sends the handler what CloudFormation would send, and returns its answer."""

    def send(kind: str, **properties: str) -> dict[str, Any]:
        context.log_stream_name = "stream"
        event = {
            "RequestType": kind,
            "ResponseURL": "https://answers.example.com/1",
            "StackId": "stack",
            "RequestId": "request",
            "LogicalResourceId": "Table",
            "ResourceProperties": {**PROPERTIES, **properties},
        }
        handler(event, context)
        return answers.pop()

    return send


def takes(database: Stubber, sql: Any, times: int = 1) -> None:
    for _ in range(times):
        database.add_response(
            "execute_statement",
            {},
            {"resourceArn": CLUSTER, "secretArn": SECRET, "database": "vectors", "sql": sql, "continueAfterTimeout": True},
        )


def forever() -> float:
    return 900.0


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_a_table_is_made_with_what_aurora_and_bedrock_ask_for(
    database: Stubber, request_of: Callable[..., dict[str, Any]], kind: str
) -> None:
    path = '"bedrock_integration"."chunks"'
    columns = "id uuid PRIMARY KEY, embedding vector(1024), chunks text, metadata json, custom_metadata jsonb"
    for sql in (
        "CREATE EXTENSION IF NOT EXISTS vector",
        'CREATE SCHEMA IF NOT EXISTS "bedrock_integration"',
        f"CREATE TABLE IF NOT EXISTS {path} ({columns})",
        f'CREATE INDEX IF NOT EXISTS "chunks_embedding" ON {path} USING hnsw (embedding vector_cosine_ops) WITH (ef_construction=256)',
        f"CREATE INDEX IF NOT EXISTS \"chunks_chunks\" ON {path} USING gin (to_tsvector('simple', chunks))",
        f'CREATE INDEX IF NOT EXISTS "chunks_custom_metadata" ON {path} USING gin (custom_metadata)',
        "DO $$ BEGIN PERFORM '[1]'::vector; ALTER DATABASE \"vectors\" SET hnsw.iterative_scan = 'relaxed_order'; END $$",
        "DO $$ BEGIN PERFORM '[1]'::vector; ALTER DATABASE \"vectors\" SET hnsw.max_scan_tuples = 20000; END $$",
    ):
        takes(database, sql)
    answer = request_of(kind)
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", f"{CLUSTER}/bedrock_integration.chunks")


def test_every_statement_may_be_run_again() -> None:
    repeatable = re.compile(r"CREATE \w+ IF NOT EXISTS |DO \$\$ BEGIN PERFORM '\[1\]'::vector; ALTER DATABASE \"vectors\" SET ")
    assert [found for found in logic.statements(TABLE) if not repeatable.match(found)] == []


def test_parameters_of_the_extension_are_set_by_a_session_that_has_loaded_it() -> None:
    """Else PostgreSQL doesn't know them, and refuses whoever isn't a superuser."""
    of_extension = [found for found in logic.statements(TABLE) if "SET hnsw." in found]
    assert len(of_extension) == 2
    assert all(found.index("::vector") < found.index("ALTER DATABASE") for found in of_extension)


def test_vectors_are_as_long_as_the_model_makes_them(database: Stubber, request_of: Callable[..., dict[str, Any]]) -> None:
    assert "embedding vector(256)" in "".join(logic.statements(logic.Table(**{**vars(TABLE), "dimensions": 256})))


def test_a_table_that_is_to_be_kept_is_left_alone(database: Stubber, request_of: Callable[..., dict[str, Any]]) -> None:
    assert request_of("Delete")["Status"] == "SUCCESS"


def test_a_table_that_may_go_is_dropped(database: Stubber, request_of: Callable[..., dict[str, Any]]) -> None:
    takes(database, DROP)
    assert request_of("Delete", OnDelete="drop")["Status"] == "SUCCESS"


def test_a_table_whose_database_is_gone_is_dropped_already(database: Stubber, request_of: Callable[..., dict[str, Any]]) -> None:
    database.add_client_error("execute_statement", "DatabaseNotFoundException")
    assert request_of("Delete", OnDelete="drop")["Status"] == "SUCCESS"


def test_a_table_that_cannot_be_dropped_fails_the_deletion(database: Stubber, request_of: Callable[..., dict[str, Any]]) -> None:
    database.add_client_error("execute_statement", "AccessDeniedException")
    answer = request_of("Delete", OnDelete="drop")
    assert answer["Status"] == "FAILED"
    assert "AccessDeniedException" in answer["Reason"]


@pytest.mark.parametrize("code", logic.PASSING)
def test_a_database_that_is_not_up_yet_is_waited_for(database: Stubber, pauses: list[float], code: str) -> None:
    for _ in range(3):
        database.add_client_error("execute_statement", code)
    takes(database, ANY)
    logic.execute(TABLE, "SELECT 1", seconds_left=forever)
    assert pauses == [logic.PAUSE_SECONDS] * 3


def test_a_database_that_does_not_come_up_fails_in_time_to_say_so(database: Stubber, pauses: list[float]) -> None:
    left = iter([120.0, 59.0])
    for _ in range(2):
        database.add_client_error("execute_statement", "DatabaseResumingException")
    with pytest.raises(ClientError, match="DatabaseResumingException"):
        logic.execute(TABLE, "SELECT 1", seconds_left=lambda: next(left))
    assert len(pauses) == 1


@pytest.mark.parametrize("code", ["DatabaseErrorException", "AccessDeniedException", "BadRequestException", "StatementTimeoutException"])
def test_a_statement_that_is_refused_is_not_run_again(
    database: Stubber, request_of: Callable[..., dict[str, Any]], pauses: list[float], code: str
) -> None:
    database.add_client_error("execute_statement", code)
    answer = request_of("Create")
    assert answer["Status"] == "FAILED"
    assert code in answer["Reason"]
    assert pauses == []


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"Table": 'x"; DROP TABLE y; --'}, "a name must have 1 to 50 lower-case letters, digits and underscores"),
        ({"Schema": ""}, "a name must have 1 to 50 lower-case letters, digits and underscores, got ''"),
        ({"Database": "x" * 51}, "a name must have 1 to 50 lower-case letters, digits and underscores"),
        ({"Dimensions": "0"}, "dimensions must be from 1 to 2000, got 0"),
        ({"Dimensions": "2001"}, "dimensions must be from 1 to 2000, got 2001"),
        ({"Dimensions": "many"}, "invalid literal for int"),
    ],
)
def test_what_cannot_stand_in_a_statement_is_refused_with_an_answer(
    database: Stubber, request_of: Callable[..., dict[str, Any]], properties: dict[str, str], message: str
) -> None:
    answer = request_of("Create", **properties)
    assert answer["Status"] == "FAILED"
    assert message in answer["Reason"]
