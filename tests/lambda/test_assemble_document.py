import itertools
import json
from collections.abc import Callable
from typing import Any

import botocore.session
import pytest
from botocore.model import ListShape, Shape, StringShape, StructureShape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assemble_document.assembly import Assembly
from assemble_document.blocks import Blocks
from assemble_document.expenses import add_expenses
from assemble_document.handler import handler
from assemble_document.identities import add_identities
from assemble_document.lending import add_lending
from documents import storage
from documents.naming import Document

DOCUMENT = Document.identify(bucket="documents-bucket", key="scan.pdf", version_id="v1", etag="e", sequencer="0A", size=10)
TEXTRACT = botocore.session.get_session().get_service_model("textract")
numbers = itertools.count()


def block(kind: str, text: str = "", *, page: int = 1, confidence: float = 99.0, id_: str = "", **members: Any) -> dict[str, Any]:
    relations = [{"Type": name, "Ids": members.pop(name)} for name in ("CHILD", "VALUE", "ANSWER") if name in members]
    raw = {"BlockType": kind, "Id": id_ or f"block-{next(numbers)}", "Page": page, "Confidence": confidence, **members}
    return raw | ({"Text": text} if text else {}) | ({"Relationships": relations} if relations else {})


def words(text: str, **members: Any) -> list[dict[str, Any]]:
    return [block("WORD", word, **members) for word in text.split()]


def ids(blocks: list[dict[str, Any]]) -> list[str]:
    return [raw["Id"] for raw in blocks]


def pair(key: str, value: str, key_confidence: float = 99.0, value_confidence: float = 99.0, page: int = 1) -> list[dict[str, Any]]:
    key_words, value_words = words(key, page=page), words(value, page=page)
    held = block("KEY_VALUE_SET", page=page, confidence=value_confidence, EntityTypes=["VALUE"], CHILD=ids(value_words))
    holder = block("KEY_VALUE_SET", page=page, confidence=key_confidence, EntityTypes=["KEY"], CHILD=ids(key_words), VALUE=[held["Id"]])
    return [holder, held, *key_words, *value_words]


def table(rows: list[list[str]], page: int = 1) -> list[dict[str, Any]]:
    blocks, cells = [], []
    for row, column in itertools.product(range(len(rows)), range(len(rows[0]))):
        inner = words(rows[row][column])
        cells.append(block("CELL", page=page, RowIndex=row + 1, ColumnIndex=column + 1, CHILD=ids(inner)))
        blocks += inner
    return [block("TABLE", page=page, confidence=97.123, CHILD=ids(cells)), *cells, *blocks]


def analysis(cloud: Any, kind: str, *responses: dict[str, Any], pages: int = 1) -> dict[str, Any]:
    location: storage.Location = {"bucket": "results-bucket", "key": f"work/{DOCUMENT.id}/1/{kind}.json"}
    storage.write_responses(location, kind, responses)
    return {"kind": kind, "location": location, "pages": pages, "status": "SUCCEEDED", "warnings": []}


def assembled(cloud: Any, context: Any, *analyses: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any], str]:
    event = {"document": DOCUMENT.as_dict(), "attempt": 1, "inspection": {}, "analyses": list(analyses)}
    answer: dict[str, Any] = handler(event, context)
    document = json.loads(cloud.read(answer["location"]["key"]))
    return answer, document, cloud.read(document["text_key"]).decode()


def test_lines_become_text_with_page_breaks(cloud: Any, context: Any) -> None:
    first = {"Blocks": [block("LINE", "Ünïcödé"), block("LINE", "two")]}
    second = {"Blocks": [block("LINE", "three", page=2), block("LINE", "four", page=3)]}
    answer, _, text = assembled(cloud, context, analysis(cloud, "document", first, second, pages=3))
    assert text == "Ünïcödé\ntwo\n\fthree\n\ffour"
    assert answer["pages"] == 3
    assert answer["counts"]["lines"] == 4
    assert answer["location"] == {"bucket": "results-bucket", "key": f"work/{DOCUMENT.id}/1/assembly.json"}


def test_pages_come_in_order_whatever_the_order_of_the_blocks(cloud: Any, context: Any) -> None:
    blocks = [block("LINE", "three", page=3), block("LINE", "one", page=1)]
    assert assembled(cloud, context, analysis(cloud, "document", {"Blocks": blocks}))[2] == "one\n\fthree"


