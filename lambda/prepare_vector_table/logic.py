"""What a database needs to keep vectors for a knowledge base."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from botocore.config import Config
from botocore.exceptions import ClientError

# Index names add to it, and PostgreSQL cuts names off after 63 characters.
NAME = re.compile(r"[a-z][a-z0-9_]{0,49}")
MAX_DIMENSIONS = 2000
# A database that comes back from a pause, fails over, or isn't up yet.
PASSING = ("DatabaseResumingException", "DatabaseUnavailableException", "ServiceUnavailableError", "InvalidResourceStateException")
PAUSE_SECONDS = 5
MARGIN_SECONDS = 60

logger = Logger()


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of vectors, and how to get to it.

    Args:
        cluster_arn: Of the database cluster.
        secret_arn: Holds user name and password.
        database: Name of the database.
        schema: Made when it isn't there.
        name: Of the table, in ``schema``.
        dimensions: Length of a vector, at most 2,000: pgvector indexes no more.

    Raises:
        ValueError: A name or a number that can't stand in a statement.
    """

    cluster_arn: str
    secret_arn: str
    database: str
    schema: str
    name: str
    dimensions: int

    def __post_init__(self) -> None:
        for value in (self.database, self.schema, self.name):
            if not NAME.fullmatch(value):
                raise ValueError(f"a name must have 1 to 50 lower-case letters, digits and underscores, got {value!r}")
        if not 1 <= self.dimensions <= MAX_DIMENSIONS:
            raise ValueError(f"dimensions must be from 1 to {MAX_DIMENSIONS}, got {self.dimensions}")

    @property
    def path(self) -> str:
        """As statements name it."""
        return f'"{self.schema}"."{self.name}"'


@cache
def rds_data() -> Any:
    """The client, made once."""
    return boto3.client(
        "rds-data", config=Config(retries={"mode": "standard", "total_max_attempts": 5}, connect_timeout=5, read_timeout=60)
    )


def prepare(table: Table, *, seconds_left: Callable[[], float]) -> None:
    """Makes whatever of the table isn't there yet."""
    for statement in statements(table):
        execute(table, statement, seconds_left=seconds_left)
    logger.info("prepared", dimensions=table.dimensions)


def drop(table: Table, *, seconds_left: Callable[[], float]) -> None:
    """Drops the table with its vectors; none there, or no database, is fine."""
    try:
        execute(table, f"DROP TABLE IF EXISTS {table.path}", seconds_left=seconds_left)
    except ClientError as error:
        if error.response["Error"]["Code"] != "DatabaseNotFoundException":
            raise
    logger.info("dropped")


def statements(table: Table) -> Iterator[str]:
    """Yields what makes the table, in order; each may be run again.

    Scans of the index go on until the filter of a query has let enough rows through; else a tenant with few documents would find none.

    See https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.VectorDB.html and
    https://docs.aws.amazon.com/bedrock/latest/userguide/knowledge-base-setup.html
    """
    yield "CREATE EXTENSION IF NOT EXISTS vector"
    yield f'CREATE SCHEMA IF NOT EXISTS "{table.schema}"'
    columns = f"id uuid PRIMARY KEY, embedding vector({table.dimensions}), chunks text, metadata json, custom_metadata jsonb"
    yield f"CREATE TABLE IF NOT EXISTS {table.path} ({columns})"
    yield _index(table, "embedding", "hnsw (embedding vector_cosine_ops) WITH (ef_construction=256)")
    yield _index(table, "chunks", "gin (to_tsvector('simple', chunks))")
    yield _index(table, "custom_metadata", "gin (custom_metadata)")
    yield _setting(table, "hnsw.iterative_scan = 'relaxed_order'")
    yield _setting(table, "hnsw.max_scan_tuples = 20000")


def _index(table: Table, column: str, method: str) -> str:
    return f'CREATE INDEX IF NOT EXISTS "{table.name}_{column}" ON {table.path} USING {method}'


def _setting(table: Table, value: str) -> str:
    """Sets a parameter of pgvector, in one statement that has a vector read first.

    The parameters of an extension are unknown to a session that hasn't loaded it, and PostgreSQL lets only a superuser, whom Aurora has
    not, set what it doesn't know. Statements of the Data API may each have a session of their own.

    See https://www.postgresql.org/docs/17/runtime-config-custom.html
    """
    return f"DO $$ BEGIN PERFORM '[1]'::vector; ALTER DATABASE \"{table.database}\" SET {value}; END $$"


def execute(table: Table, statement: str, *, seconds_left: Callable[[], float]) -> None:
    """Runs one statement, again and again while the database isn't up and there is time.

    Raises:
        ClientError: The Data API refused the statement, or the database didn't come up in time.
    """
    while True:
        try:
            rds_data().execute_statement(
                resourceArn=table.cluster_arn, secretArn=table.secret_arn, database=table.database, sql=statement, continueAfterTimeout=True
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in PASSING or seconds_left() < MARGIN_SECONDS:
                raise
            time.sleep(PAUSE_SECONDS)
        else:
            return
