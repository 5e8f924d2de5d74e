import re
from typing import Any

import pytest
from aws_cdk import Duration

from ml_constructs.sagemaker.inference.transform.transform_records import TransformJoin, TransformRecords


def test_lines_of_csv_are_sent_as_many_as_fit() -> None:
    found = TransformRecords().properties
    assert found["TransformInput"] == {"CompressionType": "None", "ContentType": "text/csv", "SplitType": "Line"}
    assert found["TransformOutput"] == {"AssembleWith": "Line"}
    assert (found["BatchStrategy"], found["MaxPayloadInMB"]) == ("MultiRecord", 6)
    assert found["ModelClientConfig"] == {"InvocationsTimeoutInSeconds": 600, "InvocationsMaxRetries": 3}
    assert "MaxConcurrentTransforms" not in found


def test_every_option_reaches_the_job() -> None:
    records = TransformRecords(
        content_type="application/json",
        accept="text/csv",
        split="None",
        assemble="None",
        compression="Gzip",
        payload_mb=20,
        concurrency=5,
        timeout=Duration.minutes(1),
        retries=0,
    )
    found = records.properties
    assert found["TransformInput"] == {"CompressionType": "Gzip", "ContentType": "application/json", "SplitType": "None"}
    assert found["TransformOutput"] == {"AssembleWith": "None", "Accept": "text/csv"}
    assert (found["MaxPayloadInMB"], found["MaxConcurrentTransforms"]) == (20, 5)
    assert found["ModelClientConfig"] == {"InvocationsTimeoutInSeconds": 60, "InvocationsMaxRetries": 0}


def test_payloads_without_an_end_may_be_asked_for() -> None:
    assert TransformRecords(payload_mb=0, concurrency=100).properties["MaxPayloadInMB"] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"split": "Words"}, "split must be one of Line, RecordIO, TFRecord, None, got 'Words'"),
        ({"strategy": "All"}, "strategy must be one of MultiRecord, SingleRecord, got 'All'"),
        ({"assemble": "Page"}, "assemble must be one of Line, None, got 'Page'"),
        ({"compression": "Zip"}, "compression must be one of None, Gzip, got 'Zip'"),
        ({"payload_mb": 101}, "payload_mb must be from 0 to 100, got 101"),
        ({"payload_mb": 10, "concurrency": 11}, "payload_mb times concurrency must be from 0 to 100, got 110"),
        ({"concurrency": 0}, "concurrency must be from 1 to 100, got 0"),
        ({"split": "None", "strategy": "SingleRecord"}, "strategy must be MultiRecord where split is None, got SingleRecord"),
        ({"timeout": Duration.minutes(61)}, "timeout in seconds must be from 1 to 3600, got 3660"),
        ({"retries": 4}, "retries must be from 0 to 3, got 4"),
    ],
)
def test_records_that_sagemaker_does_not_take_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        TransformRecords(**arguments)


def test_nothing_is_joined_unless_it_is_asked_for() -> None:
    assert TransformJoin().needed is False
    assert TransformJoin(input_filter="$[1:]").needed is True


def test_filters_and_joins_reach_the_job() -> None:
    found = TransformJoin(input_filter="$[1:]", output_filter="$[0,-1]", joined=True).properties
    assert found == {"InputFilter": "$[1:]", "OutputFilter": "$[0,-1]", "JoinSource": "Input"}
    assert TransformJoin(output_filter="$[0]").properties["JoinSource"] == "None"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"input_filter": "features"}, "input_filter must be a JSONPath that begins with $, got 'features'"),
        ({"output_filter": "$" + "a" * 63}, "length of output_filter must be from 1 to 63, got 64"),
    ],
)
def test_what_is_no_filter_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        TransformJoin(**arguments)


@pytest.mark.parametrize("content_type", ["text/csv", "text/csv; label_size=0", "application/json", "application/jsonlines"])
def test_text_can_be_joined(content_type: str) -> None:
    TransformJoin(joined=True).check(TransformRecords(content_type=content_type))


@pytest.mark.parametrize(
    ("records", "message"),
    [
        (TransformRecords(content_type="image/png"), "content_type must be one of text/csv, application/json, application/jsonlines"),
        (TransformRecords(assemble="None"), "assemble must be as split for filters and joins, got None and Line"),
    ],
)
def test_what_cannot_be_joined_is_refused_and_only_then(records: TransformRecords, message: str) -> None:
    TransformJoin().check(records)
    with pytest.raises(ValueError, match=message):
        TransformJoin(joined=True).check(records)
