"""Sets a chapter of a handbook as PDF."""

from __future__ import annotations

from io import BytesIO
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate

BODY = ParagraphStyle("Body", fontName="Helvetica", fontSize=11, leading=16, spaceAfter=6)
STYLES = {
    "# ": ParagraphStyle("Title", parent=BODY, fontName="Helvetica-Bold", fontSize=19, leading=24, spaceAfter=12),
    "## ": ParagraphStyle("Heading", parent=BODY, fontName="Helvetica-Bold", fontSize=13, leading=18, spaceBefore=10, keepWithNext=1),
}


def set_pages(text: str) -> bytes:
    """Returns a chapter as PDF, the same bytes every time.

    Args:
        text: Paragraphs apart by empty lines; ``# `` begins a title, ``## `` a heading.
    """
    target = BytesIO()
    paragraphs = [" ".join(part.split("\n")) for part in text.strip().split("\n\n")]
    title = paragraphs[0].removeprefix("# ")
    pages = SimpleDocTemplate(target, pagesize=A4, title=title, author="The people office", invariant=1, pageCompression=1)
    pages.build([_set(paragraph) for paragraph in paragraphs], onFirstPage=_number, onLaterPages=_number)
    return target.getvalue()


def _set(paragraph: str) -> Flowable:
    for mark, style in STYLES.items():
        if paragraph.startswith(mark):
            return Paragraph(escape(paragraph.removeprefix(mark)), style)
    return Paragraph(escape(paragraph), BODY)


def _number(canvas: Canvas, pages: SimpleDocTemplate) -> None:
    canvas.setFont("Helvetica", 9)
    canvas.drawCentredString(A4[0] / 2, 14 * mm, f"Page {pages.page}")
