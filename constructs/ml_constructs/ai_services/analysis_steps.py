"""The functions that a document passes through, beside Textract's jobs and reviews."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cw
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from ml_constructs.ai_services.document_alarms import ADVICE
from ml_constructs.ai_services.document_functions import WRITE_STREAMS, document_function, grant_reading
from ml_constructs.ai_services.document_metrics import calls_throttled, pages_analyzed
from ml_constructs.ai_services.document_options import DocumentOptions
from ml_constructs.ai_services.document_store import DocumentStore
from ml_constructs.ai_services.rejections import recording_function
from ml_constructs.ai_services.textract_jobs import UNSCOPED
from ml_constructs.foundation import HandlerDefaults, HandlerFunction, allow_unscoped
from ml_constructs.foundation.grants import grant_items, grant_listing, grant_objects
from ml_constructs.foundation.metrics import MOMENT, total
from ml_constructs.operations import Alarms

DAY = Duration.days(1)
WORK = "work/"
KEPT = ("redacted/", "results/", "text/")


class AnalysisSteps(Construct):
    """Inspects, analyses, assembles, enriches and stores documents, and records those that are rejected.

    Args:
        options: What is looked for; decides which calls of Textract and Comprehend are allowed.
        store: Where documents and results lie.
        sources: The buckets that documents may lie in.
        rejected: Where the events of rejected documents go.
        defaults: What the functions share with others.

    See https://docs.aws.amazon.com/textract/latest/dg/sync.html and https://docs.aws.amazon.com/comprehend/latest/dg/how-pii.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        options: DocumentOptions,
        store: DocumentStore,
        sources: Sequence[s3.IBucket],
        rejected: sqs.IQueue,
        defaults: HandlerDefaults,
    ) -> None:
        super().__init__(scope, construct_id)
        self._options, self._store, self._defaults = options, store, defaults
        self._results = {"RESULTS_BUCKET": store.results.bucket_name}
        self.functions = {
            "InspectDocument": self._inspect(sources),
            "AnalyzeImage": self._analyze_image(sources),
            "AssembleDocument": self._assemble(),
            **({"EnrichText": self._enrich()} if options.text_features else {}),
            "StoreResult": self._store_result(),
            "RecordRejection": recording_function(
                self, "RecordRejection", store=store, options=options, rejected=rejected, defaults=defaults
            ),
        }

    def watch(self, alarms: Alarms, *, pages_per_day: int) -> None:
        """Adds alarms on what is analysed in a day, and on Textract refusing calls because there are too many.

        Args:
            alarms: Gets the alarms.
            pages_per_day: What is planned at most.
        """
        alarms.watch("PagesPerDay", total(pages_analyzed(self, DAY), "Pages", DAY), threshold=pages_per_day, advice=ADVICE)
        throttled = total(calls_throttled(self._options, MOMENT), "Throttled calls", MOMENT)
        alarms.watch("TextractThrottled", throttled, threshold=10, periods=3, advice=ADVICE)

    @property
    def graphs(self) -> dict[str, list[cw.IMetric]]:
        """What a dashboard shows of it."""
        return {"Pages": pages_analyzed(self, MOMENT), "Calls that Textract refused": calls_throttled(self._options, MOMENT)}

    def _function(self, name: str, **environment: str) -> HandlerFunction:
        libraries = ["pypdf"] if name == "InspectDocument" else []
        return document_function(self, name, defaults=self._defaults, environment=environment, libraries=libraries)

    def _inspect(self, sources: Sequence[s3.IBucket]) -> HandlerFunction:
        options = self._options
        function = self._function(
            "InspectDocument",
            CACHE_TABLE=self._store.cache.table_name,
            CONFIGURATION_ID=options.configuration_id,
            FEATURES=options.wanted,
            MAX_BYTES=str(options.max_bytes),
            MAX_PAGES=str(options.max_pages),
        )
        role = function.execution_role
        grant_reading(sources, role)
        for bucket in sources:
            grant_listing(bucket, role, "ListBucket", "ListBucketVersions")
        grant_items(self._store.cache, role, "GetItem")
        grant_objects(self._store.results, role, ("GetObject",), prefix="results/")
        grant_listing(self._store.results, role, "ListBucket")
        return function

    def _analyze_image(self, sources: Sequence[s3.IBucket]) -> HandlerFunction:
        function = self._function("AnalyzeImage", QUERIES=self._options.questions, **self._results)
        if self._options.synchronous_actions:
            allow_unscoped(function.execution_role, self._options.synchronous_actions, UNSCOPED)
        grant_reading(sources, function.execution_role)
        grant_objects(self._store.results, function.execution_role, WRITE_STREAMS, prefix=WORK)
        return function

    def _assemble(self) -> HandlerFunction:
        review = self._options.review
        function = self._function("AssembleDocument", REVIEW_CONFIDENCE=f"{review.confidence_percent if review else 0:g}", **self._results)
        grant_objects(self._store.results, function.execution_role, ("GetObject", "PutObject"), prefix=WORK)
        return function

    def _enrich(self) -> HandlerFunction:
        options = self._options
        function = self._function("EnrichText", LANGUAGE=options.language, TEXT_FEATURES=options.text_wanted, **self._results)
        allow_unscoped(
            function.execution_role,
            options.comprehend_actions,
            "Comprehend defines resources for custom models only; what AWS's own models find can't be limited by resource.",
        )
        grant_objects(self._store.results, function.execution_role, ("GetObject", "PutObject"), prefix=WORK)
        return function

    def _store_result(self) -> HandlerFunction:
        store, review = self._store, self._options.review
        environment = {
            "CACHE_TABLE": store.cache.table_name,
            "CONFIGURATION_ID": self._options.configuration_id,
            "INDEX_TABLE": store.index.table_name,
            "RETENTION_DAYS": str(store.retention_days),
            **({"REVIEWS_TABLE": store.reviews.table_name, "REVIEW_TIMEOUT_OUTCOME": review.on_timeout} if review else {}),
        }
        function = self._function("StoreResult", **environment, **self._results)
        role = function.execution_role
        grant_objects(store.results, role, ("GetObject",), prefix=WORK)
        for prefix in KEPT:
            grant_objects(store.results, role, ("GetObject", "PutObject"), prefix=prefix)
        for table in (store.cache, store.index, *([store.reviews] if review else [])):
            grant_items(table, role, "UpdateItem")
        return function
