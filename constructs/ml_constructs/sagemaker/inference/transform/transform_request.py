"""What all transform jobs of a deployment have in common, as parameters of ``CreateTransformJob``."""

from collections.abc import Mapping
from typing import Any

from ml_constructs.sagemaker.inference.transform.transform_options import TransformOptions

MOST_TAGS = 50


def job_request(options: TransformOptions, *, volume_encrypted: bool, tags: Mapping[str, str]) -> dict[str, Any]:
    """The parameters but for the name, with ``${ModelName}`` for the model, ``${Key}`` for the key, and what a plan says.

    Data comes by a manifest that was checked, not by the one that was uploaded, which may be another one by now.

    Args:
        options: How data is transformed.
        volume_encrypted: Whether volumes are encrypted with the key: not where instances have an instance store.
        tags: Of the jobs.

    Raises:
        ValueError: More tags than a job may have.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html
    """
    if len(tags) > MOST_TAGS:
        raise ValueError(f"tags must be at most {MOST_TAGS}, got {len(tags)}")
    properties = options.records.properties
    source = {"S3DataSource": {"S3DataType": "ManifestFile", "S3Uri": "{% $plan.manifest_uri %}"}}
    return {
        **properties,
        "ModelName": "${ModelName}",
        "TransformInput": {**properties["TransformInput"], "DataSource": source},
        "TransformOutput": {**properties["TransformOutput"], "KmsKeyId": "${Key}", "S3OutputPath": "{% $plan.output_uri %}"},
        "TransformResources": {
            "InstanceCount": "{% $plan.instances %}",
            "InstanceType": options.runs.instance_type,
            **({"VolumeKmsKeyId": "${Key}"} if volume_encrypted else {}),
        },
        **({"DataProcessing": options.join.properties} if options.join.needed else {}),
        "Tags": [{"Key": key, "Value": value} for key, value in sorted(tags.items())],
    }
