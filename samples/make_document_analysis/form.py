"""The form: filled in by hand, signed, scanned askew, and with one field that is hard to read."""

from __future__ import annotations

from PIL import Image

from .canvas import PEN, Sheet, curve, scanned

FIELDS = (
    ("Full name:", "Jonas Whitlock"),
    ("Date of birth:", "23 September 1984"),
    ("Address:", "8 Millrace Close, Ellery Valley"),
    ("Phone:", "+44 20 7946 0112"),
    ("Email:", "jonas.whitlock@ellery.example"),
)
SMUDGED = ("Reference:", "EV-7719-BQ")
WIDTH, HEIGHT = 1120, 1480
STROKES = (
    "0,10 26,-46 34,-70 24,-40 14,18 -4,30 6,6 44,-14 62,-20 60,2 74,-16 82,4 98,-18 104,2 128,-14",
    "142,-56 150,4 168,-34 180,6 206,-62 200,-20 206,2 222,-24 232,4 248,-22 262,2 282,-50 276,4 300,-18 350,-6",
    "-8,26 120,18 260,14 352,20",
)


def draw() -> Image.Image:
    """Returns the form as the scanner saw it."""
    sheet = Sheet(WIDTH, HEIGHT, (250, 248, 240))
    sheet.text(WIDTH / 2, 130, "Ellery Valley Library", 42, "VeraBd", anchor="ms")
    sheet.text(WIDTH / 2, 185, "Membership application", 30, anchor="ms")
    sheet.line((90, 215), (WIDTH - 90, 215), width=3)
    for number, (label, value) in enumerate(FIELDS):
        _field(sheet, 300 + number * 82, label, value)
    _field(sheet, 300 + len(FIELDS) * 82, *SMUDGED)
    sheet.smudge((350, 670, 600, 716), blur=2.6, fade=0.2)
    _choices(sheet, 810, "Membership:", ("Adult", "Student", "Senior"), "Adult")
    _choices(sheet, 880, "Newsletter:", ("Yes", "No"), "Yes")
    _choices(sheet, 950, "Large print:", ("Yes", "No"), "No")
    sheet.text(110, 1050, "I agree to return what I borrow in time and in good order,", 22)
    sheet.text(110, 1084, "and to pay for what I lose. The library keeps these details for two years.", 22)
    sheet.text(110, 1260, "Signature:", 24, "VeraBd")
    sheet.line((310, 1266), (720, 1266))
    _sign(sheet, 330, 1236)
    sheet.text(770, 1260, "Date:", 24, "VeraBd")
    sheet.text(860, 1256, "4 June 2026", 24, "VeraIt", PEN)
    sheet.line((850, 1266), (1030, 1266))
    sheet.text(WIDTH / 2, 1420, "Form L-12, please write in block letters", 18, anchor="ms")
    return scanned(sheet.image, seed=12, degrees=0.5, noise=3.0)


def _field(sheet: Sheet, y: int, label: str, value: str) -> None:
    sheet.text(110, y, label, 24, "VeraBd")
    sheet.text(360, y - 4, value, 27, "VeraIt", PEN)
    sheet.line((350, y + 8), (WIDTH - 90, y + 8))


def _choices(sheet: Sheet, y: int, label: str, choices: tuple[str, ...], chosen: str) -> None:
    sheet.text(110, y, label, 24, "VeraBd")
    for number, choice in enumerate(choices):
        sheet.check_box(360 + number * 210, y + 2, choice, checked=choice == chosen)


def _sign(sheet: Sheet, x: float, y: float) -> None:
    for stroke in STROKES:
        steps = [tuple(map(int, step.split(","))) for step in stroke.split()]
        sheet.line(*curve([(x + across, y + down) for across, down in steps]), width=4, ink=PEN)
