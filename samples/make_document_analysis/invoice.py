"""The invoice: two pages, a table of items over both, totals and how to pay."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

VENDOR = "Quillmere Instruments Ltd"
IBAN = "GB90 QLMR 6016 1300 4471 82"
ITEMS = (
    ("QM-1040", "Barometer, brass, 120 mm", 4, "186.50"),
    ("QM-1042", "Barometer wall bracket", 4, "12.75"),
    ("QM-2210", "Rain gauge, copper, 127 mm", 6, "94.00"),
    ("QM-2215", "Measuring cylinder, 10 mm", 12, "18.20"),
    ("QM-3301", "Thermometer, maximum", 8, "41.90"),
    ("QM-3302", "Thermometer, minimum", 8, "41.90"),
    ("QM-3310", "Thermometer screen, oak", 2, "512.00"),
    ("QM-4005", "Wind vane with bearing", 2, "238.40"),
    ("QM-4011", "Anemometer cups, set of 3", 3, "77.15"),
    ("QM-4020", "Mast, steel, 6 m", 2, "329.00"),
    ("QM-4021", "Guy wire set", 2, "58.60"),
    ("QM-5100", "Hygrometer, hair type", 5, "88.25"),
    ("QM-5105", "Hygrometer charts, box", 10, "9.80"),
    ("QM-6200", "Sunshine recorder", 1, "1,240.00"),
    ("QM-6203", "Recorder cards, pack of 90", 6, "22.40"),
    ("QM-7001", "Logbook, waterproof", 20, "7.95"),
    ("QM-7010", "Observer's handbook", 5, "16.00"),
    ("QM-9001", "Calibration, per instrument", 14, "35.00"),
    ("QM-9100", "Installation on site, hours", 16, "62.00"),
)
ROWS_ON_FIRST_PAGE = 13
COLUMNS = (50, 118, 318, 378, 458, 545)
HEADINGS = ("Item", "Description", "Qty", "Unit price", "Amount")
ROW_HEIGHT = 26


def amount(price: str, quantity: int = 1) -> Decimal:
    """Returns what the quantity costs."""
    return Decimal(price.replace(",", "")) * quantity


SUBTOTAL = sum((amount(price, quantity) for _, _, quantity, price in ITEMS), Decimal(0))
SHIPPING = Decimal("148.00")
TAX = ((SUBTOTAL + SHIPPING) * Decimal("0.2")).quantize(Decimal("0.01"))
TOTAL = SUBTOTAL + SHIPPING + TAX


def draw() -> bytes:
    """Returns the invoice as PDF, the same bytes every time."""
    for face in ("Vera", "VeraBd", "VeraIt"):
        pdfmetrics.registerFont(TTFont(face, f"{face}.ttf"))
    target = BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=1, pageCompression=1)
    canvas.setTitle("Invoice INV-2026-0417")
    canvas.setAuthor(VENDOR)
    _first_page(canvas)
    canvas.showPage()
    _second_page(canvas)
    canvas.save()
    return target.getvalue()


def _write(canvas: Canvas, x: float, y: float, text: str, size: float = 9.5, face: str = "Vera") -> None:
    canvas.setFont(face, size)
    canvas.drawString(x, y, text)


def _lines(canvas: Canvas, x: float, y: float, lines: tuple[str, ...], step: float = 14) -> None:
    for number, line in enumerate(lines):
        _write(canvas, x, y - number * step, line)


def _labelled(canvas: Canvas, x: float, y: float, pairs: tuple[tuple[str, str], ...], *, gap: float, step: float = 15) -> None:
    for number, (label, value) in enumerate(pairs):
        _write(canvas, x, y - number * step, label, face="VeraBd")
        _write(canvas, x + gap, y - number * step, value)


def _first_page(canvas: Canvas) -> None:
    canvas.setFillColorRGB(0.10, 0.27, 0.42)
    _write(canvas, 50, 780, VENDOR, 17, "VeraBd")
    canvas.setFillColorRGB(0.1, 0.1, 0.12)
    _lines(canvas, 50, 760, ("14 Harbour Lane, Port Ellery, QE4 9XZ", "accounts@quillmere.example", "+44 20 7946 0958"))
    _write(canvas, 430, 778, "INVOICE", 24, "VeraBd")
    _labelled(
        canvas,
        340,
        705,
        (
            ("Invoice number:", "INV-2026-0417"),
            ("Invoice date:", "17 April 2026"),
            ("Due date:", "17 May 2026"),
            ("Purchase order:", "PO-88213"),
            ("Payment terms:", "30 days net"),
        ),
        gap=105,
    )
    _write(canvas, 50, 705, "Bill to:", face="VeraBd")
    _lines(canvas, 50, 690, ("Tarnholt Observatory", "Miriam Oakes, Purchasing", "2 Summit Road", "Tarnholt, TH1 6BD"))
    bottom = _table(canvas, 595, ITEMS[:ROWS_ON_FIRST_PAGE])
    _write(canvas, 50, bottom - 22, "Continued on the next page.", 8.5, "VeraIt")
    _footer(canvas, 1)


def _second_page(canvas: Canvas) -> None:
    _write(canvas, 50, 785, VENDOR, 12, "VeraBd")
    _write(canvas, 340, 785, "Invoice number:", face="VeraBd")
    _write(canvas, 445, 785, "INV-2026-0417")
    bottom = _table(canvas, 750, ITEMS[ROWS_ON_FIRST_PAGE:])
    totals = (("Subtotal", SUBTOTAL), ("Shipping", SHIPPING), ("VAT 20%", TAX), ("Total due", TOTAL))
    for number, (label, value) in enumerate(totals):
        y, face = (bottom - 30 - number * 18, "Vera") if label != "Total due" else (bottom - 92, "VeraBd")
        _write(canvas, 378, y, label, 10, face)
        canvas.drawRightString(COLUMNS[-1] - 6, y, f"GBP {value:,.2f}")
    canvas.line(370, bottom - 74, COLUMNS[-1], bottom - 74)
    top = bottom - 160
    _write(canvas, 50, top, "Payment details", 12, "VeraBd")
    pairs = (
        ("Account name:", VENDOR),
        ("IBAN:", IBAN),
        ("SWIFT:", "QLMRGB2XXXX"),
        ("VAT number:", "GB 417 8820 13"),
        ("Contact:", "Edgar Fenwick"),
        ("Email:", "accounts@quillmere.example"),
        ("Phone:", "+44 20 7946 0958"),
    )
    _labelled(canvas, 50, top - 22, pairs, gap=110, step=17)
    _lines(
        canvas,
        50,
        top - 170,
        (
            "Please pay the total within thirty days of the invoice date and quote the invoice number.",
            "Instruments remain the property of Quillmere Instruments Ltd until they are paid for in full.",
        ),
    )
    _footer(canvas, 2)


def _table(canvas: Canvas, top: float, items: tuple[tuple[str, str, int, str], ...]) -> float:
    bottom = top - ROW_HEIGHT * (len(items) + 1)
    canvas.setFillColorRGB(0.86, 0.90, 0.94)
    canvas.rect(COLUMNS[0], top - ROW_HEIGHT, COLUMNS[-1] - COLUMNS[0], ROW_HEIGHT, stroke=0, fill=1)
    canvas.setFillColorRGB(0.1, 0.1, 0.12)
    canvas.setLineWidth(0.7)
    for row in range(len(items) + 2):
        canvas.line(COLUMNS[0], top - row * ROW_HEIGHT, COLUMNS[-1], top - row * ROW_HEIGHT)
    for x in COLUMNS:
        canvas.line(x, top, x, bottom)
    _row(canvas, top, HEADINGS, "VeraBd")
    for number, (code, text, quantity, price) in enumerate(items, start=1):
        cells = (code, text, str(quantity), f"{amount(price):,.2f}", f"{amount(price, quantity):,.2f}")
        _row(canvas, top - number * ROW_HEIGHT, cells, "Vera")
    return bottom


def _row(canvas: Canvas, top: float, cells: tuple[str, ...], face: str) -> None:
    canvas.setFont(face, 9.5)
    for number, cell in enumerate(cells):
        if number < 2:
            canvas.drawString(COLUMNS[number] + 6, top - 17, cell)
        else:
            canvas.drawRightString(COLUMNS[number + 1] - 6, top - 17, cell)


def _footer(canvas: Canvas, page: int) -> None:
    canvas.setFont("Vera", 8.5)
    canvas.drawCentredString(A4[0] / 2, 40, f"Page {page} of 2")
