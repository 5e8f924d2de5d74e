"""Small one-page documents, each different, drawn in memory."""

import io

from PIL import Image, ImageDraw, ImageFont

SIZE = (480, 160)


def png(number: int) -> bytes:
    """Returns page ``number`` as PNG: three lines of large text."""
    image = Image.new("RGB", SIZE, "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=28)
    for row, line in enumerate((f"Invoice {number:06}", "Customer Jane Doe", f"Total {number * 7 % 9973}.50 EUR")):
        draw.text((20, 15 + 45 * row), line, fill="black", font=font)
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()
