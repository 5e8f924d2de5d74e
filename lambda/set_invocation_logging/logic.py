"""What setting the configuration, and putting back the earlier one, takes.

See https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
"""

import time
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger
from botocore.exceptions import ClientError

from set_invocation_logging.clients import client, refused_with
from set_invocation_logging.ownership import Configuration, Ownership

SECONDS_BETWEEN_ATTEMPTS = (5, 10, 20, 30)
NOT_YET = ("AccessDeniedException", "ValidationException")
DATA = {"Text": "text", "Images": "image", "Embeddings": "embedding", "Video": "video", "Audio": "audio"}

logger = Logger()


class NotRestorableError(Exception):
    """What stands there couldn't be put back."""


def wanted(properties: Mapping[str, str]) -> Configuration:
    """The configuration that the properties of the resource ask for."""
    destination = {
        "logGroupName": properties["LogGroupName"],
        "roleArn": properties["RoleArn"],
        "largeDataDeliveryS3Config": {"bucketName": properties["BucketName"]},
    }
    switches = {f"{data}DataDeliveryEnabled": properties[name] == "true" for name, data in DATA.items()}
    return {"cloudWatchConfig": destination, **switches}


def switch_on(ownership: Ownership, configuration: Configuration, *, earlier: Mapping[str, str] | None, existing_role: str) -> None:
    """Sets ``configuration``, after noting what stands there.

    Args:
        ownership: Of this deployment.
        configuration: What is to hold from now on.
        earlier: Properties of the resource before an update; what they asked for is nothing to put back.
        existing_role: Role of a configuration that may be replaced, empty if none may.

    Raises:
        OwnedElsewhereError: The setting belongs to another deployment.
        NotRestorableError: It holds a role that this function may not hand back to Bedrock.
    """
    claim = ownership.held()
    found = _foreign(configuration, earlier) if claim is None else claim.found
    _check_restorable(found, existing_role)
    if claim is None:
        ownership.claim(found)
    _put_when_permissions_have_arrived(configuration)
    logger.info("switched on", replaced=found is not None)


def switch_off(ownership: Ownership, configuration: Configuration) -> None:
    """Puts back what stood there before ``configuration``, unless somebody has set something else since.

    Nothing is done where the setting belongs to another deployment, or to none, as after a deletion that is repeated.
    """
    claim = ownership.read()
    if claim is None or claim.owner != ownership.owner:
        logger.info("not ours to switch off")
        return
    if _same(_current(), configuration):
        _restore(claim.found)
    ownership.release()


def _restore(found: Configuration | None) -> None:
    if found is not None:
        try:
            client("bedrock").put_model_invocation_logging_configuration(loggingConfig=found)
        except ClientError as error:
            if refused_with(error) != "ValidationException":
                raise
            logger.warning("the earlier destination is gone: logging ends")
        else:
            return
    client("bedrock").delete_model_invocation_logging_configuration()


def _current() -> Configuration | None:
    return client("bedrock").get_model_invocation_logging_configuration().get("loggingConfig") or None


def _foreign(configuration: Configuration, earlier: Mapping[str, str] | None) -> Configuration | None:
    """What stands there, unless it is this deployment's own."""
    found = _current()
    own = [configuration] if earlier is None else [configuration, wanted(earlier)]
    return None if any(_same(found, each) for each in own) else found


def _same(one: Configuration | None, other: Configuration) -> bool:
    return bool(_log_group(one) == _log_group(other))


def _log_group(configuration: Configuration | None) -> Any:
    return (configuration or {}).get("cloudWatchConfig", {}).get("logGroupName")


def _check_restorable(found: Configuration | None, existing_role: str) -> None:
    role = (found or {}).get("cloudWatchConfig", {}).get("roleArn", "")
    if role and role != existing_role:
        raise NotRestorableError(
            f"calls of models in this account and region are logged to {_log_group(found)} already, through role {role}: name that role as "
            f"the existing one, so that it can be put back, or delete that configuration"
        )


def _put_when_permissions_have_arrived(configuration: Configuration) -> None:
    """Bedrock tries the role out, and a role that was made a moment ago isn't known everywhere yet."""
    for seconds in (*SECONDS_BETWEEN_ATTEMPTS, None):
        try:
            client("bedrock").put_model_invocation_logging_configuration(loggingConfig=configuration)
        except ClientError as error:
            if seconds is None or refused_with(error) not in NOT_YET:
                raise
            time.sleep(seconds)
        else:
            return
