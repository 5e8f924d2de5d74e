"""How data is cut up for batch transform, and put together again."""

from dataclasses import dataclass, field
from typing import Any, Literal

from aws_cdk import Duration

from ml_constructs.foundation.checks import check_choice, check_range, check_text
from ml_constructs.sagemaker.inference.endpoints.limits import check_seconds, seconds

Split = Literal["Line", "RecordIO", "TFRecord", "None"]

SPLITS = ("Line", "RecordIO", "TFRecord", "None")
STRATEGIES = ("MultiRecord", "SingleRecord")
ASSEMBLIES = ("Line", "None")
COMPRESSIONS = ("None", "Gzip")
MOST_PAYLOAD_MB = 100
MEGABYTE = 1024**2
JOINED_TYPES = ("text/csv", "application/json", "application/jsonlines")
LONGEST_PATH = 63
PATH = r"\$.*"
EVERYTHING = "$"


@dataclass(frozen=True, kw_only=True)
class TransformRecords:
    """How data is cut into requests to the model, and answers are put together.

    Args:
        content_type: MIME type of the data.
        accept: MIME type that answers are asked for in; the container's own when left out.
        split: What ends a record; with ``None`` each object is one.
        strategy: Whether a request has as many records as it can take, or one.
        assemble: Whether each answer ends with a newline.
        compression: Whether objects are compressed.
        payload_mb: The largest request, up to 100 MB; 0 leaves it open, for containers that take chunks.
        concurrency: Requests to an instance at once; as the container says when left out. Times ``payload_mb``, up to 100.
        timeout: How long the model may take for a request, 1 second to 1 hour.
        retries: How often a request that failed is sent again, 0 to 3.

    Raises:
        ValueError: A value that SageMaker doesn't take, or values that don't go together.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html
    """

    content_type: str = "text/csv"
    accept: str | None = None
    split: Split = "Line"
    strategy: Literal["MultiRecord", "SingleRecord"] = "MultiRecord"
    assemble: Literal["Line", "None"] = "Line"
    compression: Literal["None", "Gzip"] = "None"
    payload_mb: int = 6
    concurrency: int | None = None
    timeout: Duration = field(default_factory=lambda: Duration.minutes(10))
    retries: int = 3

    def __post_init__(self) -> None:
        for name, allowed in (("split", SPLITS), ("strategy", STRATEGIES), ("assemble", ASSEMBLIES), ("compression", COMPRESSIONS)):
            check_choice(name, getattr(self, name), allowed)
        check_range("payload_mb", self.payload_mb, 0, MOST_PAYLOAD_MB)
        if self.concurrency is not None:
            check_range("concurrency", self.concurrency, 1, MOST_PAYLOAD_MB)
            check_range("payload_mb times concurrency", self.payload_mb * self.concurrency, 0, MOST_PAYLOAD_MB)
        if self.strategy == "SingleRecord" and self.split == "None":
            raise ValueError("strategy must be MultiRecord where split is None, got SingleRecord")
        check_seconds("timeout", self.timeout, 1, 3600)
        check_range("retries", self.retries, 0, 3)

    @property
    def countable(self) -> bool:
        """Whether records can be counted before a job is paid for."""
        return self.split == "Line" and self.compression == "None"

    @property
    def properties(self) -> dict[str, Any]:
        """Parameters of ``CreateTransformJob``; the two that tell of data have members of others beside them."""
        client = {"InvocationsTimeoutInSeconds": seconds(self.timeout), "InvocationsMaxRetries": self.retries}
        return {
            "BatchStrategy": self.strategy,
            "MaxPayloadInMB": self.payload_mb,
            "ModelClientConfig": client,
            "TransformInput": {"CompressionType": self.compression, "ContentType": self.content_type, "SplitType": self.split},
            "TransformOutput": {"AssembleWith": self.assemble, **({"Accept": self.accept} if self.accept else {})},
            **({"MaxConcurrentTransforms": self.concurrency} if self.concurrency is not None else {}),
        }


@dataclass(frozen=True, kw_only=True)
class TransformJoin:
    """Which part of a record the model gets, and which part of what comes of it is kept.

    Args:
        input_filter: JSONPath of what the model gets, such as ``$[1:]``, up to 63 characters.
        output_filter: JSONPath of what is kept, such as ``$[0,-1]``, up to 63 characters.
        joined: Whether answers are joined with their records before that.

    Raises:
        ValueError: What is no path.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html
    """

    input_filter: str = EVERYTHING
    output_filter: str = EVERYTHING
    joined: bool = False

    def __post_init__(self) -> None:
        for name in ("input_filter", "output_filter"):
            path = getattr(self, name)
            check_text(name, path, PATH, "a JSONPath that begins with $")
            check_range(f"length of {name}", len(path), 1, LONGEST_PATH)

    @property
    def needed(self) -> bool:
        """Whether there is anything to do."""
        return self.joined or (self.input_filter, self.output_filter) != (EVERYTHING, EVERYTHING)

    @property
    def properties(self) -> dict[str, str]:
        """The parameter ``DataProcessing``."""
        source = "Input" if self.joined else "None"
        return {"InputFilter": self.input_filter, "OutputFilter": self.output_filter, "JoinSource": source}

    def check(self, records: TransformRecords) -> None:
        """Refuses records that SageMaker can't take apart or put together.

        Raises:
            ValueError: Another type of data, or lines that come out as something else.
        """
        if not self.needed:
            return
        kind = records.content_type.partition(";")[0].strip()
        if kind not in JOINED_TYPES:
            raise ValueError(f"content_type must be one of {', '.join(JOINED_TYPES)} for filters and joins, got {records.content_type!r}")
        if (records.split == "Line") != (records.assemble == "Line"):
            raise ValueError(f"assemble must be as split for filters and joins, got {records.assemble} and {records.split}")
