"""Adaptations of ministack's CloudFormation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from blueprints.local import schemas
from blueprints.local.adapter.patching import replace_everywhere
from blueprints.local.cloudformation import RegistryTypes, check
from blueprints.local.provenance import Ledger, Resource

VALUE_FUNCTIONS = {"Fn::FindInMap", "Fn::Join", "Fn::Split", "Fn::Sub"}


def conditions_understand_functions() -> None:
    """``Fn::Join`` and pseudo parameters in conditions are taken literally; CDK's bootstrap template then gets its roles wrong."""
    from ministack.services.cloudformation import engine

    evaluate = engine._evaluate_conditions

    def evaluate_resolved(template: dict[str, Any], parameters: dict[str, Any]) -> dict[str, bool]:
        def resolved(node: Any) -> Any:
            if isinstance(node, list):
                return [resolved(part) for part in node]
            if not isinstance(node, dict):
                return node
            is_value = node.keys() & VALUE_FUNCTIONS or str(node.get("Ref", "")).startswith("AWS::")
            return (
                engine._resolve_refs(node, {}, parameters, {}, template.get("Mappings", {}), "", "") if is_value else _each(resolved, node)
            )

        answer: dict[str, bool] = evaluate({**template, "Conditions": resolved(template.get("Conditions", {}))}, parameters)
        return answer

    replace_everywhere(evaluate, evaluate_resolved)


def _each(change: Callable[[Any], Any], node: dict[str, Any]) -> dict[str, Any]:
    return {name: change(part) for name, part in node.items()}


def alarms_on_expressions_are_kept(types: RegistryTypes) -> None:
    """Ministack refuses alarms on metric math; they are stored, and never go off."""
    from ministack.services.cloudformation import provisioners

    kind = "AWS::CloudWatch::Alarm"
    native, stored = provisioners._RESOURCE_HANDLERS[kind], types.require(kind)

    def create(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        return (stored.create if "Metrics" in properties else native["create"])(logical_id, properties, stack)

    def update(physical_id: str, old: dict[str, Any], new: dict[str, Any], stack: str, logical_id: str) -> Any:
        if ("Metrics" in old) != ("Metrics" in new):
            delete(physical_id, old)
            return create(logical_id, new, stack)
        return (
            stored.update(physical_id, old, new, stack) if "Metrics" in new else native["update"](physical_id, old, new, stack, logical_id)
        )

    def delete(physical_id: str, properties: dict[str, Any]) -> None:
        (stored.delete if physical_id in stored.resources else native["delete"])(physical_id, properties)

    provisioners._RESOURCE_HANDLERS[kind] = {"create": create, "update": update, "update_with_logical_id": True, "delete": delete}


def registry_types_exist(types: RegistryTypes) -> None:
    """Ministack refuses most of CloudFormation's types, takes unknown and lacking properties, and leaves attributes out."""
    from ministack.services.cloudformation import provisioners, stacks

    native = provisioners._RESOURCE_HANDLERS
    handlers = ResourceHandlers(types, {kind: _checked(kind, handler) for kind, handler in native.items()})
    replace_everywhere(native, handlers)
    blocks = stacks._runs_on_worker_thread
    stacks._runs_on_worker_thread = lambda kind: blocks(kind) or (kind not in native and types.get(kind) is not None)
    replaces = provisioners._replacing_change

    def replacing_change(kind: str, old: dict[str, Any], new: dict[str, Any]) -> bool:
        known = types.get(kind) if kind not in native else None
        return schemas.needs_replacement(known.schema, old, new) if known else replaces(kind, old, new)

    replace_everywhere(replaces, replacing_change)


class ResourceHandlers(dict[str, dict[str, Any]]):
    """ministack's handlers of resource types, completed by those of the registry.

    Args:
        types: Handle what ministack does not.
        native: ministack's own.
    """

    def __init__(self, types: RegistryTypes, native: dict[str, dict[str, Any]]) -> None:
        super().__init__(native)
        self._types = types

    def __contains__(self, kind: object) -> bool:
        return super().__contains__(kind) or (isinstance(kind, str) and self._types.get(kind) is not None)

    def __missing__(self, kind: str) -> dict[str, Any]:
        known = self._types.get(kind)
        if known is None:
            raise KeyError(kind)
        return {"create": known.create, "update": known.update, "delete": known.delete}

    def get(self, kind: str, default: Any = None) -> Any:
        """Returns the handlers of ``kind``; unlike a dictionary's own, it finds those of the registry too."""
        return self[kind] if kind in self else default  # noqa: SIM401


def _checked(kind: str, handler: dict[str, Any]) -> dict[str, Any]:
    """Lets the registry's schema have its say, and completes the attributes from the properties."""
    if schemas.schema(kind) is None or "create" not in handler:
        return handler
    create, update = handler["create"], handler.get("update") or handler["create"]

    def checked_create(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
        check(kind, logical_id, properties)
        physical_id, attributes = create(logical_id, properties, stack)
        return physical_id, _completed(attributes, properties)

    def checked_update(physical_id: str, old: dict[str, Any], new: dict[str, Any], *place: str) -> tuple[str, dict[str, Any]]:
        check(kind, place[-1] if len(place) > 1 else physical_id, new)
        new_id, attributes = update(physical_id, old, new, *place)
        return new_id, _completed(attributes, new)

    return {**handler, "create": checked_create, **({"update": checked_update} if "update" in handler else {})}


def _completed(attributes: dict[str, Any] | None, properties: dict[str, Any]) -> dict[str, Any]:
    return {**{name: value for name, value in properties.items() if isinstance(value, str)}, **(attributes or {})}


def events_reach_the_ledger(types: RegistryTypes, ledger: Ledger) -> None:
    """The report has to tell what became of each resource, and only stack events do."""
    from ministack.services.cloudformation import stacks

    add = stacks._add_event

    def add_and_note(
        stack_id: str, stack: str, logical_id: str, kind: str, status: str, reason: str = "", physical_id: str = "", detailed: str = ""
    ) -> None:
        add(stack_id, stack, logical_id, kind, status, reason, physical_id, detailed)
        if logical_id != stack:
            source = types.provenance(kind, physical_id)
            ledger.note_event(Resource(stack, logical_id, kind, physical_id, source), status, reason)

    replace_everywhere(add, add_and_note)
