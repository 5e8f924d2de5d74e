"""Resource types that ministack does not have: through the service's API where somebody implements it, otherwise stored only."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError, ParamValidationError, UnknownServiceError

from blueprints.local import api_shapes, identity, provenance, schemas
from blueprints.local.apis import api_of
from blueprints.local.clients import ClientFactory

WITHOUT_EFFECT = ("AWS::EC2::", "AWS::CloudTrail::", "AWS::WAFv2::", "AWS::XRay::", "AWS::Config::", "AWS::ApplicationAutoScaling::")
"""The beginnings of the types that ministack keeps, and answers questions about, but that do nothing here."""


POLL_SECONDS = 0.05
"""How long to wait before a resource that is not ready is looked at again."""
LOWER_CASE = ("AWS::S3Vectors::",)
"""The beginnings of the types whose names have no capital letters."""


@dataclass
class Stored:
    """A resource as it was written.

    Args:
        properties: Its properties.
        answer: What the API answered at its creation, flattened; empty when no API was asked.
        provenance: How real it is.
        made_up: Values of attributes that nobody gave.
    """

    properties: dict[str, Any]
    answer: dict[str, Any] = field(default_factory=dict)
    provenance: str = provenance.STORED_ONLY
    made_up: dict[str, Any] = field(default_factory=dict)


class RegistryType:
    """One resource type, by its schema in CloudFormation's registry.

    Args:
        kind: The type's name.
        aws: Gives the clients of the services' APIs.
    """

    def __init__(self, kind: str, aws: ClientFactory) -> None:
        known = schemas.schema(kind)
        if known is None:
            raise ValueError(f"kind must be a type of CloudFormation's registry, got {kind!r}")
        self.kind = kind
        self.schema = known
        self.resources: dict[str, Stored] = {}
        self._aws = aws
        self._api = api_of(kind)

    def create(self, logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
        """Creates a resource; returns its physical id and its attributes."""
        check(self.kind, logical_id, properties)
        named = {**self._generated_name(logical_id, stack, properties), **properties}
        stored = self._ask_api(self._api.create, named, whole=self._api.whole) or Stored(named)
        self._settle_new(stored)
        if stored.answer and self._api.read:
            answer = self._call(self._api.read, self._identified(stored))
            stored.answer = {**flattened(api_shapes.to_json(answer)), **stored.answer}
        physical_id = self._physical_id(stored)
        if physical_id in self.resources:
            raise ValueError(f"{physical_id} already exists")
        self.resources[physical_id] = stored
        return physical_id, self._attributes(stored)

    def update(self, physical_id: str, _old: dict[str, Any], new: dict[str, Any], _stack: str) -> tuple[str, dict[str, Any]]:
        """Changes a resource in place; the engine replaces it where the schema wants that."""
        check(self.kind, physical_id, new)
        stored = self.resources[physical_id]
        kept = {name: value for name, value in stored.properties.items() if name in (*self._identifiers, *self._names)}
        stored.properties = {**kept, **new}
        if stored.answer and self._api.identified:
            self._ask_api(self._api.update, {**stored.properties, **self._identified(stored)}, whole=False)
            self._settle(stored)
        elif stored.answer:
            self._ask_api(self._api.update, {**self._identity(physical_id, stored), **stored.properties})
        return physical_id, self._attributes(stored)

    def delete(self, physical_id: str, _properties: dict[str, Any]) -> None:
        """Deletes a resource; an API that refuses to is an error."""
        stored = self.resources.get(physical_id)
        if stored and stored.answer:
            answer = self._call(self._api.delete, self._identified(stored) or self._deletion(physical_id, stored))
            if answer.get("status") == "DELETE_UNSUCCESSFUL":
                raise ValueError(f"{physical_id} could not be deleted: its status is DELETE_UNSUCCESSFUL")
        self.resources.pop(physical_id, None)

    def _settle_new(self, stored: Stored) -> None:
        """Waits until a new resource is ready; one that does not get ready is deleted, as a rollback does it."""
        try:
            self._settle(stored)
        except ValueError:
            self._call(self._api.delete, self._identified(stored))
            raise

    def _settle(self, stored: Stored) -> None:
        """Waits until a resource has become what was asked for.

        Raises:
            ValueError: It did not.
        """
        settling = self._api.settling
        if settling is None or not stored.answer:
            return
        while (told := self._call(settling.read, self._identified(stored)))[settling.status].endswith("ing"):
            time.sleep(POLL_SECONDS)
        asked = stored.properties.get(settling.wanted, told.get(settling.wanted))
        if told[settling.status] == "Failed" or str(asked).rpartition("/")[2] != str(told.get(settling.wanted)):
            raise ValueError(f"{told.get('FailureReason', told[settling.status])}")

    @cached_property
    def _identifiers(self) -> list[str]:
        return schemas.names(self.schema.get("primaryIdentifier", []))

    @cached_property
    def _resource(self) -> str:
        return self.kind.rpartition("::")[2]

    @cached_property
    def _names(self) -> tuple[str, str]:
        """The properties of which CloudFormation makes up one where the template has none."""
        return f"{self._resource}Name", "Name"

    def _generated_name(self, logical_id: str, stack: str, properties: Mapping[str, Any]) -> dict[str, str]:
        """Makes up a name where the template has none, as CloudFormation does."""
        read_only = schemas.attributes(self.schema)
        for name in self._names:
            if name in self.schema["properties"] and name not in properties and name not in read_only:
                made_up = f"{stack}-{logical_id}-{uuid.uuid4().hex[:12]}"[-63:].lstrip("-")
                return {name: made_up.lower() if self.kind.startswith(LOWER_CASE) else made_up}
        return {}

    def _ask_api(self, operation: str, properties: Mapping[str, Any], *, whole: bool = True) -> Stored | None:
        """Asks the service's API; ``None`` when there is none, when it takes other parameters, or when nobody implements it."""
        parameters = self._renamed(properties)
        try:
            answer = self._call(operation, parameters, whole=whole)
        except (UnknownServiceError, ParamValidationError, LookupError):
            return None
        except ClientError as error:
            if error.response["Error"]["Code"] == "NotImplemented":
                return None
            raise
        source = answer["ResponseMetadata"]["HTTPHeaders"].get(provenance.HEADER, provenance.REAL)
        return Stored(dict(properties), flattened(api_shapes.to_json(answer)) or {"answered": True}, source)

    def _renamed(self, value: Any) -> Any:
        """Returns properties, and the properties in them, under the names of the API's parameters."""
        if isinstance(value, Mapping):
            return {self._api.renamed.get(name, name): self._renamed(part) for name, part in value.items()}
        return [self._renamed(part) for part in value] if isinstance(value, list) else value

    def _call(self, operation: str, parameters: Mapping[str, Any], *, whole: bool = False) -> dict[str, Any]:
        """Calls the API with those ``parameters`` that it knows, or, if ``whole``, only if it knows all of them."""
        client = self._aws(self._api.service)
        if operation not in client.meta.service_model.operation_names:
            raise LookupError(operation)
        shape = client.meta.service_model.operation_model(operation).input_shape
        known = {name.lower() for name in shape.members} if shape else set()
        unknown = [name for name in parameters if name.lower() not in known]
        if unknown and whole:
            raise LookupError(unknown)
        taken = api_shapes.to_api(shape, {name: value for name, value in parameters.items() if name not in unknown})
        answer: dict[str, Any] = getattr(client, xform_name(operation))(**taken)
        return answer

    def _deletion(self, physical_id: str, stored: Stored) -> dict[str, Any]:
        shape = self._aws(self._api.service).meta.service_model.operation_model(self._api.delete).input_shape
        known = {**stored.properties, **self._identity(physical_id, stored)}
        by_name = {self._api.renamed.get(name, name).lower(): value for name, value in known.items()}
        wanted = {name: by_name[name.lower()] for name in shape.members if name.lower() in by_name} if shape else {}
        missing = [name for name in (shape.required_members if shape else ()) if name not in wanted]
        return {**wanted, **dict.fromkeys(missing, physical_id.rpartition("|")[2])}

    def _identified(self, stored: Stored) -> dict[str, Any]:
        """Returns the parameters that name a resource, where it is known which they are."""
        return {parameter: self._value(attribute, stored) for parameter, attribute in self._api.identified.items()}

    def _identity(self, physical_id: str, stored: Stored) -> dict[str, Any]:
        values = dict(zip(self._identifiers, physical_id.split("|"), strict=False))
        return {**stored.answer, **values, **{f"{self._resource}{name}": value for name, value in values.items()}}

    def _physical_id(self, stored: Stored) -> str:
        return "|".join(str(self._value(name, stored)) for name in self._identifiers) or f"{self._resource}-{uuid.uuid4().hex[:12]}"

    def _attributes(self, stored: Stored) -> dict[str, Any]:
        texts = {name: value for name, value in stored.properties.items() if isinstance(value, (str, int, float, list))}
        return {**texts, **{name: self._value(name, stored) for name in schemas.attributes(self.schema)}}

    def _value(self, name: str, stored: Stored) -> Any:
        """Returns the value of an attribute: the API's, the template's, or one in AWS's form, which then stays the same."""
        known = {**stored.made_up, **{key.lower(): value for key, value in stored.properties.items()}, **stored.answer}
        short = name.rpartition(".")[2].lower()
        resource = self._resource.lower()
        same = self._api.identified.get(name[:1].lower() + name[1:], name).lower()
        for spelling in (same, short, f"{resource}{short}", short.removeprefix(resource), f"{resource}{short}s"):
            if spelling in known:
                return known[spelling]
        return stored.made_up.setdefault(short, self._made_up(short, known))

    def _made_up(self, short: str, known: Mapping[str, Any]) -> Any:
        resource = self._resource.lower()
        name = known.get(f"{resource}name") or known.get("name") or uuid.uuid4().hex[:12]
        if short.endswith("arn"):
            return f"arn:aws:{self._api.service.split('-')[0]}:{identity.region()}:{identity.ACCOUNT_ID}:{resource}/{name}"
        if short.endswith("id"):
            return uuid.uuid4().hex[:10].upper()
        if short.endswith(("time", "at", "date")):
            return datetime.now(UTC).isoformat(timespec="seconds")
        return "ACTIVE" if short.endswith(("status", "state")) else name


