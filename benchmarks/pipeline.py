"""Documents per second through document-analysis, deployed to the embedded AWS."""

import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks import deployments, pages, rounds
from blueprints.docs import markdown
from blueprints.local.embedded import EmbeddedAws

COUNTS = (10, 100, 1000)
NAME = "document-analysis"
SETTINGS: dict[str, Any] = {"network": "none", "rules": False, "deployments": {NAME: {"data_on_removal": "destroy"}}}
UPLOADERS = 4
POLL_SECONDS = (0.2, 2.0)
PATIENCE_SECONDS = 180


def measure(counts: tuple[int, ...] = COUNTS) -> str:
    """Returns the table of documents per second."""
    with tempfile.TemporaryDirectory() as name, EmbeddedAws(home=Path(name)) as aws:
        outputs, seconds = deployments.deploy(aws, Path(name), NAME, SETTINGS)
        warm_up = _rate(aws, outputs, 0, 2)
        rows = [_rate(aws, outputs, sum(counts[:index]) + 2, count) for index, count in enumerate(counts)]
    header = ("Documents", "Seconds", "Documents per second", "How they ended")
    note = (
        f"PNG images of {pages.SIZE[0]} by {pages.SIZE[1]} pixels, all different; from the first upload to the last row in the index. "
        f"Deployed once with the CDK command line in {seconds:.0f} s (bootstrap included); {warm_up[0]} documents to warm up."
    )
    return f"{note}\n\n" + markdown.table(header, rows)


def _rate(aws: EmbeddedAws, outputs: dict[str, str], first: int, count: int) -> tuple[object, ...]:
    """Sends ``count`` documents, numbered from ``first``, and waits until all have ended."""
    s3, bucket = aws.client("s3"), outputs["DocumentsBucketName"]
    drawn = [pages.png(number) for number in range(first, first + count)]
    start = time.perf_counter()
    with ThreadPoolExecutor(UPLOADERS) as uploaders:
        list(
            uploaders.map(
                lambda number: s3.put_object(Bucket=bucket, Key=f"{count}/{number}.png", Body=drawn[number - first]),
                range(first, first + count),
            )
        )
    ended = _wait(aws.client("dynamodb"), outputs["IndexTableName"], f"{bucket}/{count}/", count)
    seconds = time.perf_counter() - start
    return count, f"{seconds:.1f}", f"{count / seconds:.2f}", rounds.endings(ended)


def _wait(dynamodb: Any, table: str, prefix: str, count: int) -> Counter[str]:
    """Returns how many documents ended in which status, once all have."""
    best, deadline = 0, time.monotonic() + PATIENCE_SECONDS
    while True:
        ended = _statuses(dynamodb, table, prefix)
        if ended.total() == count:
            return ended
        if ended.total() > best:
            best, deadline = ended.total(), time.monotonic() + PATIENCE_SECONDS
        if time.monotonic() > deadline:
            raise deployments.StalledError(f"{best} of {count} documents ended, then none for {PATIENCE_SECONDS} s")
        time.sleep(min(max((count - ended.total()) / 50, POLL_SECONDS[0]), POLL_SECONDS[1]))


def _statuses(dynamodb: Any, table: str, prefix: str) -> Counter[str]:
    rows = dynamodb.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression="begins_with(document, :prefix)",
        ExpressionAttributeValues={":prefix": {"S": prefix}},
    )
    return Counter(item["status"]["S"] for page in rows for item in page["Items"])
