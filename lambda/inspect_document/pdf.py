"""Pages of a PDF file."""

import logging
from typing import IO

from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, WrongPasswordError

from inspect_document.refusal import Refused
from inspect_document.time_limits import TimeIsUp, at_most

logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)  # its warnings quote the document


def count_pages(file: IO[bytes], seconds: float) -> int:
    """The number of pages.

    Args:
        file: The PDF file.
        seconds: How long reading it may take: a broken file can keep the parser busy for hours.

    Raises:
        Refused: The file is corrupt, has no pages, or is encrypted (Textract takes no encrypted files, whatever the password).
    """
    try:
        with at_most(seconds):
            reader = PdfReader(file, strict=False)
            encrypted = reader.is_encrypted
            pages = 0 if encrypted else len(reader.pages)
    except TimeIsUp:
        raise Refused("CORRUPT", f"The PDF file cannot be read within {seconds:g} seconds.") from None
    except (DependencyError, FileNotDecryptedError, WrongPasswordError):
        encrypted = True
    except Exception:  # a broken file can raise anything in a parser
        raise Refused("CORRUPT", "The PDF file cannot be read.") from None
    if encrypted:
        raise Refused("ENCRYPTED", "The PDF file is encrypted.")
    if not pages:
        raise Refused("CORRUPT", "The PDF file has no pages.")
    return pages
