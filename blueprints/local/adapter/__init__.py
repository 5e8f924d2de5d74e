"""Everything that has to be adapted inside the emulators, one function an adaptation, each with its reason.

Each has a contract test that runs against the unadapted ministack, and fails as soon as the adaptation is not needed any more.
"""

from __future__ import annotations

from typing import Any

from blueprints.local.adapter import (
    calls,
    deliveries,
    encryption,
    functions,
    interfaces,
    messaging,
    permissions,
    polling,
    principals,
    resources,
    storage,
    tables,
    workflows,
)
from blueprints.local.clients import Clients
from blueprints.local.cloudformation import RegistryTypes
from blueprints.local.dispatch import Dispatcher
from blueprints.local.provenance import Ledger
from blueprints.local.rights import Lookup
from blueprints.local.step_functions import Tokens
from blueprints.local.worker import Workers


def plain_application() -> Any:
    """Returns ministack as it is."""
    from ministack.app import app

    return app


def apply(workers: Workers, dispatcher: Dispatcher, clients: Clients, ledger: Ledger, lookup: Lookup) -> None:
    """Adapts the emulators in this process."""
    types = RegistryTypes(clients.administrator)
    calls.loopback_counts_as_tls()
    calls.calls_pass_the_dispatcher(dispatcher)
    calls.service_names_are_known()
    calls.moves_name_their_queue()
    deliveries.queues_are_encrypted_for_services()
    deliveries.rules_need_permission(ledger)
    deliveries.queues_are_polled_by_right()
    encryption.encrypted_data_needs_its_key()
    principals.sessions_are_known_by_their_roles()
    permissions.models_are_invoked_by_right(lookup)
    permissions.vector_buckets_have_policies(lookup)
    storage.buckets_keep_their_configuration()
    storage.managed_key_is_the_default()
    storage.full_buckets_stay()
    storage.secrets_are_known_by_their_arn()
    functions.functions_run_in_awslambdaric(workers, ledger)
    functions.functions_keep_their_settings()
    functions.powertools_layer_is_public()
    tables.tables_keep_their_settings()
    messaging.topics_keep_their_key()
    interfaces.requests_are_validated()
    interfaces.access_tokens_need_scopes()
    interfaces.responses_are_streamed()
    polling.messages_are_gathered()
    polling.throttled_batches_are_tried_again()
    resources.conditions_understand_functions()
    resources.alarms_on_expressions_are_kept(types)
    resources.registry_types_exist(types)
    resources.events_reach_the_ledger(types, ledger)
    workflows.tasks_act_as_their_role(clients)
    tokens = Tokens()
    workflows.tokens_are_waited_for(tokens)
    workflows.answers_name_their_state_machine(tokens)
    workflows.errors_match_as_documented()
    workflows.paths_lead_somewhere()
    workflows.executions_end_in_time()
    workflows.distributed_maps_read_and_write(clients)