def test_pairs_become_fields_with_the_lesser_confidence(cloud: Any, context: Any) -> None:
    blocks = pair("Invoice no", "A 17", 95.0, 91.456, page=2) + pair("Paid", "")
    _, document, _ = assembled(cloud, context, analysis(cloud, "document", {"Blocks": blocks}))
    assert document["fields"] == [
        {"key": "Invoice no", "value": "A 17", "confidence": 91.46, "page": 2, "source": "document"},
        {"key": "Paid", "value": "", "confidence": 99.0, "page": 1, "source": "document"},
    ]


def test_a_pair_may_be_split_over_two_responses(cloud: Any, context: Any) -> None:
    blocks = pair("Total", "12.50")
    responses = [{"Blocks": [raw]} for raw in reversed(blocks)]
    _, document, _ = assembled(cloud, context, analysis(cloud, "document", *responses))
    assert [(field["key"], field["value"]) for field in document["fields"]] == [("Total", "12.50")]


def test_a_ticked_box_is_a_value(cloud: Any, context: Any) -> None:
    box = block("SELECTION_ELEMENT", SelectionStatus="SELECTED")
    value = block("KEY_VALUE_SET", EntityTypes=["VALUE"], CHILD=[box["Id"]])
    key_words = words("Married")
    key = block("KEY_VALUE_SET", EntityTypes=["KEY"], CHILD=ids(key_words), VALUE=[value["Id"]])
    _, document, _ = assembled(cloud, context, analysis(cloud, "document", {"Blocks": [key, value, box, *key_words]}))
    assert document["fields"][0]["value"] == "SELECTED"


def test_tables_become_rows(cloud: Any, context: Any) -> None:
    rows = [["Item", "Price"], ["Green tea", "3.20"], ["", "4"]]
    answer, document, _ = assembled(cloud, context, analysis(cloud, "document", {"Blocks": table(rows, page=4)}))
    assert document["tables"] == [{"page": 4, "confidence": 97.12, "rows": rows}]
    assert answer["counts"]["tables"] == 1


def test_a_table_with_absurd_indexes_takes_no_more_room_than_its_cells() -> None:
    cells = [block("CELL", RowIndex=row, ColumnIndex=column) for row, column in ((1, 10**9), (10**9, 1))]
    blocks = Blocks()
    blocks.add([block("TABLE", CHILD=ids(cells)), *cells])
    assembly = Assembly()
    blocks.read_into(assembly)
    assert assembly.tables[0]["rows"] == [["", ""], ["", ""]]


def test_an_answered_query_is_an_answer_and_a_field(cloud: Any, context: Any) -> None:
    answer = block("QUERY_RESULT", "12.50", confidence=88.0, page=2)
    asked = block("QUERY", Query={"Text": "What is the total?", "Alias": "total"}, ANSWER=[answer["Id"]])
    again = block("QUERY", Query={"Text": "What is the total?", "Alias": "total"}, page=2)
    plain = block("QUERY", Query={"Text": "Who signed?"})
    _, document, _ = assembled(cloud, context, analysis(cloud, "document", {"Blocks": [asked, again, plain, answer]}))
    assert document["queries"] == [
        {"query": "What is the total?", "alias": "total", "answer": "12.50", "confidence": 88.0, "page": 2},
        {"query": "Who signed?", "alias": None, "answer": None, "confidence": None},
    ]
    assert document["fields"] == [{"key": "total", "value": "12.50", "confidence": 88.0, "page": 2, "source": "query"}]


def test_signatures_and_layout_are_kept(cloud: Any, context: Any) -> None:
    lines = [block("LINE", "Title"), block("LINE", "a"), block("LINE", "b")]
    inner = block("LAYOUT_TEXT", CHILD=[lines[2]["Id"]])
    layout = [block("LAYOUT_TITLE", CHILD=[lines[0]["Id"]]), block("LAYOUT_LIST", CHILD=[lines[1]["Id"], inner["Id"]])]
    blocks = [*lines, *layout, inner, block("SIGNATURE", confidence=77.777, page=2)]
    _, document, _ = assembled(cloud, context, analysis(cloud, "document", {"Blocks": blocks}))
    assert document["layout"] == [{"type": "TITLE", "page": 1, "text": "Title"}, {"type": "LIST", "page": 1, "text": "a\nb"}]
    assert document["signatures"] == [{"page": 2, "confidence": 77.78}]


