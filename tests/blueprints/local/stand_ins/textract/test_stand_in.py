"""Every operation answers in Textract's shapes, from the document it is given."""

from __future__ import annotations

import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from blueprints.local.stand_ins import StandInError
from blueprints.local.stand_ins.textract.stand_in import TextractStandIn
from tests.waiting import until

ALL_FEATURES = ["FORMS", "TABLES", "QUERIES", "LAYOUT", "SIGNATURES"]
QUERIES = {"Queries": [{"Text": "What is the date of birth?", "Alias": "BORN"}, {"Text": "What is the capital of France?"}]}
Aws = Callable[[str], Any]
Misfits = Callable[[str, str, dict[str, Any]], list[str]]


def nobody(service: str) -> Any:
    raise AssertionError(f"asked for {service}")


def blocks(answer: dict[str, Any], *kinds: str) -> list[dict[str, Any]]:
    return [block for block in answer["Blocks"] if block["BlockType"] in kinds]


def words(answer: dict[str, Any], block: dict[str, Any], kind: str = "CHILD") -> str:
    by_id = {each["Id"]: each for each in answer["Blocks"]}
    ids = [name for relation in block.get("Relationships", []) if relation["Type"] == kind for name in relation["Ids"]]
    return " ".join(by_id[name].get("Text") or by_id[name].get("SelectionStatus", "") for name in ids)


def pairs(answer: dict[str, Any]) -> dict[str, str]:
    by_id = {each["Id"]: each for each in answer["Blocks"]}
    keys = [block for block in blocks(answer, "KEY_VALUE_SET") if block["EntityTypes"] == ["KEY"]]
    values = {
        words(answer, key): next(relation["Ids"][0] for relation in key["Relationships"] if relation["Type"] == "VALUE") for key in keys
    }
    return {key: words(answer, by_id[value]) for key, value in values.items()}


@pytest.fixture(scope="module")
def form(textract: TextractStandIn, sample: Callable[[str], bytes]) -> dict[str, Any]:
    request = {"Document": {"Bytes": sample("scanned form.jpg")}, "FeatureTypes": ALL_FEATURES, "QueriesConfig": QUERIES}
    return textract.answer("AnalyzeDocument", request, nobody)


def test_names_itself_and_what_it_answers(textract: TextractStandIn) -> None:
    assert (textract.name, textract.service) == ("rapidocr", "textract")
    assert textract.operations == {
        *("DetectDocumentText", "AnalyzeDocument", "AnalyzeExpense", "AnalyzeID", "GetLendingAnalysisSummary"),
        *(
            verb + kind
            for verb in ("Start", "Get")
            for kind in ("DocumentTextDetection", "DocumentAnalysis", "ExpenseAnalysis", "LendingAnalysis")
        ),
    }


@pytest.mark.parametrize("name", ["scanned form.jpg", "id-card.jpg", "receipt.png", "table.png"])
def test_synchronous_answers_have_botocores_shapes(
    name: str, textract: TextractStandIn, sample: Callable[[str], bytes], misfits: Misfits
) -> None:
    document = {"Document": {"Bytes": sample(name)}}
    requests: dict[str, dict[str, Any]] = {
        "DetectDocumentText": document,
        "AnalyzeDocument": {**document, "FeatureTypes": ALL_FEATURES, "QueriesConfig": QUERIES},
        "AnalyzeExpense": document,
        "AnalyzeID": {"DocumentPages": [document["Document"]]},
    }
    for operation, request in requests.items():
        assert misfits("textract", operation, textract.answer(operation, request, nobody)) == []


@pytest.mark.parametrize("kind", ["DocumentTextDetection", "DocumentAnalysis", "ExpenseAnalysis", "LendingAnalysis"])
def test_asynchronous_answers_have_botocores_shapes(
    kind: str, run: Any, upload: Any, textract: TextractStandIn, aws: Aws, misfits: Misfits
) -> None:
    features = {"FeatureTypes": ALL_FEATURES, "QueriesConfig": QUERIES} if kind == "DocumentAnalysis" else {}
    answer = run(kind, {"DocumentLocation": upload("invoice.pdf"), **features})
    job = answer.pop("JobId")
    assert misfits("textract", f"Start{kind}", {"JobId": job}) == []
    assert len(job) == 64
    assert (answer["JobStatus"], answer["DocumentMetadata"]) == ("SUCCEEDED", {"Pages": 2})
    assert misfits("textract", f"Get{kind}", answer) == []
    if kind == "LendingAnalysis":
        assert misfits("textract", "GetLendingAnalysisSummary", textract.answer("GetLendingAnalysisSummary", {"JobId": job}, aws)) == []