class RegistryTypes:
    """The resource types that are handled by their schema, and how real all types are.

    Args:
        aws: Gives the clients of the services' APIs.
    """

    def __init__(self, aws: ClientFactory) -> None:
        self._aws = aws
        self._types: dict[str, RegistryType] = {}

    def get(self, kind: str) -> RegistryType | None:
        """Returns the type ``kind``, or ``None`` when CloudFormation does not have it."""
        if kind not in self._types and kind.startswith("AWS::") and schemas.schema(kind):
            self._types[kind] = RegistryType(kind, self._aws)
        return self._types.get(kind)

    def require(self, kind: str) -> RegistryType:
        """Returns the type ``kind``, which CloudFormation has to have."""
        found = self.get(kind)
        if found is None:
            raise ValueError(f"kind must be a type of CloudFormation's registry, got {kind!r}")
        return found

    def provenance(self, kind: str, physical_id: str) -> str:
        """Returns how real a resource is."""
        if kind.startswith(WITHOUT_EFFECT):
            return provenance.STORED_ONLY
        stored = self._types[kind].resources.get(physical_id) if kind in self._types else None
        return stored.provenance if stored else provenance.REAL


def check(kind: str, logical_id: str, properties: Mapping[str, Any]) -> None:
    """Refuses what CloudFormation's registry would refuse.

    Raises:
        ValueError: A required property that lacks, a property that does not exist, a value that is not allowed.
    """
    own = {name: _without_stack_tags(value) for name, value in properties.items()}
    if problems := schemas.problems(kind, own):
        raise ValueError(f"Properties validation failed for resource {logical_id} with message:\n[{', '.join(problems)}]")


def _without_stack_tags(value: Any) -> Any:
    """Leaves out the tags that CloudFormation itself adds; their names are reserved."""
    if isinstance(value, list):
        return [part for part in value if not (isinstance(part, dict) and str(part.get("Key")).startswith("aws:"))]
    return {name: part for name, part in value.items() if not name.startswith("aws:")} if isinstance(value, dict) else value


def flattened(value: Any) -> dict[str, Any]:
    """Returns the scalars in ``value`` by their names in lower case; an outer one goes before an inner one."""
    found: dict[str, Any] = {}
    inner = []
    for name, part in value.items():
        if isinstance(part, list) and len(part) == 1 and not isinstance(part[0], (dict, list)):
            found.setdefault(name.lower(), part[0])
        elif isinstance(part, dict):
            inner.append(part)
        elif not isinstance(part, list):
            found.setdefault(re.sub(r"\W", "", name).lower(), part)
    for part in inner:
        found = {**flattened(part), **found}
    return found
