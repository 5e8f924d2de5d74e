from typing import Any

import pytest

from blueprints.checks.deployed import Account
from blueprints.checks.grants import Grant
from blueprints.checks.permissions import Need, Policies, is_allowed, narrowings, owner

ROLE = "arn:aws:iam::111122223333:role/s-Role"
BUCKET = "arn:aws:s3:::s-Bucket"
KEY = "arn:aws:kms:us-east-1:111122223333:key/s-Key"
QUEUE = "arn:aws:sqs:us-east-1:111122223333:s-Queue"


def allow(actions: Any, resources: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def account(*statements: dict[str, Any], **resources: dict[str, Any]) -> Account:
    policy = {"Roles": [{"Ref": "Role"}], "PolicyDocument": {"Statement": list(statements)}}
    return Account(
        {
            "s": {
                "Resources": {
                    "Role": {"Type": "AWS::IAM::Role", "Properties": {}},
                    "Policy": {"Type": "AWS::IAM::Policy", "Properties": policy},
                    "Bucket": {"Type": "AWS::S3::Bucket"},
                    **resources,
                }
            }
        }
    )


def need(action: str, resource: str = f"{BUCKET}/work/x", principal: str = ROLE, **context: str) -> Need:
    named = {key.replace("__", ":"): value for key, value in context.items()}
    return Need(principal, action, resource, "a test", tuple(named.items()))


def test_a_role_is_allowed_what_a_statement_names() -> None:
    policies = Policies(account(allow("s3:GetObject", f"{BUCKET}/work/*")))
    assert policies.denied([need("s3:GetObject")]) == []


@pytest.mark.parametrize(
    "refused", [need("s3:PutObject"), need("s3:GetObject", f"{BUCKET}/other/x"), need("s3:GetObject", principal=f"{ROLE}2")]
)
def test_another_action_resource_or_role_is_denied(refused: Need) -> None:
    assert Policies(account(allow("s3:GetObject", f"{BUCKET}/work/*"))).denied([refused]) == [refused]


def test_a_deny_beats_an_allow() -> None:
    deny = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    assert Policies(account(allow("s3:GetObject", "*"), deny)).denied([need("s3:GetObject")])


def test_conditions_are_evaluated() -> None:
    condition = {"StringEquals": {"iam:PassedToService": "textract.amazonaws.com"}}
    policies = Policies(account(allow("iam:PassRole", ROLE, Condition=condition)))
    assert policies.allow(need("iam:PassRole", ROLE, iam__passedtoservice="textract.amazonaws.com"))
    assert not policies.allow(need("iam:PassRole", ROLE, iam__passedtoservice="ec2.amazonaws.com"))


def key(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Statement": list(statements)}}}


OWN_ACCOUNT = allow("kms:*", "*", Principal={"AWS": {"Fn::Join": ["", ["arn:aws:iam::", {"Ref": "AWS::AccountId"}, ":root"]]}})


def test_a_key_has_to_be_left_to_its_account_before_roles_can_use_it() -> None:
    use = allow("kms:Decrypt", KEY)
    decrypt = need("kms:Decrypt", KEY)
    assert Policies(account(use, Key=key(OWN_ACCOUNT))).denied([decrypt]) == []
    assert Policies(account(use, Key=key())).denied([decrypt]) == [decrypt]


def test_a_key_of_somebody_else_is_taken_to_allow_this_account() -> None:
    other = "arn:aws:kms:us-east-1:444455556666:key/1"
    assert Policies(account(allow("kms:Decrypt", other))).allow(need("kms:Decrypt", other))


def test_a_key_policy_may_let_everybody_in_by_way_of_a_service() -> None:
    by_service = allow(
        "kms:Decrypt", "*", Principal={"AWS": "*"}, Condition={"StringEquals": {"kms:ViaService": "sqs.us-east-1.amazonaws.com"}}
    )
    policies = Policies(account(Key=key(by_service)))
    assert policies.allow(need("kms:Decrypt", KEY, kms__viaservice="sqs.us-east-1.amazonaws.com"))
    assert not policies.allow(need("kms:Decrypt", KEY, kms__viaservice="s3.us-east-1.amazonaws.com"))


def queue_policy(**more: Any) -> dict[str, dict[str, Any]]:
    statement = allow("sqs:SendMessage", QUEUE, Principal={"Service": "events.amazonaws.com"}, **more)
    properties = {"Queues": [{"Ref": "Queue"}], "PolicyDocument": {"Statement": [statement]}}
    return {"Queue": {"Type": "AWS::SQS::Queue"}, "QueuePolicy": {"Type": "AWS::SQS::QueuePolicy", "Properties": properties}}


def test_a_service_is_allowed_what_the_policy_of_the_resource_says() -> None:
    condition = {"ArnEquals": {"aws:SourceArn": "arn:rule"}}
    policies = Policies(account(**queue_policy(Condition=condition)))
    assert policies.allow(need("sqs:SendMessage", QUEUE, "events.amazonaws.com", aws__sourcearn="arn:rule"))
    assert not policies.allow(need("sqs:SendMessage", QUEUE, "events.amazonaws.com", aws__sourcearn="arn:other"))
    assert not policies.allow(need("sqs:SendMessage", QUEUE, "sns.amazonaws.com", aws__sourcearn="arn:rule"))


def test_a_permission_lets_a_service_invoke_a_function() -> None:
    permission = {
        "Action": "lambda:InvokeFunction",
        "FunctionName": {"Ref": "Function"},
        "Principal": "sns.amazonaws.com",
        "SourceArn": "arn:topic",
    }
    policies = Policies(
        account(
            Function={"Type": "AWS::Lambda::Function", "Properties": {}},
            Permission={"Type": "AWS::Lambda::Permission", "Properties": permission},
        )
    )
    function = "arn:aws:lambda:us-east-1:111122223333:function:s-Function"
    assert policies.allow(need("lambda:InvokeFunction", function, "sns.amazonaws.com", aws__sourcearn="arn:topic"))
    assert not policies.allow(need("lambda:InvokeFunction", function, "sns.amazonaws.com", aws__sourcearn="arn:other"))


def test_every_statement_action_and_resource_can_be_taken_away() -> None:
    grants = [Grant("Policy[0]", allow(["a:A", "a:B"], ["x", "y"])), Grant("Policy[1]", allow("c:C", "z"))]
    assert [name for name, _ in narrowings(grants)] == [
        "Policy[0]",
        "Policy[0] Action a:A",
        "Policy[0] Action a:B",
        "Policy[0] Resource x",
        "Policy[0] Resource y",
        "Policy[1]",
    ]


def test_what_another_statement_says_as_well_is_no_more_than_that() -> None:
    grants = [Grant("Policy[0]", allow(["a:A", "a:B"], "x")), Grant("Policy[1]", allow(["a:B", "a:C"], ["x", "y"]))]
    assert [name for name, _ in narrowings(grants)] == [
        "Policy[0]",
        "Policy[0] Action a:A",
        "Policy[1]",
        "Policy[1] Action a:B",
        "Policy[1] Action a:C",
        "Policy[1] Resource x",
        "Policy[1] Resource y",
    ]


def test_what_is_not_needed_is_found_down_to_the_action_and_the_resource() -> None:
    statements = (
        allow(["s3:GetObject", "s3:PutObject"], [f"{BUCKET}/work/*", f"{BUCKET}/results/*"]),
        allow("s3:DeleteObject", f"{BUCKET}/*"),
    )
    found = Policies(account(*statements)).excess([need("s3:GetObject")])
    assert found == ["Policy[0] Action s3:PutObject", f"Policy[0] Resource {BUCKET}/results/*", "Policy[1]"]


def test_excess_in_the_policy_of_a_resource_is_found_but_a_key_is_left_to_its_account() -> None:
    given = account(Key=key(OWN_ACCOUNT, allow("kms:Decrypt", "*", Principal={"Service": "sns.amazonaws.com"})))
    assert Policies(given).excess([]) == ["Key[1]"]


def test_nothing_is_found_where_everything_is_needed() -> None:
    policies = Policies(account(allow("s3:GetObject", f"{BUCKET}/*"), **queue_policy()))
    needs = [need("s3:GetObject"), need("sqs:SendMessage", QUEUE, "events.amazonaws.com")]
    assert policies.excess(needs) == []
    assert policies.denied(needs) == []


def test_objects_belong_to_their_bucket() -> None:
    given = account()
    found = owner(given, f"{BUCKET}/a/b")
    assert found is not None
    assert found.logical_id == "Bucket"
    assert owner(given, "*") is None


def test_executions_belong_to_their_state_machine() -> None:
    given = account(Flow={"Type": "AWS::StepFunctions::StateMachine", "Properties": {"StateMachineName": "flow"}})
    found = owner(given, "arn:aws:states:us-east-1:111122223333:execution:flow:first-run")
    assert found is not None
    assert found.logical_id == "Flow"


def test_needs_read_as_sentences() -> None:
    assert str(need("s3:GetObject", "x")) == f"{ROLE} needs s3:GetObject on x (a test)"
    assert not is_allowed(need("s3:GetObject", "x"), [])
