"""Adaptations of ministack's SNS."""

from __future__ import annotations

from typing import Any

from blueprints.local.adapter.patching import replace_handler

SETTINGS = ("KmsMasterKeyId", "SignatureVersion", "TracingConfig")


def topics_keep_their_key() -> None:
    """CloudFormation's topics are created without the key that encrypts them."""
    from ministack.services import sns
    from ministack.services.cloudformation import provisioners

    create, update = provisioners._sns_create, provisioners._sns_update

    def kept(changed: tuple[str, Any], properties: dict[str, Any]) -> tuple[str, Any]:
        attributes = sns._topics[changed[0]]["attributes"]
        for name in SETTINGS:
            attributes.pop(name, None)
        attributes.update({name: str(properties[name]) for name in SETTINGS if name in properties})
        return changed

    replace_handler(create, lambda logical_id, properties, stack: kept(create(logical_id, properties, stack), properties))
    replace_handler(update, lambda arn, old, new, *place: kept(update(arn, old, new, *place), new))
