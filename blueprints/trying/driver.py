"""Tries a blueprint from start to end."""

import json
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.error import URLError

from botocore.exceptions import BotoCoreError, ClientError

from blueprints.console import FAILED, INTERRUPTED, OK, err, fail, out, print_json
from blueprints.tools import missing_for_trial
from blueprints.trying.steps import Steps
from blueprints.trying.trial import AskingTrial, PreparedTrial, Session, Trial, settings_file, trial_of
from stacks.catalogue import Entry

TERMINATED = 128 + signal.SIGTERM


def run(entry: Entry, files: Sequence[Path], *, questions: Sequence[str] = (), keep: bool, port: int | None, as_json: bool) -> int:
    """Deploys a blueprint to an AWS inside this machine, sends input through it, shows what came out, and removes it.

    Returns:
        The exit code.
    """
    trial = trial_of(entry)
    require_tools()
    check_input(entry, trial, files, questions)
    from blueprints.local.embedded import EmbeddedAws

    if keep and (running := EmbeddedAws.running()):
        fail(f"another trial was kept and still runs at {running.endpoint_url}; `python -m blueprints stop` ends it")
    return ending_well(lambda: Attempt(entry, trial, as_json=as_json).run(EmbeddedAws(port=port), files, keep=keep))


def require_tools() -> None:
    """Ends the command when what the embedded AWS needs isn't installed."""
    if missing := missing_for_trial():
        fail(f"not installed: {', '.join(missing)}; `make setup-try` installs it", FAILED)


def ending_well(work: Callable[[], int]) -> int:
    """Does ``work`` on the embedded AWS and returns its exit code; what goes wrong is told, and nothing is left running."""
    from blueprints.local.cdk import CdkError
    from blueprints.local.embedded import HOME, PortTakenError, StartError

    try:
        with termination_unwinds():
            return work()
    except PortTakenError as error:
        fail(str(error))
    except (StartError, CdkError, BotoCoreError, ClientError, URLError) as error:
        fail(f"{error}\n       What the embedded AWS has to say stands in {HOME / 'server.log'}", FAILED)
    except KeyboardInterrupt:
        err.print("\nInterrupted; nothing is left running.")
        return INTERRUPTED


def check_input(entry: Entry, trial: Trial | None, files: Sequence[Path], questions: Sequence[str]) -> None:
    """Ends the command when a file can't be sent or a question can't be asked, naming all of them."""
    if files and trial is None:
        fail(f"{entry.name} takes no files: there is nothing to send through it")
    if questions and not isinstance(trial, AskingTrial):
        fail(f"{entry.name} takes no questions: leave --ask out")
    problems = trial.ask(questions) if isinstance(trial, AskingTrial) else []
    if problems := [*(trial.problems(files) if trial else ()), *problems]:
        fail("\n       ".join(problems))


@contextmanager
def termination_unwinds() -> Iterator[None]:
    """Lets SIGTERM end the command the way Ctrl-C does, with everything that it started."""
    before = signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(TERMINATED))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


class Attempt:
    """One run of a trial.

    Args:
        entry: The blueprint.
        trial: Sends input through it; ``None`` where there is nothing to send.
        as_json: Whether to write one JSON document instead of tables.
    """

    def __init__(self, entry: Entry, trial: Trial | None, *, as_json: bool) -> None:
        self._entry = entry
        self._trial = trial
        self._as_json = as_json
        self._steps = Steps(err)

    def run(self, aws: Any, files: Sequence[Path], *, keep: bool) -> int:
        """Runs from start to end in ``aws``, which isn't started yet."""
        from blueprints.local.cdk import CdkCli
        from blueprints.local.provenance import DELETION_FAILED

        self._steps.say(f"Trying {self._entry.name} on an AWS inside this machine. No account is used.")
        with ExitStack() as running:
            with self._steps.step("start", "Starting the embedded AWS", "Embedded AWS started"):
                running.enter_context(aws)
            cdk = CdkCli(aws, context={"settings": str(settings_file(self._entry))}, progress=self._steps.detail)
            outputs = self._deploy(aws, cdk)
            done = self._send(Session(aws, outputs, self._steps), files)
            report = aws.report()
            left = None if keep else self._remove(cdk)
            stuck = any(resource["state"] == DELETION_FAILED for resource in aws.report()["resources"])
            self._show(report, left)
            if keep:
                aws.detach()
                running.pop_all()
                self._tell_how_to_reach(aws.environment, outputs)
        return OK if done and not stuck else FAILED

    def _deploy(self, aws: Any, cdk: Any) -> Mapping[str, str]:
        with self._steps.step("bootstrap", "Bootstrapping the CDK", "CDK bootstrapped"):
            cdk.bootstrap()
        if isinstance(self._trial, PreparedTrial):
            with self._steps.step("prepare", "Putting in place what the settings name", "What the settings name is in place"):
                self._trial.prepare(aws)
        outputs_file = aws.workspace / "outputs.json"
        with self._steps.step("deploy", f"Deploying {self._entry.name}", f"{self._entry.name} deployed"):
            cdk.deploy([self._entry.name], outputs_file)
        outputs: Mapping[str, str] = json.loads(outputs_file.read_text(encoding="utf-8"))[self._entry.name]
        return outputs

    def _send(self, session: Session, files: Sequence[Path]) -> bool:
        if self._trial is None:
            return True
        with self._steps.step("run", "Sending input through it", "Input sent through it"):
            return self._trial.run(session, files)

    def _remove(self, cdk: Any) -> list[dict[str, Any]]:
        with self._steps.step("destroy", f"Destroying {self._entry.name}", f"{self._entry.name} destroyed"):
            cdk.destroy([self._entry.name])
        return [asdict(left) for left in cdk.leftovers()]

    def _show(self, report: Mapping[str, Any], left: Sequence[Mapping[str, Any]] | None) -> None:
        if self._as_json:
            results = self._trial.document() if self._trial else []
            print_json(
                {"blueprint": self._entry.name, "results": results, "seconds": self._steps.seconds, "provenance": report, "left": left}
            )
            return
        from blueprints.trying.provenance import print_left, print_provenance

        if self._trial:
            self._trial.print(out)
        print_provenance(report, out)
        if left is not None:
            print_left(left, out)

    def _tell_how_to_reach(self, environment: Mapping[str, str], outputs: Mapping[str, str]) -> None:
        lines = [f"export {name}={value}" for name, value in environment.items() if name.startswith("AWS_")]
        self._steps.say("\n".join(["", "It keeps running. For the AWS CLI and boto3, in a shell:", *lines, "", "Outputs of the stack:"]))
        self._steps.say("\n".join(f"  {name} = {value}" for name, value in outputs.items()))
        self._steps.say("\nTo end it: python -m blueprints stop")
