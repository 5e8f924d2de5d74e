"""The receipt: narrow, printed by a till, with the totals below the items."""

from __future__ import annotations

from decimal import Decimal

from PIL import Image

from .canvas import Sheet, scanned

ITEMS = (
    ("Rye loaf, large", "4.80"),
    ("Cardamom bun x 3", "8.25"),
    ("Apple turnover", "3.10"),
    ("Flat white x 2", "6.40"),
    ("Plum jam, 340 g", "5.65"),
)
TOTAL = sum((Decimal(price) for _, price in ITEMS), Decimal(0))
TAX = (TOTAL / 6).quantize(Decimal("0.01"))
WIDTH, HEIGHT = 620, 1050


def draw() -> Image.Image:
    """Returns the receipt in grey."""
    slip = Sheet(WIDTH, HEIGHT, (247, 246, 242))
    for y, text, size, face in (
        (90, "Copperleaf Bakery", 36, "VeraBd"),
        (136, "12 Mill Street, Port Ellery", 21, "Vera"),
        (168, "Tel. +44 20 7946 0733", 21, "Vera"),
    ):
        slip.text(WIDTH / 2, y, text, size, face, anchor="ms")
    _pair(slip, 236, "Receipt no.", "004417")
    _pair(slip, 272, "Date", "09/05/2026 08:41")
    _rule(slip, 300)
    for number, (name, price) in enumerate(ITEMS):
        _pair(slip, 350 + number * 44, name, price)
    _rule(slip, 566)
    _pair(slip, 616, "Subtotal", f"{TOTAL - TAX}")
    _pair(slip, 658, "VAT 20%", f"{TAX}")
    _pair(slip, 712, "TOTAL GBP", f"{TOTAL}", 28, "VeraBd")
    _pair(slip, 760, "Card ************4242", f"{TOTAL}")
    _rule(slip, 792)
    for y, text in ((850, "Served by Ada"), (890, "Thank you and good morning!"), (930, "www.copperleaf.example")):
        slip.text(WIDTH / 2, y, text, 21, anchor="ms")
    return scanned(slip.image, seed=33, degrees=-0.4, blur=0.5, noise=1.2, shade=6).convert("L").quantize(16)


def _pair(slip: Sheet, y: int, left: str, right: str, size: int = 22, face: str = "Vera") -> None:
    slip.text(50, y, left, size, face)
    slip.text(WIDTH - 50, y, right, size, face, anchor="rs")


def _rule(slip: Sheet, y: int) -> None:
    for x in range(50, WIDTH - 60, 18):
        slip.line((x, y), (x + 9, y))
