"""Adaptations of ministack's S3."""

from __future__ import annotations

from typing import Any


def buckets_keep_their_tags() -> None:
    """CloudFormation's bucket tags are dropped, and ``autoDeleteObjects`` refuses to empty an untagged bucket."""
    from ministack.services import s3
    from ministack.services.cloudformation import provisioners

    apply_configurations = provisioners._s3_apply_configurations

    def with_tags(name: str, props: dict[str, Any], old_props: dict[str, Any] | None = None) -> Any:
        if "Tags" in props:
            s3._bucket_tags[name] = {tag["Key"]: tag["Value"] for tag in props["Tags"]}
        return apply_configurations(name, props, old_props)

    provisioners._s3_apply_configurations = with_tags
