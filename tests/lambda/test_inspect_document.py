import contextlib
import hashlib
import io
import json
import logging
import signal
import struct
import threading
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import pypdf
import pypdf.errors
import pytest
from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from documents import tables
from documents.clients import client
from documents.errors import ConfigurationError, TransientServiceError
from documents.naming import Document
from inspect_document import files, logic, pdf, tiff
from inspect_document.handler import handler
from inspect_document.refusal import Refused

DOCX = b"PK\x03\x04" + b"\x00" * 2000


def a_pdf(pages: int = 1, **encryption: Any) -> bytes:
    writer = pypdf.PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(100, 100)
    if encryption:
        writer.encrypt(**encryption)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def an_image(kind: str, pages: int = 1) -> bytes:
    file = io.BytesIO()
    images = [Image.new("L", (8, 8), shade) for shade in range(pages)]
    images[0].save(file, kind, **({"save_all": True, "append_images": images[1:]} if pages > 1 else {}))
    return file.getvalue()


def inspected(document: Document, context: Any) -> dict[str, Any]:
    result: dict[str, Any] = handler({"document": document.as_dict(), "attempt": 1}, context)
    assert json.loads(json.dumps(result)) == result
    assert set(result) == {"verdict", "reason", "content_type", "pages", "bytes", "sha256", "analyses", "skipped", "cached"}
    return result


def code(result: dict[str, Any]) -> str:
    assert result["verdict"] == "refused"
    assert result["analyses"] == []
    return str(result["reason"]["code"])


@pytest.mark.parametrize(
    ("body", "content_type", "pages", "mode"),
    [
        (a_pdf(3), "application/pdf", 3, "async"),
        (b"\n\n" + a_pdf(1), "application/pdf", 1, "async"),
        (an_image("TIFF", 2), "image/tiff", 2, "async"),
        (an_image("JPEG"), "image/jpeg", 1, "sync"),
        (an_image("PNG"), "image/png", 1, "sync"),
    ],
    ids=["pdf", "pdf after blanks", "tiff", "jpeg", "png"],
)
def test_a_good_file_is_accepted(cloud: Any, context: Any, body: bytes, content_type: str, pages: int, mode: str) -> None:
    result = inspected(cloud.upload("scan", body), context)
    assert result["verdict"] == "accepted"
    assert result["reason"] is None
    assert (result["content_type"], result["pages"], result["bytes"]) == (content_type, pages, len(body))
    assert result["sha256"] == hashlib.sha256(body).hexdigest()
    assert result["analyses"] == [{"kind": "document", "mode": mode, "features": ["FORMS", "TABLES"]}]


def test_an_empty_file_is_refused_without_being_read(cloud: Any, context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "download", lambda *_, **__: 1 / 0)
    assert code(inspected(cloud.upload("scan.pdf", b""), context)) == "EMPTY"


@pytest.mark.parametrize(("surplus", "refused"), [(-1, False), (0, False), (1, True)])
def test_a_file_above_the_limit_is_refused_without_being_read(
    cloud: Any, context: Any, setting: Callable[..., None], monkeypatch: pytest.MonkeyPatch, surplus: int, refused: bool
) -> None:
    document = cloud.upload("scan.pdf", a_pdf())
    setting(MAX_BYTES=str(document.size - surplus))
    if refused:
        monkeypatch.setattr(files, "download", lambda *_, **__: 1 / 0)
    result = inspected(document, context)
    assert (result["verdict"] == "refused") is refused
    if refused:
        assert result["reason"] == {
            "code": "TOO_LARGE",
            "message": f"The file has {document.size} bytes, at most {document.size - 1} are allowed.",
        }


def test_a_file_of_501_megabytes_is_refused_by_its_length(stub: Callable[[str], Stubber], cloud: Any, context: Any) -> None:
    stub("s3").add_response("head_object", {"ContentLength": 501 * 1024 * 1024, "ETag": '"e"'})
    assert code(inspected(Document.identify(bucket="abc", key="k", version_id="v", etag="e", sequencer="", size=1), context)) == "TOO_LARGE"


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize(("size", "verdict"), [(10_485_759, "accepted"), (10_485_760, "accepted"), (10_485_761, "refused")])
def test_images_are_limited_to_what_textract_takes(cloud: Any, context: Any, kind: str, size: int, verdict: str) -> None:
    result = inspected(cloud.upload("scan", an_image(kind).ljust(size, b"\x00")), context)
    assert result["verdict"] == verdict
    if verdict == "refused":
        assert code(result) == "TOO_LARGE"


@pytest.mark.parametrize("body", [b"hello", DOCX, b"<html>", b"\x00", b"II+\x00" + b"\x00" * 40, b" " * 1024 + b"%PDF-1.7"])
def test_other_files_are_refused(cloud: Any, context: Any, body: bytes) -> None:
    assert code(inspected(cloud.upload("scan.pdf", body), context)) == "UNSUPPORTED_TYPE"


