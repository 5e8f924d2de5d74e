import io
from pathlib import Path
from typing import Any

from rich.console import Console

from blueprints.trying.answers import Reply
from blueprints.trying.checks import Asked, Check
from blueprints.trying.files import Upload
from blueprints.trying.ingestion import Ingested, Ingestion
from blueprints.trying.knowledge_base_report import print_answers, print_checks, print_documents

BODY: dict[str, Any] = {
    "outcome": "answered",
    "answer": "There are 27 days [1].",
    "citations": [{"number": 1, "source": "s3://b/leave.pdf", "page": 2, "excerpt": "Full-time\nemployees " + "have " * 60}],
    "withheld": ["s3://b/offer.txt"],
    "guardrail": {"intervened": True, "policies": ["content"]},
    "usage": {"output_tokens": 9},
}
STATISTICS = {"numberOfDocumentsScanned": 3, "numberOfNewDocumentsIndexed": 2, "numberOfDocumentsFailed": 1}


def shown(write: Any, *given: Any) -> str:
    text = io.StringIO()
    write(*given, Console(file=text, width=110))
    return text.getvalue()


def asked(body: dict[str, Any], status: int = 200, tenant: str | None = "acme") -> Asked:
    return Asked("How many [days]?", tenant, Reply(status, body, 0.42))


def test_an_answer_is_shown_with_citations_and_who_wrote_it() -> None:
    text = shown(print_answers, [asked(BODY)], "extractive sentences (MiniLM)")
    assert "How many [days]?  answered  as a user of acme, 0.42 s" in text
    assert "There are 27 days [1]." in text
    assert "leave.pdf, page 2" in text
    assert "s3://" not in text
    assert "Full-time employees have" in text
    assert text.count("have") < 60
    assert all(words in text for words in ("withheld    offer.txt", "guardrail   content", "written by  extractive sentences"))


def test_an_answer_that_no_model_wrote_names_none() -> None:
    text = shown(print_answers, [asked({"outcome": "no_passages", "answer": "", "usage": {"output_tokens": 0}})], "a model")
    assert "a model" not in text


def test_a_refusal_is_shown_with_its_status() -> None:
    text = shown(print_answers, [asked({"message": "no tenant"}, status=403, tenant=None)], "")
    assert "error  as a user of no tenant" in text
    assert "HTTP 403  no tenant" in text


def test_a_citation_without_a_page_is_shown_without() -> None:
    citation = {"number": 1, "source": "s3://b/leave.md", "page": None, "excerpt": "short"}
    assert "page" not in shown(print_answers, [asked({**BODY, "citations": [citation]})], "")


def test_documents_are_shown_with_the_statistics_of_their_syncs() -> None:
    documents = [Ingested(Upload(Path("a"), "a.md"), "INDEXED"), Ingested(Upload(Path("b"), "b.txt"), "FAILED", "too large")]
    text = shown(print_documents, Ingestion(documents, [{"statistics": STATISTICS}], 4.2, 39))
    assert "too large" in text
    assert "2 documents, 1 failed; 39 passages; 1 sync: 3 scanned, 2 new, 0 changed, 1 failed; 4.2 s" in text


def test_a_store_that_does_not_tell_its_passages_is_shown_so() -> None:
    assert "an unknown number of passages; 0 syncs" in shown(print_documents, Ingestion([]))


def test_checks_are_shown_with_what_is_wrong() -> None:
    text = shown(print_checks, [Check("Tried", "seen", [], 1.5), Check("Also tried", "seen", ["it must be so"], 0.1)])
    assert "ok" in text
    assert "WRONG" in text
    assert "it must be so" in text
