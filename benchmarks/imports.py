"""Import time of every handler, each in a fresh process."""

import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks import processes, rounds
from blueprints.docs import markdown

HANDLERS = processes.ROOT / "lambda"
BASELINES = ("boto3", "aws_lambda_powertools")
IN_LAMBDA = {"AWS_DEFAULT_REGION": "us-east-1", "LAMBDA_TASK_ROOT": "/var/task", "POWERTOOLS_SERVICE_NAME": "benchmark"}
PROGRAM = "import time; start = time.perf_counter(); import {module}; print(time.perf_counter() - start)"


def modules(folder: Path = HANDLERS) -> list[str]:
    """Returns the modules that Lambda imports to start a function."""
    return sorted(f"{path.parent.name}.handler" for path in folder.glob("*/handler.py"))


def measure(runs: int = 7) -> str:
    """Returns the table of import times, what they all import beside them."""
    spreads = rounds.alternate({module: _timed(module) for module in [*BASELINES, *modules()]}, runs)
    rows = [(markdown.code(module), *spread.cells(1000, 0)) for module, spread in spreads.items()]
    header = ("Module", "Median (ms)", "Lowest (ms)", "Highest (ms)")
    return f"{runs} counted fresh processes each after a warm-up, in turn; the start of Python is left out.\n\n" + markdown.table(
        header, rows
    )


def _timed(module: str) -> Callable[[], float]:
    environment = {**IN_LAMBDA, "PYTHONPATH": str(HANDLERS)}
    command = processes.Command([sys.executable, "-c", PROGRAM.format(module=module)], environment)
    return lambda: float(processes.run(command).written)
