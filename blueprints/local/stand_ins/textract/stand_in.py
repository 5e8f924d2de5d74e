"""Textract, answered by RapidOCR and by geometry."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from typing import Any

from blueprints.local.stand_ins import ClientFactory
from blueprints.local.stand_ins.textract.blocks import Blocks
from blueprints.local.stand_ins.textract.documents import Document, document_of
from blueprints.local.stand_ins.textract.expense import expense_document
from blueprints.local.stand_ins.textract.forms import add_forms
from blueprints.local.stand_ins.textract.identity import identity_document
from blueprints.local.stand_ins.textract.jobs import Job, Jobs, Result
from blueprints.local.stand_ins.textract.layout import add_layout
from blueprints.local.stand_ins.textract.lending import lending_result, summary
from blueprints.local.stand_ins.textract.notices import check_channel, publish
from blueprints.local.stand_ins.textract.outputs import check_output, write_output
from blueprints.local.stand_ins.textract.pages import Page
from blueprints.local.stand_ins.textract.queries import add_queries, asked_pages
from blueprints.local.stand_ins.textract.recognition import Recogniser
from blueprints.local.stand_ins.textract.requests import Features, check_start, invalid
from blueprints.local.stand_ins.textract.tables import add_tables

Answer = dict[str, Any]
Work = Callable[[Document, dict[str, Any]], Result]
TEXT = Features()
MAX_ID_PAGES = 2


class TextractStandIn:
    """Answers Textract's text, document, expense, identity and lending operations.

    Words, boxes and confidences are those of the recogniser; fields, tables, layout, signatures and answers to queries follow from
    where the words stand and how large they are. Adapters and human loops are refused.

    Args:
        threads: Threads of one recognition.
        concurrent_jobs: Asynchronous jobs that may wait or run at once.
    """

    name = "rapidocr"
    service = "textract"

    def __init__(self, *, threads: int = 2, concurrent_jobs: int = 100) -> None:
        self._recogniser = Recogniser(threads=threads)
        self._jobs = Jobs(concurrent=concurrent_jobs)
        self._answers: dict[str, Callable[[dict[str, Any], ClientFactory], Answer]] = {
            "DetectDocumentText": self._detect_document_text,
            "AnalyzeDocument": self._analyze_document,
            "AnalyzeExpense": self._analyze_expense,
            "AnalyzeID": self._analyze_id,
            "GetLendingAnalysisSummary": self._get_lending_summary,
        }
        works: dict[str, Work] = {
            "DocumentTextDetection": self._text,
            "DocumentAnalysis": self._analysis,
            "ExpenseAnalysis": self._expenses,
            "LendingAnalysis": self._lending,
        }
        for job, work in works.items():
            self._answers[f"Start{job}"] = self._starter(f"Start{job}", work)
            self._answers[f"Get{job}"] = self._getter(f"Start{job}", job)

    @property
    def operations(self) -> frozenset[str]:
        """The operations answered."""
        return frozenset(self._answers)

    def answer(self, operation: str, request: dict[str, Any], aws: ClientFactory) -> Answer:
        """Returns botocore's output for botocore's input.

        Raises:
            StandInError: An error that Textract declares for the operation.
        """
        return self._answers[operation](request, aws)

    def _detect_document_text(self, request: dict[str, Any], aws: ClientFactory) -> Answer:
        blocks = list(_blocks(self._single(request.get("Document"), aws), TEXT, 1))
        return {"DocumentMetadata": {"Pages": 1}, "Blocks": blocks, "DetectDocumentTextModelVersion": model_version()}

    def _analyze_document(self, request: dict[str, Any], aws: ClientFactory) -> Answer:
        features = Features.of(request, asynchronous=False)
        blocks = list(_blocks(self._single(request.get("Document"), aws), features, 1))
        return {"DocumentMetadata": {"Pages": 1}, "Blocks": blocks, "AnalyzeDocumentModelVersion": model_version()}

    def _analyze_expense(self, request: dict[str, Any], aws: ClientFactory) -> Answer:
        page = self._single(request.get("Document"), aws)
        return {"DocumentMetadata": {"Pages": 1}, "ExpenseDocuments": [expense_document(page, 1)]}

    def _analyze_id(self, request: dict[str, Any], aws: ClientFactory) -> Answer:
        documents = request.get("DocumentPages") or []
        if not 1 <= len(documents) <= MAX_ID_PAGES:
            raise invalid(f"DocumentPages must hold 1 or {MAX_ID_PAGES} documents, got {len(documents)}")
        pages = [self._single(document, aws).numbered(number) for number, document in enumerate(documents, start=1)]
        identity = identity_document(pages, 1)
        return {"DocumentMetadata": {"Pages": len(pages)}, "IdentityDocuments": [identity], "AnalyzeIDModelVersion": model_version()}

    def _get_lending_summary(self, request: dict[str, Any], _aws: ClientFactory) -> Answer:
        job = self._jobs.find(request["JobId"], "StartLendingAnalysis")
        found = {"Summary": summary(job.result.items)} if job.result else {}
        return {**job.state(), **found, "AnalyzeLendingModelVersion": model_version()}

    def _single(self, document: dict[str, Any] | None, aws: ClientFactory) -> Page:
        return next(self._recogniser.pages(document_of(document or {}, aws), max_pages=1))

    def _starter(self, api: str, work: Work) -> Callable[[dict[str, Any], ClientFactory], Answer]:
        def start(request: dict[str, Any], aws: ClientFactory) -> Answer:
            check_start(request)
            known = self._jobs.known(api, request)
            if known:
                return {"JobId": known.job_id}
            if api == "StartDocumentAnalysis":
                Features.of(request, asynchronous=True)
            document = document_of(request["DocumentLocation"], aws, asynchronous=True)
            job = Job(uuid.uuid4().hex + uuid.uuid4().hex, api, request)
            if "NotificationChannel" in request:
                check_channel(request["NotificationChannel"], aws)
            if "OutputConfig" in request:
                check_output(request, job.job_id, aws)
            return {"JobId": self._jobs.start(job, lambda: work(document, request), lambda ended: _ended(ended, aws)).job_id}

        return start

    def _getter(self, api: str, kind: str) -> Callable[[dict[str, Any], ClientFactory], Answer]:
        version_of = {
            "DocumentTextDetection": "DetectDocumentText",
            "DocumentAnalysis": "AnalyzeDocument",
            "ExpenseAnalysis": "AnalyzeExpense",
        }

        def get(request: dict[str, Any], _aws: ClientFactory) -> Answer:
            job = self._jobs.find(request["JobId"], api)
            return {**job.answer(request), f"{version_of.get(kind, 'AnalyzeLending')}ModelVersion": model_version()}

        return get

    def _text(self, document: Document, _request: dict[str, Any]) -> Result:
        pages = list(self._recogniser.pages(document))
        return Result([block for page in pages for block in _blocks(page, TEXT, len(pages))], len(pages))

    def _analysis(self, document: Document, request: dict[str, Any]) -> Result:
        features = Features.of(request, asynchronous=True)
        pages = list(self._recogniser.pages(document))
        blocks = [block for page in pages for block in _blocks(page, features, len(pages))]
        return Result(blocks, len(pages), list(_warnings(features, len(pages))))

    def _expenses(self, document: Document, _request: dict[str, Any]) -> Result:
        pages = self._recogniser.pages(document)
        documents = [expense_document(page, index) for index, page in enumerate(pages, start=1)]
        return Result(documents, len(documents))

    def _lending(self, document: Document, _request: dict[str, Any]) -> Result:
        results = [lending_result(page) for page in self._recogniser.pages(document)]
        return Result(results, len(results))


def model_version() -> str:
    """Returns which program answered, where Textract names the version of its model."""
    return f"rapidocr-onnxruntime {version('rapidocr-onnxruntime')}"


def _blocks(page: Page, features: Features, pages: int) -> Iterable[dict[str, Any]]:
    blocks = Blocks(page)
    if "TABLES" in features.kinds:
        add_tables(blocks)
    if "FORMS" in features.kinds:
        add_forms(blocks, signatures="SIGNATURES" in features.kinds)
    if "QUERIES" in features.kinds:
        add_queries(blocks, list(features.queries), pages)
    if "SIGNATURES" in features.kinds:
        for signature in page.signatures:
            blocks.id_of(signature)
    if "LAYOUT" in features.kinds:
        add_layout(blocks)
    return blocks


def _warnings(features: Features, pages: int) -> Iterator[dict[str, Any]]:
    """Names the pages that queries ask for and the document has not."""
    missing = sorted({page for query in features.queries for page in asked_pages(query, pages) if page > pages})
    if missing:
        yield {"ErrorCode": "INVALID_REQUEST_PARAMETERS", "Pages": missing}


def _ended(job: Job, aws: ClientFactory) -> None:
    if "OutputConfig" in job.request and job.result:
        write_output(job, aws)
    if "NotificationChannel" in job.request:
        publish(job.request["NotificationChannel"], job.notice, aws)
