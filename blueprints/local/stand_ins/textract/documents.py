"""Opens documents: where they lie, which kind they are, and their pages as pictures."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from blueprints.local.stand_ins import ClientFactory, StandInError

if TYPE_CHECKING:
    from PIL.Image import Image

MEGABYTE = 1024 * 1024
MAX_IMAGE_BYTES = 10 * MEGABYTE
MAX_FILE_BYTES = 500 * MEGABYTE
MAX_PAGES = 3000
MAX_PIXELS_A_SIDE = 10_000
DOTS_PER_INCH = 150
MAGIC = ((b"%PDF-", "pdf"), (b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg"), (b"II*\0", "tiff"), (b"MM\0*", "tiff"))
pdfium = threading.Lock()


@dataclass(frozen=True)
class Document:
    """The bytes of a document and its kind: pdf, tiff, png or jpeg."""

    content: bytes
    kind: str

    @classmethod
    def of(cls, content: bytes, *, asynchronous: bool) -> Document:
        """Looks at the first bytes and at the size.

        Raises:
            StandInError: Neither a PDF nor an image, or larger than Textract takes
                (https://docs.aws.amazon.com/textract/latest/dg/limits-document.html).
        """
        kind = next((kind for start, kind in MAGIC if content.startswith(start)), None)
        if kind is None:
            raise unsupported()
        if len(content) > (MAX_FILE_BYTES if asynchronous and kind in ("pdf", "tiff") else MAX_IMAGE_BYTES):
            raise too_large(len(content))
        return cls(content, kind)

    @contextmanager
    def opened(self, *, max_pages: int = MAX_PAGES) -> Iterator[Pictures]:
        """Opens the document.

        Raises:
            StandInError: It is broken, protected by a password, or has too many pages.
        """
        try:
            pictures = PdfPictures(self.content) if self.kind == "pdf" else ImagePictures(self.content)
        except Exception as error:
            raise unsupported() from error
        try:
            if len(pictures) > max_pages:
                raise (
                    unsupported()
                    if max_pages == 1
                    else StandInError("BadDocumentException", f"The document has more than {max_pages} pages")
                )
            yield pictures
        finally:
            pictures.close()


class Pictures:
    """The pages of an open document, each drawn when it is asked for."""

    def __len__(self) -> int:
        """Returns the number of pages."""
        raise NotImplementedError

    def draw(self, index: int) -> Image:
        """Returns the page, from 0, as an RGB picture."""
        raise NotImplementedError

    def close(self) -> None:
        """Lets go of the document."""
        raise NotImplementedError


class PdfPictures(Pictures):
    """Pages of a PDF; pdfium is used by one thread at a time."""

    def __init__(self, content: bytes) -> None:
        import pypdfium2

        with pdfium:
            self._pdf = pypdfium2.PdfDocument(content)
            self._pages = len(self._pdf)

    def __len__(self) -> int:
        return self._pages

    def draw(self, index: int) -> Image:
        """Returns the page at 150 dots per inch, or fewer if it is very large."""
        with pdfium:
            page = self._pdf[index]
            scale = min(DOTS_PER_INCH / 72, MAX_PIXELS_A_SIDE / max(page.get_size()))
            bitmap = page.render(scale=scale)
            picture: Image = bitmap.to_pil().convert("RGB")
            bitmap.close()
            page.close()
        return picture

    def close(self) -> None:
        """Closes the PDF."""
        with pdfium:
            self._pdf.close()


class ImagePictures(Pictures):
    """An image; a TIFF may have several pages."""

    def __init__(self, content: bytes) -> None:
        from PIL import Image

        self._image = Image.open(BytesIO(content))
        self._image.load()

    def __len__(self) -> int:
        return int(getattr(self._image, "n_frames", 1))

    def draw(self, index: int) -> Image:
        """Returns the page, turned as its EXIF data says."""
        from PIL import ImageOps

        self._image.seek(index)
        if max(self._image.size) > MAX_PIXELS_A_SIDE:
            raise StandInError("BadDocumentException", f"A side of the image is longer than {MAX_PIXELS_A_SIDE} pixels")
        return ImageOps.exif_transpose(self._image).convert("RGB")

    def close(self) -> None:
        """Closes the image."""
        self._image.close()


def document_of(location: dict[str, Any], aws: ClientFactory, *, asynchronous: bool = False) -> Document:
    """Returns the document of a request's ``Document`` or ``DocumentLocation``.

    Raises:
        StandInError: As Textract declares it.
    """
    content = location.get("Bytes")
    if content is None:
        content = _from_bucket(location.get("S3Object") or {}, aws)
    return Document.of(content, asynchronous=asynchronous)


def _from_bucket(place: dict[str, Any], aws: ClientFactory) -> bytes:
    if not place.get("Bucket") or not place.get("Name"):
        raise StandInError(
            "InvalidParameterException", "Request has invalid parameters: give either Bytes, or S3Object with Bucket and Name"
        )
    version = {"VersionId": place["Version"]} if place.get("Version") else {}
    try:
        found = aws("s3").get_object(Bucket=place["Bucket"], Key=place["Name"], **version)
        if found["ContentLength"] > MAX_FILE_BYTES:
            raise too_large(found["ContentLength"])
        with found["Body"] as body:
            return bytes(body.read())
    except (BotoCoreError, ClientError) as error:
        message = "Unable to get object metadata from S3. Check object key, region and/or access permissions."
        raise StandInError("InvalidS3ObjectException", message) from error


def unsupported() -> StandInError:
    """Returns the error for what is no document, is broken, or has too many pages for a synchronous call."""
    return StandInError("UnsupportedDocumentException", "Request has unsupported document format")


def too_large(size: int) -> StandInError:
    """Returns the error for a document of too many bytes."""
    return StandInError("DocumentTooLargeException", f"The document's size of {size} bytes exceeds the limit")
