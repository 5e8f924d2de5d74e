"""The ledger of who answered what."""

from blueprints.local.provenance import REAL, STORED_ONLY, Ledger, Resource, stand_in


def resource(**changes: str) -> Resource:
    values = {"stack": "a", "logical_id": "B", "type": "AWS::SQS::Queue", "physical_id": "b", "provenance": REAL, **changes}
    return Resource(**values)


def test_calls_are_counted_by_who_answered() -> None:
    ledger = Ledger()
    for status in (200, 200, 404):
        ledger.note_call("s3", "GetObject", REAL, status)
    ledger.note_call("textract", "DetectDocumentText", stand_in("rapidocr"), 200)
    report = ledger.report()
    assert report["calls"] == [
        {"service": "s3", "operation": "GetObject", "provenance": "real", "count": 3, "failed": 1},
        {"service": "textract", "operation": "DetectDocumentText", "provenance": "stand-in rapidocr", "count": 1, "failed": 0},
    ]
    assert report["summary"]["calls"] == {"real": 3, "stand-in rapidocr": 1}


def test_runs_of_functions_are_real() -> None:
    ledger = Ledger()
    ledger.note_run("a", "python3.14", failed=False)
    ledger.note_run("a", "python3.14", failed=True)
    row = {"name": "a", "runtime": "python3.14", "provenance": "real", "count": 2, "failed": 1}
    assert ledger.report()["functions"] == [row]


def test_resources_follow_their_events() -> None:
    ledger = Ledger()
    ledger.note_event(resource(), "CREATE_IN_PROGRESS", "")
    assert ledger.report()["resources"] == []
    ledger.note_event(resource(provenance=STORED_ONLY), "CREATE_COMPLETE", "")
    ledger.note_event(resource(physical_id="c", provenance=STORED_ONLY), "UPDATE_COMPLETE", "")
    (row,) = ledger.report()["resources"]
    assert (row["physical_id"], row["provenance"], row["state"]) == ("c", "stored only", "exists")
    ledger.note_event(resource(physical_id=""), "DELETE_FAILED", "not empty")
    (row,) = ledger.report()["resources"]
    assert (row["physical_id"], row["state"], row["reason"]) == ("c", "deletion failed", "not empty")
    ledger.note_event(resource(), "DELETE_COMPLETE", "")
    assert [row["state"] for row in ledger.report()["resources"]] == ["deleted"]
    assert ledger.report()["summary"]["resources"] == {"stored only": 1}