def test_a_layout_that_holds_itself_ends() -> None:
    blocks = Blocks()
    blocks.add([block("LAYOUT_LIST", id_="a", CHILD=["b"]), block("LAYOUT_LIST", id_="b", CHILD=["b", "b"])])
    assembly = Assembly()
    blocks.read_into(assembly)
    assert [part["type"] for part in assembly.layout] == ["LIST"]


EXPENSE = {
    "ExpenseIndex": 1,
    "SummaryFields": [
        {
            "Type": {"Text": "TOTAL", "Confidence": 99.0},
            "LabelDetection": {"Text": "Total:"},
            "ValueDetection": {"Text": "€12", "Confidence": 70.0},
            "PageNumber": 1,
        },
        {"Type": {"Text": "VENDOR_NAME"}, "ValueDetection": {"Text": "ACME", "Confidence": 95.0}, "PageNumber": 1},
    ],
    "LineItemGroups": [
        {"LineItems": [{"LineItemExpenseFields": [{"Type": {"Text": "ITEM"}, "ValueDetection": {"Text": "Tea", "Confidence": 90.0}}]}]}
    ],
    "Blocks": [block("LINE", "Total: €12")],
}
IDENTITY = {
    "DocumentIndex": 1,
    "IdentityDocumentFields": [
        {
            "Type": {"Text": "DATE_OF_BIRTH"},
            "ValueDetection": {
                "Text": "1 MAY 80",
                "Confidence": 66.0,
                "NormalizedValue": {"Value": "1980-05-01T00:00:00", "ValueType": "Date"},
            },
        },
        {"Type": {"Text": "MIDDLE_NAME"}, "ValueDetection": {"Text": "", "Confidence": 99.0}},
    ],
    "Blocks": [block("LINE", "1 MAY 80")],
}


def test_expenses_become_fields_and_line_items(cloud: Any, context: Any) -> None:
    _, document, text = assembled(cloud, context, analysis(cloud, "expense", {"ExpenseDocuments": [EXPENSE]}))
    assert [(field["key"], field["value"], field["source"]) for field in document["fields"]] == [
        ("Total:", "€12", "expense"),
        ("VENDOR_NAME", "ACME", "expense"),
    ]
    assert document["expense"][0]["line_items"] == [[{"type": "ITEM", "label": "", "value": "Tea", "confidence": 90.0, "page": 1}]]
    assert text == "Total: €12"


def test_identities_keep_the_fields_with_a_value(cloud: Any, context: Any) -> None:
    _, document, _ = assembled(cloud, context, analysis(cloud, "identity", {"IdentityDocuments": [IDENTITY]}))
    value = {"type": "DATE_OF_BIRTH", "value": "1 MAY 80", "normalized": "1980-05-01T00:00:00", "confidence": 66.0}
    assert document["identity"] == [{"index": 1, "page": 1, "fields": [value]}]
    assert document["fields"] == [{"key": "DATE_OF_BIRTH", "value": "1 MAY 80", "confidence": 66.0, "page": 1, "source": "identity"}]


def test_lending_pages_keep_type_fields_and_signatures(cloud: Any, context: Any) -> None:
    fields = [
        {
            "Type": "BORROWER_NAME",
            "KeyDetection": {"Text": "Borrower"},
            "ValueDetections": [{"Text": "A", "Confidence": 90.0}, {"Text": "B", "Confidence": 80.0}],
        },
        {"Type": "MARRIED", "ValueDetections": [{"SelectionStatus": "SELECTED"}]},
    ]
    lending = {"LendingDocument": {"LendingFields": fields, "SignatureDetections": [{"Confidence": 91.0}]}}
    extractions = [lending, {"ExpenseDocument": EXPENSE}, {"IdentityDocument": IDENTITY}]
    classification = {"PageType": [{"Value": "1040", "Confidence": 99.5}], "PageNumber": [{"Value": "1"}]}
    result = {"Page": 5, "PageClassification": classification, "Extractions": extractions}
    _, document, _ = assembled(cloud, context, analysis(cloud, "lending", {"Results": [result]}, pages=5))
    (page,) = document["lending"]
    assert (page["page"], page["type"], page["confidence"]) == (5, "1040", 99.5)
    assert page["fields"][0] == {"type": "BORROWER_NAME", "key": "Borrower", "value": "A B", "confidence": 80.0}
    assert page["fields"][1]["value"] == "SELECTED"
    assert document["signatures"] == [{"page": 5, "confidence": 91.0}]
    assert {field["source"] for field in document["fields"]} == {"lending"}
    assert len(document["fields"]) == 5


