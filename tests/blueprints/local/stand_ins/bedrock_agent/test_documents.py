"""Text is read from documents."""

import io
import zipfile

import pytest
from reportlab.pdfgen.canvas import Canvas

from blueprints.local.stand_ins.bedrock_agent.documents import Page, UnreadableError, is_supported, read

WORD = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    "<w:p><w:r><w:t>Two </w:t></w:r><w:r><w:t>halves</w:t></w:r></w:p><w:p/><w:p><w:r><w:t>Next</w:t></w:r></w:p></w:body></w:document>"
)
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHARED = f"<sst {MAIN}><si><t>Name</t></si><si><r><t>An</t></r><r><t>na</t></r></si></sst>"
SHEET = (
    f'<worksheet {MAIN}><sheetData><row><c t="s"><v>0</v></c><c t="inlineStr"><is><t>Age</t></is></c></row>'
    '<row><c t="s"><v>1</v></c><c><v>41</v></c><c/></row></sheetData></worksheet>'
)
HTML = """<html><head><title>No</title><style>p {}</style></head><body><h1>Leave</h1><p>25
days &amp; more</p><script>no()</script><table><tr><td>a</td><td>b</td></tr></table><ul><li>one<li>two</ul></body></html>"""


def package(**parts: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), part)
    return packed.getvalue()


def pdf(*pages: str, password: str | None = None) -> bytes:
    drawn = io.BytesIO()
    canvas = Canvas(drawn, encrypt=password)
    for page in pages:
        canvas.drawString(50, 700, page)
        canvas.showPage()
    canvas.save()
    return drawn.getvalue()


@pytest.mark.parametrize(
    ("key", "content", "text"),
    [
        ("a.txt", "\ufeffGrüße".encode(), "Grüße"),
        ("a.md", b"# Head\n\nBody", "# Head\n\nBody"),
        ("a.csv", b"a,b\n1,2", "a,b\n1,2"),
        ("folder.x/A.HTML", HTML.encode(), "Leave\n25 days & more\na b\none\ntwo"),
        ("a.docx", package(word__document_xml=WORD), "Two halves\nNext"),
        ("a.xlsx", package(xl__sharedStrings_xml=SHARED, xl__worksheets__sheet1_xml=SHEET), "Name,Age\nAnna,41,"),
        ("a.xlsx", package(xl__worksheets__sheet1_xml=f"<worksheet {MAIN}><row><c><v>7</v></c></row></worksheet>"), "7"),
    ],
)
def test_formats_without_pages_are_one_text(key: str, content: bytes, text: str) -> None:
    assert is_supported(key)
    assert read(key, content) == [Page(text)]


def test_pages_have_their_numbers_and_empty_ones_are_left_out() -> None:
    assert read("a.pdf", pdf("First", " ", "Third")) == [Page("First", 1), Page("Third", 3)]


@pytest.mark.parametrize(
    ("key", "content", "problem"),
    [
        ("a.txt", b"\xff\xfe\x00", "not encoded in UTF-8"),
        ("a.txt", b" \n", "no text was found"),
        ("a.pdf", b"%PDF-1.7 broken", "the file is broken"),
        ("a.pdf", pdf("Secret", password="p"), "the file is broken"),
        ("a.pdf", pdf(""), "no text was found"),
        ("a.docx", b"no zip", "the file is broken"),
        ("a.xlsx", package(other="a"), "no text was found"),
    ],
)
def test_what_cannot_be_read_is_told(key: str, content: bytes, problem: str) -> None:
    with pytest.raises(UnreadableError, match=problem):
        read(key, content)


@pytest.mark.parametrize("key", ["a.zip", "a.doc", "a", "a.pdf.png"])
def test_other_formats_have_no_reader(key: str) -> None:
    assert not is_supported(key)
