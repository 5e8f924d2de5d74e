"""What neither the templates of batch-transform nor the code of its functions say about their permissions."""

import json

from blueprints.checks.deployed import Account, Resource
from blueprints.checks.needs.facts import Facts
from blueprints.checks.needs.transforms import JOB
from stacks.batch_transform_settings import BatchTransformSettings
from tests.inference_facts import artifact_keys

BUCKETS = ("Inputs", "Results")
JOBS = {"close_transform": ("StopTransformJob",), "report_transform": ("DescribeTransformJob", "StopTransformJob")}


def facts_of(account: Account, settings: BatchTransformSettings) -> Facts:
    """The keys of models' files, which settings name; data, plans, results, jobs and executions, which requests name."""
    inputs, results = (bucket_of(account, name).arn for name in BUCKETS)
    (machine,) = account.of_type("AWS::StepFunctions::StateMachine")
    data = [f"{inputs}/data/example", f"{inputs}/plans/example"]
    return Facts(
        named={
            **{(package, f"sagemaker:{action}"): [job_of(account, machine)] for package, actions in JOBS.items() for action in actions},
            ("close_transform", "states:DescribeExecution"): [f"{machine.arn.replace(':stateMachine:', ':execution:')}:example"],
            ("plan_transform", "s3:GetObject"): [f"{inputs}/data/example", f"{inputs}/requests/example"],
            ("plan_transform", "s3:GetObjectVersion"): [f"{inputs}/requests/example"],
            ("report_transform", "s3:ListBucket"): [results],
        },
        also={
            **{(uri, "kms:Decrypt"): [key] for uri, key in artifact_keys(settings)},
            (JOB, "s3:GetObject"): data,
            (JOB, "s3:PutObject"): [f"{results}/answers/example"],
            (JOB, "s3:AbortMultipartUpload"): [f"{results}/answers/example"],
        },
    )


def bucket_of(account: Account, name: str) -> Resource:
    (found,) = (bucket for bucket in account.of_type("AWS::S3::Bucket") if bucket.logical_id.startswith(f"Store{name}"))
    return found


def job_of(account: Account, machine: Resource) -> str:
    prefix = machine.properties["DefinitionSubstitutions"]["JobPrefix"]
    assert json.dumps(machine.properties["DefinitionString"]).count("${JobPrefix}")
    return f"arn:aws:sagemaker:{account.region}:111122223333:transform-job/{prefix}-example"
