"""Evaluates deployments from start to end."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from blueprints.console import FAILED, OK, err, fail, out, print_json
from blueprints.evaluating.questions import Question, load_questions
from blueprints.evaluating.report import Evaluation, as_document, print_evaluations
from blueprints.evaluating.runner import observe
from blueprints.evaluating.targets import Target, TargetError, deployed, embedded
from blueprints.trying.driver import ending_well, require_tools
from blueprints.trying.folders import Document, document_problems, documents_in, prefix_of, tenants_of
from blueprints.trying.knowledge_base_rag import SAMPLES
from blueprints.trying.steps import Steps
from blueprints.trying.trial import Session
from stacks.catalogue import Entry
from stacks.settings import SettingsError, load

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Plan:
    """What is evaluated on the embedded AWS.

    Args:
        settings: The settings files, each with the deployments that are compared.
        documents: What they take in.
        questions: What they are asked.
    """

    settings: Mapping[Path, Sequence[str]]
    documents: Sequence[Document]
    questions: Sequence[Question]


def settings_file(entry: Entry) -> Path:
    """Returns the settings whose deployments are compared unless others are given."""
    return FOLDER / f"{entry.name}.yaml"


def require_evaluation(entry: Entry) -> None:
    """Ends the command when a blueprint can't be evaluated."""
    if not settings_file(entry).is_file():
        can = ", ".join(sorted(path.stem for path in FOLDER.glob("*.yaml")))
        fail(f"{entry.name} answers no questions; blueprints that can be evaluated: {can}")


def run_embedded(
    entry: Entry, questions: Path, *, documents: Path | None, settings: Sequence[Path], port: int | None, as_json: bool
) -> int:
    """Compares deployments on an AWS inside this machine; returns the exit code."""
    require_evaluation(entry)
    plan = planned(entry, questions, documents or SAMPLES, settings or [settings_file(entry)])
    require_tools()
    from blueprints.local.embedded import EmbeddedAws

    return ending_well(lambda: _compare(EmbeddedAws(port=port), plan, as_json=as_json))


def planned(entry: Entry, questions: Path, folder: Path, settings: Sequence[Path]) -> Plan:
    """Reads what is to be evaluated, or ends the command with everything that is wrong with it."""
    if problems := document_problems([folder]):
        fail("\n       ".join(problems))
    documents = documents_in([folder])
    tenants = tenants_of(documents) if prefix_of(documents) == "" else ()
    wrong: list[str] = []
    asked: tuple[Question, ...] = ()
    try:
        asked = load_questions(questions, {document.name for document in documents}, tenants)
    except SettingsError as error:
        wrong.append(str(error))
    names = [_deployments(entry, path, wrong) for path in settings]
    counts = Counter(name for _, found in names for name in found)
    repeated = [name for name, count in counts.items() if count > 1]
    wrong += [f"{name}: stands in several settings files; deployments that are compared need different names" for name in repeated]
    if wrong:
        fail("\n       ".join("\n".join(wrong).splitlines()))
    return Plan(dict(names), documents, asked)


def _deployments(entry: Entry, path: Path, wrong: list[str]) -> tuple[Path, list[str]]:
    try:
        found = [deployment.name for deployment in load(path).deployments if deployment.entry is entry]
    except SettingsError as error:
        wrong.append(str(error))
        return path, []
    if not found:
        wrong.append(f"{path}: has no deployment of {entry.name}")
    return path, found


def _compare(aws: Any, plan: Plan, *, as_json: bool) -> int:
    steps = Steps(err)
    names = [name for names in plan.settings.values() for name in names]
    steps.say(f"Evaluating {', '.join(names)} on an AWS inside this machine. No account is used.")
    with ExitStack() as running:
        with steps.step("start", "Starting the embedded AWS", "Embedded AWS started"):
            running.enter_context(aws)
        targets = [
            _filled(name, Session(aws, outputs, steps), plan.documents) for name, outputs in _deployed(aws, plan.settings, steps).items()
        ]
        evaluations = [_evaluated(target, plan.questions, steps, prefix_of(plan.documents)) for target in targets]
        report = aws.report()
    return _shown(evaluations, as_json=as_json, report=report, seconds=steps.seconds)


def _deployed(aws: Any, settings: Mapping[Path, Sequence[str]], steps: Steps) -> dict[str, Mapping[str, str]]:
    from blueprints.local.cdk import CdkCli

    outputs: dict[str, Mapping[str, str]] = {}
    for path, names in settings.items():
        cdk = CdkCli(aws, context={"settings": str(path.resolve())}, progress=steps.detail)
        if not outputs:
            with steps.step("bootstrap", "Bootstrapping the CDK", "CDK bootstrapped"):
                cdk.bootstrap()
        file = aws.workspace / "outputs.json"
        with steps.step(f"deploy {path.stem}", f"Deploying {', '.join(names)}", f"{', '.join(names)} deployed"):
            cdk.deploy(names, file)
        told = json.loads(file.read_text(encoding="utf-8"))
        outputs |= {name: told[name] for name in names}
    return outputs


def _filled(name: str, session: Session, documents: Sequence[Document]) -> Target:
    with session.steps.step(f"ingest {name}", f"{name} takes {len(documents)} documents in", f"{name} took {len(documents)} documents in"):
        try:
            return embedded(name, session, documents)
        except TargetError as error:
            fail(str(error), FAILED)


def run_deployed(entry: Entry, questions: Path, *, stacks: Sequence[str], tokens: Sequence[str], as_json: bool) -> int:
    """Asks stacks in the user's account; returns the exit code."""
    require_evaluation(entry)
    shown = by_tenant(tokens)
    try:
        asked = load_questions(questions, tenants=None if None in shown or not shown else [str(tenant) for tenant in shown])
        targets = [deployed(name, shown) for name in stacks]
    except SettingsError as error:
        fail("\n       ".join(str(error).splitlines()))
    except (TargetError, BotoCoreError, ClientError) as error:
        fail(str(error), FAILED)
    steps = Steps(err)
    return _shown([_evaluated(target, asked, steps) for target in targets], as_json=as_json, report=None, seconds=steps.seconds)


def by_tenant(tokens: Sequence[str]) -> dict[str | None, str]:
    """Returns the tokens by the tenants that they were given with, as ``TENANT=TOKEN``, or under ``None``."""
    found: dict[str | None, str] = {}
    for token in tokens:
        tenant, equals, rest = token.partition("=")
        # What stands before an equals sign in a token itself holds the dots between its parts.
        found |= {tenant: rest} if equals and "." not in tenant else {None: token}
    return found


def _evaluated(target: Target, questions: Sequence[Question], steps: Steps, prefix: str = "") -> Evaluation:
    asking = steps.step(f"ask {target.name}", f"Asking {target.name}", f"{target.name} asked {len(questions)} questions")
    with asking, steps.progress() as progress:
        bar = progress.add_task("Questions", total=len(questions))
        observations = observe(target, questions, prefix=prefix, tell=lambda number: progress.update(bar, completed=number))
    return Evaluation(target, observations)


def _shown(evaluations: Sequence[Evaluation], *, as_json: bool, report: Mapping[str, Any] | None, seconds: Mapping[str, float]) -> int:
    if as_json:
        print_json({"evaluations": as_document(evaluations), "seconds": seconds, "provenance": report})
    else:
        print_evaluations(evaluations, out)
        if report is not None:
            from blueprints.trying.provenance import print_provenance

            print_provenance(report, out)
    failed = [found.error for evaluation in evaluations for found in evaluation.observations if found.error]
    return FAILED if failed else OK