def test_a_large_file_of_another_type_is_not_read_to_its_end(cloud: Any, context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    original = StreamingBody.read

    def counting(self: StreamingBody, amt: int | None = None) -> bytes:
        chunk: bytes = original(self, amt)
        read.append(len(chunk))
        return chunk

    monkeypatch.setattr(StreamingBody, "read", counting)
    inspected(cloud.upload("film.mp4", b"\x00" * 8_000_000), context)
    assert sum(read) <= files.CHUNK_BYTES


@pytest.mark.parametrize(
    "body",
    [
        a_pdf(3)[:200],
        b"%PDF-1.7\n",
        b"%PDF-1.7\n" + b"\xff" * 5000,
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 1 0 R>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF",
        b"II*\x00\x00\x00\x00\x00",
        b"II*\x00\xff\xff\xff\xff",
        b"II*\x00\x08\x00\x00\x00\x00\x00\x08\x00\x00\x00",
        b"MM\x00*\x00\x00\x00\x08\x00",
        an_image("TIFF", 2)[:40],
        b"\x89PNG\r\n\x1a\n",
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 40,
    ],
)
def test_corrupt_files_are_refused(cloud: Any, context: Any, body: bytes) -> None:
    assert code(inspected(cloud.upload("scan", body), context)) == "CORRUPT"


@pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128", "AES-128", "AES-256"])
@pytest.mark.parametrize("password", ["", "secret"])
def test_encrypted_files_are_refused_whatever_the_password(cloud: Any, context: Any, algorithm: str, password: str) -> None:
    body = a_pdf(1, user_password=password, owner_password="owner", algorithm=algorithm)
    assert code(inspected(cloud.upload("scan.pdf", body), context)) == "ENCRYPTED"


def test_an_encrypted_file_is_told_without_the_library_that_could_decrypt_it(
    cloud: Any, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: Any, **__: Any) -> None:
        raise pypdf.errors.DependencyError("cryptography is required")

    monkeypatch.setattr(pdf, "PdfReader", missing)
    assert code(inspected(cloud.upload("scan.pdf", a_pdf()), context)) == "ENCRYPTED"


@pytest.mark.parametrize("error", [RecursionError(), MemoryError(), KeyError("x"), ValueError("x")])
def test_whatever_the_parser_raises_means_corrupt(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(pdf, "PdfReader", failing)
    with pytest.raises(Refused, match="CORRUPT"):
        pdf.count_pages(io.BytesIO(b""), 60)


def test_a_file_that_keeps_the_parser_busy_is_corrupt(cloud: Any, context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: Any, **__: Any) -> None:
        while True:
            with contextlib.suppress(Exception):
                time.sleep(0.01)

    monkeypatch.setattr(logic, "PARSING_SECONDS", 0.1)
    monkeypatch.setattr(pdf, "PdfReader", busy)
    result = inspected(cloud.upload("scan.pdf", a_pdf()), context)
    assert result["reason"] == {"code": "CORRUPT", "message": "The PDF file cannot be read within 0.1 seconds."}
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL


def test_outside_the_main_thread_there_is_no_limit_and_no_error() -> None:
    pages: list[int] = []
    thread = threading.Thread(target=lambda: pages.append(pdf.count_pages(io.BytesIO(a_pdf(2)), 0.001)))
    thread.start()
    thread.join()
    assert pages == [2]


def test_the_parser_quotes_no_document_in_the_log() -> None:
    assert not logging.getLogger("pypdf._reader").isEnabledFor(logging.CRITICAL)


@given(st.binary(max_size=300), st.binary(max_size=30))
def test_no_bytes_break_the_page_counters(middle: bytes, end: bytes) -> None:
    for content_type, start in ((files.PDF, b"%PDF-1.7\n"), (files.TIFF, b"II*\x00"), (files.TIFF, b"MM\x00*")):
        with contextlib.suppress(Refused):
            assert files.count_pages(content_type, io.BytesIO(start + middle + end), 10, 60) >= 1


@pytest.mark.parametrize(("make", "name"), [(a_pdf, "PDF"), (lambda pages: an_image("TIFF", pages), "TIFF")])
@pytest.mark.parametrize(("pages", "verdict"), [(2, "accepted"), (3, "accepted"), (4, "refused")])
def test_the_number_of_pages_is_limited(
    cloud: Any, context: Any, setting: Callable[..., None], make: Callable[[int], bytes], name: str, pages: int, verdict: str
) -> None:
    setting(MAX_PAGES="3")
    result = inspected(cloud.upload(name, make(pages)), context)
    assert result["verdict"] == verdict
    if verdict == "refused":
        assert code(result) == "TOO_MANY_PAGES"


@pytest.mark.parametrize("order", ["<", ">"])
def test_tiff_pages_are_counted_in_both_byte_orders(order: str) -> None:
    mark = b"II*\x00" if order == "<" else b"MM\x00*"
    first = struct.pack(f"{order}IH12xI", 8, 1, 26)
    second = struct.pack(f"{order}HI", 0, 0)
    assert tiff.count_pages(io.BytesIO(mark + first + second), 10) == 2


def test_a_tiff_chain_is_followed_no_further_than_the_limit() -> None:
    assert tiff.count_pages(io.BytesIO(an_image("TIFF", 6)), 3) == 4


def test_a_deleted_document_is_gone(cloud: Any, context: Any) -> None:
    document = cloud.upload("scan.pdf", a_pdf())
    cloud.s3.delete_object(Bucket=document.bucket, Key=document.key, VersionId=document.version_id)
    assert code(inspected(document, context)) == "GONE"


def test_the_version_of_the_event_is_read_even_when_there_is_a_newer_one(cloud: Any, context: Any) -> None:
    document = cloud.upload("scan.pdf", a_pdf(2))
    cloud.upload("scan.pdf", a_pdf(5))
    assert inspected(document, context)["pages"] == 2


def test_a_replaced_object_of_an_unversioned_bucket_is_gone(cloud: Any, context: Any) -> None:
    cloud.write("scan.pdf", a_pdf(1))
    old = Document.identify(bucket="results-bucket", key="scan.pdf", version_id=None, etag="0" * 32, sequencer="", size=1)
    assert code(inspected(old, context)) == "GONE"


def test_an_object_of_an_unversioned_bucket_is_read(cloud: Any, context: Any) -> None:
    cloud.write("scan.pdf", a_pdf(1))
    etag = cloud.s3.head_object(Bucket="results-bucket", Key="scan.pdf")["ETag"].strip('"')
    document = Document.identify(bucket="results-bucket", key="scan.pdf", version_id=None, etag=etag, sequencer="", size=1)
    assert inspected(document, context)["verdict"] == "accepted"


def test_an_object_that_is_replaced_between_two_looks_is_not_read(stub: Callable[[str], Stubber], variables: None, context: Any) -> None:
    document = Document.identify(bucket="results-bucket", key="scan.pdf", version_id=None, etag="e", sequencer="", size=1)
    stub("s3").add_response("head_object", {"ContentLength": 5, "ETag": '"e"'})
    stub("s3").add_client_error(
        "get_object", "PreconditionFailed", expected_params={"Bucket": "results-bucket", "Key": "scan.pdf", "IfMatch": '"e"'}
    )
    assert code(inspected(document, context)) == "GONE"


@pytest.mark.parametrize(
    "code_", ["404", "405", "412", "NoSuchKey", "NoSuchVersion", "MethodNotAllowed", "PreconditionFailed", "InvalidObjectState"]
)
@pytest.mark.parametrize("operation", ["head_object", "get_object"])
def test_what_cannot_be_read_any_more_is_gone(stub: Callable[[str], Stubber], cloud: Any, context: Any, operation: str, code_: str) -> None:
    document = cloud.upload("scan.pdf", a_pdf())
    s3 = stub("s3")
    if operation == "get_object":
        s3.add_response("head_object", {"ContentLength": 5, "ETag": '"e"'})
    s3.add_client_error(operation, code_)
    assert code(inspected(document, context)) == "GONE"


@pytest.mark.parametrize(
    ("code_", "named"), [("403", ConfigurationError), ("AccessDenied", ConfigurationError), ("SlowDown", TransientServiceError)]
)
def test_other_errors_of_s3_are_no_verdict(
    stub: Callable[[str], Stubber], cloud: Any, context: Any, code_: str, named: type[Exception]
) -> None:
    document = cloud.upload("scan.pdf", a_pdf())
    stub("s3").add_client_error("head_object", code_)
    with pytest.raises(named):
        inspected(document, context)


def test_a_download_stops_while_there_is_time_to_say_so(cloud: Any, context: Any) -> None:
    context.remaining_ms = 1_000
    with pytest.raises(TransientServiceError, match="OUT_OF_TIME"):
        inspected(cloud.upload("scan.pdf", a_pdf()), context)


def test_a_large_file_is_not_held_in_memory(stub: Callable[[str], Stubber], cloud: Any, context: Any) -> None:
    size = 64 * 1024 * 1024
    stub("s3").add_response("head_object", {"ContentLength": size, "ETag": '"e"'})
    stub("s3").add_response("get_object", {"Body": StreamingBody(_Zeros(b"%PDF-1.7\n", size), size)})  # type: ignore[arg-type]
    document = Document.identify(bucket="abc", key="k", version_id="v", etag="e", sequencer="", size=1)
    file = _CountingFile()
    tracemalloc.start()
    files.download(document, files.head(document), file, context, check=lambda _: None)  # type: ignore[arg-type]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert file.size == size
    assert peak < 8 * files.CHUNK_BYTES


class _Zeros:
    def __init__(self, start: bytes, size: int) -> None:
        self._start, self._left = start, size

    def read(self, amount: int) -> bytes:
        length = min(amount, self._left)
        chunk, self._start = self._start.ljust(length, b"\x00"), b""
        self._left -= length
        return chunk

    def close(self) -> None: ...


class _CountingFile:
    size = 0

    def write(self, chunk: bytes) -> None:
        self.size += len(chunk)


@pytest.mark.parametrize(
    ("features", "body", "expected"),
    [
        (["text"], an_image("PNG"), [("document", "sync", [])]),
        (["text"], a_pdf(), [("document", "async", [])]),
        (["text", "forms"], a_pdf(), [("document", "async", ["FORMS"])]),
        (
            ["signatures", "layout", "queries", "tables", "forms"],
            an_image("PNG"),
            [("document", "sync", ["FORMS", "TABLES", "QUERIES", "LAYOUT", "SIGNATURES"])],
        ),
        (["expense"], an_image("PNG"), [("expense", "sync", [])]),
        (["expense"], a_pdf(), [("expense", "async", [])]),
        (["identity"], an_image("PNG"), [("identity", "sync", [])]),
        (["identity"], a_pdf(1), [("identity", "sync", [])]),
        (["lending"], an_image("PNG"), [("lending", "async", [])]),
        (["text", "lending", "expense"], a_pdf(2), [("document", "async", []), ("expense", "async", []), ("lending", "async", [])]),
    ],
)
def test_features_group_into_analyses(
    cloud: Any, context: Any, setting: Callable[..., None], features: list[str], body: bytes, expected: list[tuple[str, str, list[str]]]
) -> None:
    setting(FEATURES=json.dumps(features))
    result = inspected(cloud.upload("scan", body), context)
    assert [(analysis["kind"], analysis["mode"], analysis["features"]) for analysis in result["analyses"]] == expected
    assert result["skipped"] == []


def test_identity_of_several_pages_is_skipped_with_a_reason(cloud: Any, context: Any, setting: Callable[..., None]) -> None:
    setting(FEATURES='["text", "identity"]')
    result = inspected(cloud.upload("scan", a_pdf(2)), context)
    assert [analysis["kind"] for analysis in result["analyses"]] == ["document"]
    assert result["skipped"] == [{"kind": "identity", "reason": "identity takes single pages of at most 10 MB"}]


def test_a_file_that_suits_none_of_the_analyses_is_refused(cloud: Any, context: Any, setting: Callable[..., None]) -> None:
    setting(FEATURES='["identity"]')
    assert code(inspected(cloud.upload("scan", a_pdf(2)), context)) == "TOO_MANY_PAGES"


def remember(cloud: Any, body: bytes, configuration: str = "configuration") -> dict[str, str]:
    location: dict[str, str] = cloud.write("results/earlier.json", {"schema": "document-analysis/1"})
    tables.update("cache", {"pk": f"{hashlib.sha256(body).hexdigest()}#{configuration}"}, {"location": location})
    return location


def test_content_that_was_analysed_before_is_not_analysed_again(cloud: Any, context: Any, printed: Callable[[], str]) -> None:
    location = remember(cloud, a_pdf(3))
    result = inspected(cloud.upload("copy.pdf", a_pdf(3)), context)
    assert (result["verdict"], result["cached"], result["analyses"]) == ("cached", location, [])
    assert '"CacheHits":[1.0]' in printed()


def test_a_result_under_other_settings_is_not_used(cloud: Any, context: Any) -> None:
    remember(cloud, a_pdf(3), "another configuration")
    assert inspected(cloud.upload("copy.pdf", a_pdf(3)), context)["verdict"] == "accepted"


def test_a_result_that_has_expired_is_not_used(cloud: Any, context: Any) -> None:
    location = remember(cloud, a_pdf(3))
    cloud.s3.delete_object(Bucket=location["bucket"], Key=location["key"])
    assert inspected(cloud.upload("copy.pdf", a_pdf(3)), context)["verdict"] == "accepted"


def test_a_cache_that_may_not_be_read_is_an_error(cloud: Any, context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    remember(cloud, a_pdf(3))
    document = cloud.upload("copy.pdf", a_pdf(3))
    original = client("s3").head_object

    def forbidden(**arguments: Any) -> Any:
        if arguments["Bucket"] == "results-bucket":
            raise ClientError({"Error": {"Code": "403"}}, "HeadObject")
        return original(**arguments)

    monkeypatch.setattr(client("s3"), "head_object", forbidden)
    with pytest.raises(ConfigurationError):
        inspected(document, context)
