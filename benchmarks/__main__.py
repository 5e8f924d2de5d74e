"""Command line of the benchmarks: ``python -m benchmarks [PART…]``."""

import argparse
from collections.abc import Callable, Mapping

from benchmarks import imports, inference, knowledge_base, pipeline, processes, report, scale, synthesis

PARTS: Mapping[str, Callable[[], str]] = {
    "synthesis": synthesis.measure,
    "scale": scale.measure,
    "imports": imports.measure,
    "pipeline": pipeline.measure,
    "knowledge-base": knowledge_base.measure,
    "inference": inference.measure,
}


def main() -> None:
    """Measures the parts that were asked for, all of them by default, and writes docs/benchmarks.md."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=main.__doc__)
    parser.add_argument("part", nargs="*", choices=[*PARTS, []], help="what to measure; everything when left out")
    for part in parser.parse_args().part or PARTS:
        print(f"measuring {part} …", flush=True)
        body = PARTS[part]()
        report.write(part, body)
        print(body, flush=True)
    print(f"written to {report.FILE.relative_to(processes.ROOT)}")


if __name__ == "__main__":
    main()
