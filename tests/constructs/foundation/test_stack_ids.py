import aws_cdk as cdk

from ml_constructs.foundation.stack_ids import SHORT_ID, short_id, stack_guid

GUID = {"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}]}


def test_the_unique_part_of_the_stacks_id_is_taken_at_deployment() -> None:
    assert cdk.Stack().resolve(stack_guid()) == GUID


def test_for_short_names_its_beginning_is_taken() -> None:
    assert cdk.Stack().resolve(short_id()) == {"Fn::Select": [0, {"Fn::Split": ["-", GUID]}]}
    assert len(["8c9a1b2c", "0000", "0000", "0000", "000000000000"][0]) == SHORT_ID