def test_text_alone_has_pages_lines_and_words_and_nothing_else(textract: TextractStandIn, sample: Callable[[str], bytes]) -> None:
    answer = textract.answer("DetectDocumentText", {"Document": {"Bytes": sample("receipt.png")}}, nobody)
    assert {block["BlockType"] for block in answer["Blocks"]} == {"PAGE", "LINE", "WORD"}
    assert answer["DetectDocumentTextModelVersion"].startswith("rapidocr-onnxruntime ")
    assert "Copperleaf Bakery" in [line["Text"] for line in blocks(answer, "LINE")]
    line = next(line for line in blocks(answer, "LINE") if line["Text"] == "Copperleaf Bakery")
    assert words(answer, line) == "Copperleaf Bakery"


def test_fields_of_the_scanned_form_are_read(form: dict[str, Any]) -> None:
    found = pairs(form)
    assert found["Full name:"] == "Jonas Whitlock"
    assert found["Date of birth:"] == "23 September 1984"
    assert found["Address:"] == "8 Millrace Close, Ellery Valley"
    assert found["Email:"] == "jonas.whitlock@ellery.example"
    assert (found["Membership: Adult"], found["Membership: Student"]) == ("SELECTED", "NOT_SELECTED")


def test_the_smudged_field_has_a_low_confidence_and_the_others_a_high_one(form: dict[str, Any]) -> None:
    keys = {words(form, block): block["Confidence"] for block in blocks(form, "KEY_VALUE_SET") if block["EntityTypes"] == ["KEY"]}
    assert keys.pop("Reference:") < 75
    assert min(keys.values()) > 80


def test_the_signature_belongs_to_its_label(form: dict[str, Any]) -> None:
    (signature,) = blocks(form, "SIGNATURE")
    assert 50 < signature["Confidence"] <= 95
    box = signature["Geometry"]["BoundingBox"]
    assert 0.25 < box["Left"] < 0.32
    assert 0.76 < box["Top"] < 0.82
    key = next(block for block in blocks(form, "KEY_VALUE_SET") if words(form, block) == "Signature:")
    value = next(relation["Ids"][0] for relation in key["Relationships"] if relation["Type"] == "VALUE")
    assert signature["Id"] in next(block for block in form["Blocks"] if block["Id"] == value)["Relationships"][0]["Ids"]


def test_queries_are_answered_from_the_page_or_not_at_all(form: dict[str, Any]) -> None:
    asked = {block["Query"]["Text"]: words(form, block, "ANSWER") for block in blocks(form, "QUERY")}
    assert asked == {"What is the date of birth?": "23 September 1984", "What is the capital of France?": ""}
    assert blocks(form, "QUERY")[0]["Query"]["Alias"] == "BORN"


def test_the_table_has_its_rows_columns_and_headings(textract: TextractStandIn, sample: Callable[[str], bytes]) -> None:
    answer = textract.answer("AnalyzeDocument", {"Document": {"Bytes": sample("table.png")}, "FeatureTypes": ["TABLES"]}, nobody)
    (table,) = blocks(answer, "TABLE")
    cells = {(cell["RowIndex"], cell["ColumnIndex"]): cell for cell in blocks(answer, "CELL")}
    assert set(cells) == {(row, column) for row in range(1, 8) for column in range(1, 6)}
    assert [words(answer, cells[1, column]) for column in range(1, 6)] == ["Station", "July", "August", "September", "Total"]
    assert [words(answer, cells[5, column]) for column in range(1, 6)] == ["Saltmarsh Point", "39.4", "44.0", "58.7", "142.1"]
    assert table["EntityTypes"] == ["STRUCTURED_TABLE"]
    assert cells[1, 1]["EntityTypes"] == ["COLUMN_HEADER"]
    assert "EntityTypes" not in cells[2, 1]


def test_every_id_is_unique_and_every_relationship_leads_to_a_block(form: dict[str, Any]) -> None:
    ids = [block["Id"] for block in form["Blocks"]]
    related = {name for block in form["Blocks"] for relation in block.get("Relationships", []) for name in relation["Ids"]}
    assert len(ids) == len(set(ids))
    assert related <= set(ids)


def test_an_invoice_over_two_pages_is_read_by_a_job(run: Any, upload: Any) -> None:
    queries = {
        "Queries": [
            {"Text": "What is the total amount due?", "Alias": "TOTAL", "Pages": ["*"]},
            {"Text": "Who is the vendor?", "Pages": ["7"]},
        ]
    }
    request = {"DocumentLocation": upload("invoice.pdf"), "FeatureTypes": ["FORMS", "TABLES", "QUERIES"], "QueriesConfig": queries}
    answer = run("DocumentAnalysis", request)
    found = pairs(answer)
    assert (found["Invoice number:"], found["Total due"]) == ("INV-2026-0417", "GBP 10,247.88")
    assert (found["IBAN:"], found["Email:"]) == ("GB90 QLMR 6016 1300 4471 82", "accounts@quillmere.example")
    tables = blocks(answer, "TABLE")
    assert [table["Page"] for table in tables] == [1, 2]
    assert [len(table["Relationships"][0]["Ids"]) for table in tables] == [14 * 5, 7 * 5]
    assert {words(answer, block, "ANSWER") for block in blocks(answer, "QUERY")} == {"", "GBP 10,247.88"}
    assert answer["Warnings"] == [{"ErrorCode": "INVALID_REQUEST_PARAMETERS", "Pages": [7]}]


