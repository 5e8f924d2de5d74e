import io

from PIL import Image

from benchmarks import pages


def test_every_page_is_another_one() -> None:
    assert len({pages.png(number) for number in range(20)}) == 20


def test_a_page_is_the_same_each_time_it_is_drawn() -> None:
    assert pages.png(7) == pages.png(7)


def test_a_page_is_a_small_png() -> None:
    image = Image.open(io.BytesIO(pages.png(1)))
    assert (image.format, image.size) == ("PNG", pages.SIZE)
