"""Everything that the principals of an account's templates need."""

from pathlib import Path

from blueprints.checks.deployed import Account
from blueprints.checks.needs.deliveries import delivery_needs
from blueprints.checks.needs.encryption import encryption_needs
from blueprints.checks.needs.facts import Facts
from blueprints.checks.needs.functions import runtime_needs
from blueprints.checks.needs.handlers import handler_needs
from blueprints.checks.needs.roles import service_role_needs
from blueprints.checks.needs.workflows import workflow_needs
from blueprints.checks.permissions import Need


def all_needs(account: Account, root: Path, facts: Facts) -> list[Need]:
    """Every action that a role or a service has to be allowed for the templates to work.

    Args:
        account: Where the templates are deployed.
        root: Folder of the handler packages.
        facts: What settings and events decide.
    """
    needs = [*workflow_needs(account, facts), *service_role_needs(account, facts)]
    for function in account.of_type("AWS::Lambda::Function"):
        needs += runtime_needs(account, function)
        needs += handler_needs(account, function, root, facts)
    needs += encryption_needs(account, needs)
    needs += delivery_needs(account)
    return list(dict.fromkeys(needs))
