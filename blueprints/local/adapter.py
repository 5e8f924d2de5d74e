"""Everything that has to be adapted inside the emulators, one function an adaptation, each with its reason."""

from __future__ import annotations

from typing import Any

from blueprints.local.clients import Clients
from blueprints.local.worker import Workers


def plain_application() -> Any:
    """Returns ministack as it is."""
    from ministack.app import app

    return app


def apply(workers: Workers, clients: Clients) -> None:  # noqa: ARG001
    """Adapts the emulators in this process."""
    loopback_counts_as_tls()
    buckets_keep_their_tags()


def loopback_counts_as_tls() -> None:
    """Policies that demand TLS would deny every request: the transport is plain HTTP that never leaves the machine."""
    from ministack import app

    pin = app.pin_request_origin
    app.pin_request_origin = lambda source_ip, _secure: pin(source_ip, True)


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
