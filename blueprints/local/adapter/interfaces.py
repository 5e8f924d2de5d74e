"""Adaptations of ministack's API Gateway."""

from __future__ import annotations

import json
from typing import Any

from blueprints.local.adapter.patching import replace_handler


def requests_are_validated() -> None:
    """CloudFormation's request validators, and the methods that use them, are created without what they validate."""
    from ministack.services import apigateway_v1
    from ministack.services.cloudformation import provisioners

    create_method = provisioners._apigw_method_create

    def create_validator(_logical_id: str, properties: dict[str, Any], _stack: str) -> tuple[str, dict[str, Any]]:
        wanted = {name[0].lower() + name[1:]: properties[name] for name in VALIDATOR_PROPERTIES if name in properties}
        status, _, body = apigateway_v1._create_request_validator(properties["RestApiId"], wanted)
        if status != 201:
            raise ValueError(body.decode())
        validator = json.loads(body)["id"]
        return validator, {"RequestValidatorId": validator}

    def update_validator(validator: str, old: dict[str, Any], new: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
        if any(old.get(name) != new.get(name) for name in ("RestApiId", "Name")):
            return create_validator(validator, new, stack)
        stored = apigateway_v1._request_validators[new["RestApiId"]][validator]
        stored["validateRequestBody"] = new.get("ValidateRequestBody", False)
        stored["validateRequestParameters"] = new.get("ValidateRequestParameters", False)
        return validator, {"RequestValidatorId": validator}

    def create_validated_method(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        created = create_method(logical_id, properties, stack)
        methods = apigateway_v1._resources[properties["RestApiId"]][properties["ResourceId"]]["resourceMethods"]
        methods[properties["HttpMethod"]]["requestValidatorId"] = properties.get("RequestValidatorId")
        return created

    replace_handler(provisioners._apigw_request_validator_create, create_validator)
    replace_handler(provisioners._apigw_request_validator_update, update_validator)
    replace_handler(
        provisioners._apigw_request_validator_delete,
        lambda validator, properties: apigateway_v1._delete_request_validator(properties["RestApiId"], validator),
    )
    replace_handler(create_method, create_validated_method)


VALIDATOR_PROPERTIES = ("Name", "ValidateRequestBody", "ValidateRequestParameters")
