"""Adaptations of ministack's API Gateway."""

from __future__ import annotations

import json
from contextvars import ContextVar
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


def access_tokens_need_scopes() -> None:
    """A method without scopes takes tokens for identities only; ministack takes access tokens too.

    See https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-enable-cognito-user-pool.html.
    """
    from ministack.services import apigateway_v1

    validate = apigateway_v1._validate_cognito_authorizer

    async def validate_use(authorizer: dict[str, Any], method: dict[str, Any], *request: Any) -> Any:
        claims, error = await validate(authorizer, method, *request)
        if error is None and not method.get("authorizationScopes") and claims.get("token_use") != "id":
            return None, apigateway_v1._gw_error("UNAUTHORIZED", "Unauthorized")
        return claims, error

    apigateway_v1._validate_cognito_authorizer = validate_use


def responses_are_streamed() -> None:
    """Functions that stream are not found, and what they send is not understood; here it arrives at once, when they have ended.

    See https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html.
    """
    from ministack.services import apigateway_v1

    invoke, find, respond = (
        apigateway_v1._invoke_lambda_proxy_v1,
        apigateway_v1._extract_lambda_ref_from_integration_uri,
        apigateway_v1._lambda_proxy_response,
    )

    async def invoke_known(integration: dict[str, Any], *request: Any, **rest: Any) -> Any:
        streaming.set(integration.get("uri", "").endswith(STREAMED))
        status, headers, body = await invoke(integration, *request, **rest)
        return status, headers, headers.pop(BODY, body)

    def respond_streamed(result: dict[str, Any]) -> Any:
        if not streaming.get() or (result.get("error") and not result.get("stream")):
            return respond(result)
        return _opened(result.get("stream") or b"")

    apigateway_v1._invoke_lambda_proxy_v1 = invoke_known
    apigateway_v1._extract_lambda_ref_from_integration_uri = lambda uri: find(uri.removesuffix(STREAMED))
    apigateway_v1._lambda_proxy_response = respond_streamed


def _opened(stream: bytes) -> tuple[dict[str, Any] | None, str | None]:
    """Returns the response that a function streamed: JSON with status and headers, eight zero bytes, and the body."""
    opening, separator, body = stream.partition(bytes(8))
    try:
        found = json.loads(opening) if separator else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        return None, "Internal server error"
    cookies = {"Set-Cookie": found["cookies"]} if found.get("cookies") else {}
    multiple = {**(found.get("multiValueHeaders") or {}), **cookies}
    headers = {**(found.get("headers") or {}), BODY: body}
    return {"statusCode": found.get("statusCode", 200), "headers": headers, "multiValueHeaders": multiple, "body": ""}, None


STREAMED = "/response-streaming-invocations"
BODY = "x-local-streamed-body"
"""Carries the bytes of a body past ministack, which takes text only."""
streaming: ContextVar[bool] = ContextVar("streaming", default=False)
"""Whether the integration of the request that is being answered streams."""
VALIDATOR_PROPERTIES = ("Name", "ValidateRequestBody", "ValidateRequestParameters")