def test_the_text_of_several_analyses_is_taken_once(cloud: Any, context: Any) -> None:
    expense = analysis(cloud, "expense", {"ExpenseDocuments": [EXPENSE]})
    identity = analysis(cloud, "identity", {"IdentityDocuments": [IDENTITY]})
    document = analysis(cloud, "document", {"Blocks": [block("LINE", "whole text")]})
    assert assembled(cloud, context, expense, document, identity)[2] == "whole text"
    assert assembled(cloud, context, expense, identity)[2] == "Total: €12"


@pytest.mark.parametrize(("threshold", "low"), [("0", []), ("80", [1]), ("80.1", [0, 1]), ("100", [0, 1])])
def test_fields_below_the_threshold_are_of_low_confidence(
    cloud: Any, context: Any, setting: Callable[..., None], threshold: str, low: list[int]
) -> None:
    setting(REVIEW_CONFIDENCE=threshold)
    blocks = pair("a", "1", 80.0, 90.0) + pair("b", "2", 90.0, 10.0)
    answer, document, _ = assembled(cloud, context, analysis(cloud, "document", {"Blocks": blocks}))
    assert document["low_confidence"] == low
    assert answer["low_confidence"] == len(low)


def test_a_field_without_a_confidence_needs_a_look(cloud: Any, context: Any) -> None:
    field = {"Type": {"Text": "TOTAL"}, "ValueDetection": {"Text": "12"}}
    answer, _, _ = assembled(cloud, context, analysis(cloud, "expense", {"ExpenseDocuments": [{"SummaryFields": [field]}]}))
    assert answer["low_confidence"] == 1


def test_low_confidence_is_counted_as_a_metric(cloud: Any, context: Any, printed: Callable[[], str]) -> None:
    assembled(cloud, context, analysis(cloud, "document", {"Blocks": pair("a", "1", 10.0)}))
    assert '"FieldsLowConfidence":[1.0]' in printed()


def test_nothing_found_is_a_document_too(cloud: Any, context: Any) -> None:
    answer, document, text = assembled(cloud, context, analysis(cloud, "document", {}))
    assert text == ""
    assert set(answer["counts"].values()) == {0}
    assert document["fields"] == []


def test_no_analyses_are_a_document_too(cloud: Any, context: Any) -> None:
    assert assembled(cloud, context)[0]["pages"] == 0


# any answer that Textract's model allows


def answers_of(shape: Shape, depth: int = 0) -> st.SearchStrategy[Any]:
    if isinstance(shape, StructureShape):
        members = {name: answers_of(member, depth + 1) for name, member in shape.members.items()} if depth < 7 else {}
        return st.fixed_dictionaries({}, optional=members)
    if isinstance(shape, ListShape):
        return st.lists(answers_of(shape.member, depth + 1), max_size=3)
    if isinstance(shape, StringShape):
        return st.sampled_from(shape.enum) if shape.enum else st.sampled_from(["", "a", "b", "ü"])
    return {"integer": st.integers(0, 2**31), "float": st.floats(0, 100, width=32), "boolean": st.booleans()}[shape.type_name]


@pytest.mark.parametrize(
    ("operation", "add"),
    [
        ("GetDocumentAnalysis", lambda assembly, response: None),
        ("GetExpenseAnalysis", add_expenses),
        ("AnalyzeID", add_identities),
        ("GetLendingAnalysis", add_lending),
    ],
)
@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_no_answer_that_textract_may_give_breaks_the_assembly(
    operation: str, add: Callable[[Assembly, dict[str, Any]], None], data: st.DataObject
) -> None:
    output = TEXTRACT.operation_model(operation).output_shape
    assert output is not None
    members = {
        name: answers_of(shape)
        for name, shape in output.members.items()
        if name in {"Results", "ExpenseDocuments", "IdentityDocuments", "Blocks"}
    }
    response = data.draw(st.fixed_dictionaries({}, optional=members))
    assembly, blocks = Assembly(), Blocks()
    add(assembly, response)
    blocks.add(response.get("Blocks", ()))
    blocks.read_into(assembly)
    json.dumps(assembly.as_dict() | {"text": assembly.text(), "low": assembly.low_confidence(80), "counts": assembly.counts()})