def test_long_results_come_in_parts(run: Any, upload: Any, textract: TextractStandIn, aws: Aws) -> None:
    whole = run("DocumentTextDetection", {"DocumentLocation": upload("invoice.pdf")})
    request = {"JobId": whole["JobId"], "MaxResults": 300}
    parts = [textract.answer("GetDocumentTextDetection", request, aws)]
    while "NextToken" in parts[-1]:
        parts.append(textract.answer("GetDocumentTextDetection", {**request, "NextToken": parts[-1]["NextToken"]}, aws))
    assert len(parts) == -(-len(whole["Blocks"]) // 300)
    assert [block for part in parts for block in part["Blocks"]] == whole["Blocks"]


def test_a_multi_page_tiff_is_read_page_by_page(run: Any, upload: Any, sample: Callable[[str], bytes]) -> None:
    pages = [Image.open(BytesIO(sample(name))).convert("RGB") for name in ("table.png", "receipt.png")]
    target = BytesIO()
    pages[0].save(target, "TIFF", save_all=True, append_images=pages[1:], compression="tiff_deflate")
    for page in pages:
        page.close()
    answer = run("ExpenseAnalysis", {"DocumentLocation": upload("two.tiff", target.getvalue())})
    assert answer["DocumentMetadata"] == {"Pages": 2}
    totals = {
        field["ValueDetection"]["Text"]: field["PageNumber"]
        for document in answer["ExpenseDocuments"]
        for field in document["SummaryFields"]
        if field["Type"]["Text"] == "TOTAL"
    }
    assert totals == {"28.20": 2}


def test_a_job_is_in_progress_first_and_the_topic_hears_of_its_end(
    run: Any, upload: Any, textract: TextractStandIn, aws: Aws, channel: dict[str, str], notices: Any
) -> None:
    textract._recogniser._lock.acquire()
    request = {
        "DocumentLocation": upload("invoice.pdf"),
        "NotificationChannel": channel,
        "JobTag": "tag-1",
        "ClientRequestToken": "token-in-progress",
    }
    try:
        job = textract.answer("StartDocumentTextDetection", request, aws)["JobId"]
        waiting = textract.answer("GetDocumentTextDetection", {"JobId": job}, aws)
        assert waiting.pop("DetectDocumentTextModelVersion")
        assert waiting == {"JobStatus": "IN_PROGRESS"}
    finally:
        textract._recogniser._lock.release()
    assert run("DocumentTextDetection", request)["JobId"] == job
    (notice,) = until(notices)
    assert abs(notice.pop("Timestamp") - time.time() * 1000) < 60_000
    assert notice == {
        "JobId": job,
        "Status": "SUCCEEDED",
        "API": "StartDocumentTextDetection",
        "JobTag": "tag-1",
        "DocumentLocation": {"S3ObjectName": "invoice.pdf", "S3Bucket": "documents"},
    }


def test_a_broken_document_fails_its_job_and_the_topic_hears_of_it(run: Any, upload: Any, channel: dict[str, str], notices: Any) -> None:
    answer = run("DocumentAnalysis", {"DocumentLocation": upload("corrupt.pdf"), "FeatureTypes": ["FORMS"], "NotificationChannel": channel})
    assert (answer["JobStatus"], answer["StatusMessage"]) == ("FAILED", "UNSUPPORTED_DOCUMENT")
    assert "Blocks" not in answer
    (notice,) = until(notices)
    assert (notice["Status"], "JobTag" in notice) == ("FAILED", False)


def test_the_same_token_starts_one_job_and_other_parameters_are_refused(textract: TextractStandIn, aws: Aws, upload: Any) -> None:
    request = {"DocumentLocation": upload("receipt.png"), "ClientRequestToken": "token-same"}
    first = textract.answer("StartExpenseAnalysis", request, aws)
    assert textract.answer("StartExpenseAnalysis", dict(request), aws) == first
    assert textract.answer("StartLendingAnalysis", request, aws) != first
    with pytest.raises(StandInError, match="IdempotentParameterMismatchException"):
        textract.answer("StartExpenseAnalysis", {**request, "JobTag": "other"}, aws)


def test_the_result_goes_into_the_callers_bucket_too(run: Any, upload: Any, aws: Aws) -> None:
    output = {"S3Bucket": "documents", "S3Prefix": "results"}
    answer = run("DocumentTextDetection", {"DocumentLocation": upload("receipt.png"), "OutputConfig": output})

    def written() -> Any:
        found = aws("s3").list_objects_v2(Bucket="documents", Prefix="results/").get("Contents", [])
        return found if len(found) >= 2 else None

    assert {entry["Key"] for entry in until(written)} == {f"results/{answer['JobId']}/{name}" for name in (".s3_access_check", "1")}


def test_lending_pages_are_told_apart(run: Any, upload: Any, textract: TextractStandIn, aws: Aws) -> None:
    answer = run("LendingAnalysis", {"DocumentLocation": upload("invoice.pdf")})
    assert [result["PageClassification"]["PageType"][0]["Value"] for result in answer["Results"]] == ["INVOICES", "INVOICES"]
    summary = textract.answer("GetLendingAnalysisSummary", {"JobId": answer["JobId"]}, aws)["Summary"]
    assert summary["DocumentGroups"][0]["SplitDocuments"] == [{"Index": 1, "Pages": [1, 2]}]


def test_an_object_may_be_named_instead_of_bytes(textract: TextractStandIn, aws: Aws, upload: Any) -> None:
    answer = textract.answer("AnalyzeID", {"DocumentPages": [upload("id-card.jpg")]}, aws)
    fields = {field["Type"]["Text"]: field["ValueDetection"]["Text"] for field in answer["IdentityDocuments"][0]["IdentityDocumentFields"]}
    assert (fields["LAST_NAME"], fields["DOCUMENT_NUMBER"]) == ("LINDQVIST", "K48209173")


@pytest.mark.parametrize(
    ("operation", "request_", "code"),
    [
        ("DetectDocumentText", {}, "InvalidParameterException"),
        ("DetectDocumentText", {"Document": {"Bytes": b""}}, "UnsupportedDocumentException"),
        ("DetectDocumentText", {"Document": {"Bytes": b"plain text"}}, "UnsupportedDocumentException"),
        ("AnalyzeDocument", {"Document": {"Bytes": b"%PDF-"}, "FeatureTypes": []}, "InvalidParameterException"),
        ("AnalyzeID", {"DocumentPages": []}, "InvalidParameterException"),
        ("AnalyzeID", {"DocumentPages": [{}, {}, {}]}, "InvalidParameterException"),
        ("GetDocumentAnalysis", {"JobId": "unknown"}, "InvalidJobIdException"),
        ("GetLendingAnalysisSummary", {"JobId": "unknown"}, "InvalidJobIdException"),
        ("StartDocumentAnalysis", {"FeatureTypes": ["FORMS"]}, "InvalidParameterException"),
        ("StartDocumentAnalysis", {"DocumentLocation": {}, "FeatureTypes": ["QUERIES"]}, "InvalidParameterException"),
    ],
)
def test_refuses_wrong_requests(operation: str, request_: dict[str, Any], code: str, textract: TextractStandIn) -> None:
    with pytest.raises(StandInError) as refused:
        textract.answer(operation, request_, nobody)
    assert (refused.value.code, refused.value.status) == (code, 400)


def test_refuses_a_document_of_two_pages_at_once(textract: TextractStandIn, sample: Callable[[str], bytes]) -> None:
    with pytest.raises(StandInError, match="UnsupportedDocumentException"):
        textract.answer("DetectDocumentText", {"Document": {"Bytes": sample("invoice.pdf")}}, nobody)


def test_refuses_the_broken_document(textract: TextractStandIn, sample: Callable[[str], bytes]) -> None:
    with pytest.raises(StandInError, match="UnsupportedDocumentException"):
        textract.answer("DetectDocumentText", {"Document": {"Bytes": sample("corrupt.pdf")}}, nobody)


def test_refuses_a_job_id_of_another_operation(run: Any, upload: Any, textract: TextractStandIn, aws: Aws) -> None:
    answer = run("ExpenseAnalysis", {"DocumentLocation": upload("receipt.png")})
    with pytest.raises(StandInError, match="InvalidJobIdException"):
        textract.answer("GetDocumentAnalysis", {"JobId": answer["JobId"]}, aws)


def test_refuses_an_object_that_is_not_there(textract: TextractStandIn, aws: Aws) -> None:
    place = {"S3Object": {"Bucket": "documents", "Name": "nothing.pdf"}}
    for operation, request in (("DetectDocumentText", {"Document": place}), ("StartDocumentTextDetection", {"DocumentLocation": place})):
        with pytest.raises(StandInError, match="InvalidS3ObjectException"):
            textract.answer(operation, request, aws)
