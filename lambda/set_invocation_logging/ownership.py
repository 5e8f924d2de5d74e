"""Whose the setting is: a parameter of the account tells, which is written once and together with what was there before."""

import json
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from set_invocation_logging.clients import client, refused_with

Configuration = dict[str, Any]


class OwnedElsewhereError(Exception):
    """Another deployment has set the account's configuration."""


@dataclass(frozen=True)
class Claim:
    """Who set the configuration, and which one stood there before."""

    owner: str
    found: Configuration | None


@dataclass(frozen=True)
class Ownership:
    """One deployment's hold on the setting.

    Args:
        parameter: Name of the parameter that tells whose it is.
        owner: Stack and resource of this deployment.
    """

    parameter: str
    owner: str

    def claim(self, found: Configuration | None) -> Claim:
        """Takes the setting, which nobody else can from then on.

        Args:
            found: What stands there, to be put back.

        Raises:
            OwnedElsewhereError: Somebody took it at the same moment.
        """
        value = json.dumps({"owner": self.owner, "found": found})
        try:
            client("ssm").put_parameter(Name=self.parameter, Value=value, Type="String", Overwrite=False)
        except ClientError as error:
            if refused_with(error) != "ParameterAlreadyExists":
                raise
        claim = self.held()
        if claim is None:
            raise OwnedElsewhereError(f"parameter {self.parameter} was deleted while it was written: deploy again")
        return claim

    def held(self) -> Claim | None:
        """This deployment's claim, if the setting is taken at all.

        Raises:
            OwnedElsewhereError: It belongs to another deployment.
        """
        claim = self.read()
        if claim is not None and claim.owner != self.owner:
            raise OwnedElsewhereError(
                f"the invocation logging of this account and region belongs to {claim.owner}: switch it off in all deployments but one, or "
                f"delete parameter {self.parameter} if that one no longer exists"
            )
        return claim

    def read(self) -> Claim | None:
        """The claim, whoever holds it."""
        try:
            value = client("ssm").get_parameter(Name=self.parameter)["Parameter"]["Value"]
        except ClientError as error:
            if refused_with(error) != "ParameterNotFound":
                raise
            return None
        return Claim(**json.loads(value))

    def release(self) -> None:
        """Gives the setting up; given up already is fine."""
        try:
            client("ssm").delete_parameter(Name=self.parameter)
        except ClientError as error:
            if refused_with(error) != "ParameterNotFound":
                raise
