"""The identity card: a specimen of Utopia, the country that ICAO Doc 9303 invents for specimens, with its machine-readable zone."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from .canvas import INK, Sheet, font, scanned

FIELDS = (
    ("Surname", "LINDQVIST"),
    ("Given names", "TOMAS ELIAS"),
    ("Nationality", "UTOPIAN"),
    ("Date of birth", "12 MAR 1991"),
    ("Document number", "K48209173"),
    ("Date of issue", "01 JUL 2024"),
    ("Date of expiry", "30 JUN 2034"),
)
WIDTH, HEIGHT = 1180, 744
WEIGHTS = (7, 3, 1)


def check_digit(text: str) -> str:
    """Returns the check digit of ICAO Doc 9303, part 3."""
    values = (0 if sign == "<" else int(sign, 36) for sign in text)
    return str(sum(value * WEIGHTS[place % 3] for place, value in enumerate(values)) % 10)


def machine_readable_zone() -> tuple[str, str, str]:
    """Returns the three lines of thirty signs of a card (TD1)."""
    number, birth, expiry = "K48209173", "910312", "340630"
    first = f"I<UTO{number}{check_digit(number)}".ljust(30, "<")
    dates = f"{birth}{check_digit(birth)}M{expiry}{check_digit(expiry)}UTO".ljust(29, "<")
    composite = first[5:30] + dates[0:7] + dates[8:15] + dates[18:29]
    return first, dates + check_digit(composite), "LINDQVIST<<TOMAS<ELIAS".ljust(30, "<")


def draw() -> Image.Image:
    """Returns the card as a camera saw it on a desk."""
    card = Sheet(WIDTH, HEIGHT, (232, 240, 236))
    _guilloche(card)
    card.draw.rectangle((0, 0, WIDTH, 92), fill=(36, 84, 104))
    card.text(40, 60, "REPUBLIC OF UTOPIA", 36, "VeraBd", (245, 248, 248))
    card.text(WIDTH - 40, 58, "IDENTITY CARD", 27, "VeraBd", (245, 248, 248), anchor="rs")
    _portrait(card, 46, 128)
    for number, (label, value) in enumerate(FIELDS):
        x, y = (390, 150 + number * 84) if number < 4 else (790, 150 + (number - 4) * 84)
        card.text(x, y, label, 19, ink=(60, 84, 96))
        card.text(x, y + 36, value, 28, "VeraBd")
    card.text(46, 490, "SPECIMEN", 32, "VeraBd", (176, 60, 52))
    _zone(card)
    return _on_desk(card.image)


def _guilloche(card: Sheet) -> None:
    across = np.arange(0, WIDTH, 3)
    for band in range(40):
        heights = 100 + band * 14 + 16 * np.sin(across / 90 + band / 3)
        card.line(*zip(across.tolist(), heights.tolist(), strict=True), width=1, ink=(214, 227, 222))


def _portrait(card: Sheet, x: int, y: int) -> None:
    photo = Sheet(290, 320, (206, 214, 218))
    photo.draw.ellipse((40, 220, 250, 470), fill=(72, 86, 110))
    photo.draw.rectangle((122, 176, 168, 250), fill=(206, 166, 140))
    photo.draw.ellipse((80, 34, 210, 190), fill=(86, 62, 48))
    photo.draw.ellipse((90, 74, 200, 214), fill=(222, 182, 154))
    photo.draw.arc((122, 160, 168, 190), 25, 155, fill=(166, 104, 92), width=3)
    for eye in (122, 160):
        photo.draw.ellipse((eye, 128, eye + 9, 138), fill=(52, 44, 42))
    photo.draw.rectangle((0, 0, 289, 319), outline=(120, 134, 140), width=2)
    card.image.paste(photo.image, (x, y))


def _zone(card: Sheet) -> None:
    card.draw.rectangle((0, 540, WIDTH, HEIGHT), fill=(246, 248, 246))
    for row, line in enumerate(machine_readable_zone()):
        for column, sign in enumerate(line):
            card.draw.text((62 + column * 36, 596 + row * 56), sign, fill=INK, font=font(38, "VeraBd"), anchor="ms")


def _on_desk(card: Image.Image) -> Image.Image:
    mask = Image.new("L", card.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, WIDTH - 1, HEIGHT - 1), 34, fill=255)
    desk = Image.new("RGB", (WIDTH + 120, HEIGHT + 120), (126, 106, 88))
    shadow = Image.new("L", desk.size, 0)
    shadow.paste(mask.point(lambda value: value // 2), (68, 70))
    desk.paste((52, 42, 34), (0, 0), shadow.filter(ImageFilter.GaussianBlur(10)))
    desk.paste(card, (60, 60), mask)
    return scanned(desk, seed=21, degrees=-0.8, blur=0.5, noise=2.5, shade=10)
