"""Documents are opened by what they are, not by what they are called."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from blueprints.local.stand_ins import StandInError
from blueprints.local.stand_ins.textract import documents
from blueprints.local.stand_ins.textract.documents import MAX_IMAGE_BYTES, Document, document_of

PNG = b"\x89PNG\r\n\x1a\n"


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    target = BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


@pytest.mark.parametrize(
    ("start", "kind"), [(b"%PDF-1.4", "pdf"), (PNG, "png"), (b"\xff\xd8\xff\xe0", "jpeg"), (b"II*\0", "tiff"), (b"MM\0*", "tiff")]
)
def test_the_first_bytes_tell_the_kind(start: bytes, kind: str) -> None:
    assert Document.of(start, asynchronous=False).kind == kind


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"PK\x03\x04", b" %PDF-1.4"])
def test_refuses_what_is_no_document(content: bytes) -> None:
    with pytest.raises(StandInError, match="UnsupportedDocumentException"):
        Document.of(content, asynchronous=True)


@pytest.mark.parametrize(("start", "asynchronous"), [(PNG, False), (PNG, True), (b"%PDF-", False)])
def test_refuses_more_than_ten_megabytes(start: bytes, asynchronous: bool) -> None:
    with pytest.raises(StandInError, match="DocumentTooLargeException"):
        Document.of(start.ljust(MAX_IMAGE_BYTES + 1), asynchronous=asynchronous)


def test_takes_a_larger_pdf_asynchronously() -> None:
    assert Document.of(b"%PDF-".ljust(MAX_IMAGE_BYTES + 1), asynchronous=True).kind == "pdf"


def test_refuses_a_pdf_of_more_than_500_megabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_FILE_BYTES", 100)
    with pytest.raises(StandInError, match="DocumentTooLargeException"):
        Document.of(b"%PDF-".ljust(101), asynchronous=True)


def test_draws_the_pages_of_a_pdf(sample: Callable[[str], bytes]) -> None:
    with Document.of(sample("invoice.pdf"), asynchronous=True).opened() as pictures:
        assert len(pictures) == 2
        assert pictures.draw(1).size == (1241, 1754)


def test_draws_an_image_as_its_exif_data_turns_it() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    with Document.of(encoded(Image.new("RGB", (40, 20)), "JPEG", exif=exif), asynchronous=False).opened() as pictures:
        assert pictures.draw(0).size == (20, 40)


def test_refuses_too_many_pages_at_once(sample: Callable[[str], bytes]) -> None:
    with pytest.raises(StandInError, match="UnsupportedDocumentException"), Document(sample("invoice.pdf"), "pdf").opened(max_pages=1):
        pass


def test_refuses_too_many_pages_in_a_job() -> None:
    pages = [Image.new("1", (8, 8)) for _ in range(4)]
    content = encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    with pytest.raises(StandInError, match="BadDocumentException"), Document(content, "tiff").opened(max_pages=3):
        pass


def test_refuses_an_image_with_a_side_that_is_too_long() -> None:
    with (
        Document(encoded(Image.new("1", (10_001, 2)), "PNG"), "png").opened() as pictures,
        pytest.raises(StandInError, match="BadDocument"),
    ):
        pictures.draw(0)


@pytest.mark.parametrize(("content", "kind"), [(b"%PDF-1.7\nbroken", "pdf"), (PNG + b"broken", "png")])
def test_refuses_a_broken_document(content: bytes, kind: str) -> None:
    with pytest.raises(StandInError, match="UnsupportedDocumentException"), Document(content, kind).opened():
        pass


def test_reads_a_version_of_an_object(aws: Callable[[str], Any]) -> None:
    s3 = aws("s3")
    s3.put_bucket_versioning(Bucket="documents", VersioningConfiguration={"Status": "Enabled"})
    old = s3.put_object(Bucket="documents", Key="a b+ü.pdf", Body=b"%PDF-old")["VersionId"]
    s3.put_object(Bucket="documents", Key="a b+ü.pdf", Body=b"%PDF-new")
    place = {"Bucket": "documents", "Name": "a b+ü.pdf"}
    assert document_of({"S3Object": place}, aws).content == b"%PDF-new"
    assert document_of({"S3Object": {**place, "Version": old}}, aws).content == b"%PDF-old"


def test_refuses_an_object_that_cannot_be_read(aws: Callable[[str], Any]) -> None:
    for bucket in ("documents", "no-such-bucket"):
        with pytest.raises(StandInError, match="InvalidS3ObjectException"):
            document_of({"S3Object": {"Bucket": bucket, "Name": "missing"}}, aws)


@pytest.mark.parametrize("location", [{}, {"S3Object": {}}, {"S3Object": {"Bucket": "documents"}}, {"S3Object": {"Name": "a.pdf"}}])
def test_refuses_a_location_that_names_nothing(location: dict[str, Any], aws: Callable[[str], Any]) -> None:
    with pytest.raises(StandInError, match="InvalidParameterException"):
        document_of(location, aws)
