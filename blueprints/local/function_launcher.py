"""Runs inside a function's process: sets the import path of AWS's Python runtime, then starts the runtime interface client."""

import os
import sys
import threading


def main(watched: int, paths: list[str], handler: str) -> None:
    """Imports from ``paths`` and the standard library only, and ends when the pipe ``watched`` is closed.

    The order of the path follows https://docs.aws.amazon.com/lambda/latest/dg/python-package.html#python-package-searchpath.
    """
    threading.Thread(target=_end_with_the_server, args=(watched,), daemon=True).start()
    sys.path[:0] = paths
    from awslambdaric import bootstrap
    from awslambdaric.lambda_runtime_client import LambdaRuntimeClient

    bootstrap.run(handler, LambdaRuntimeClient(os.environ["AWS_LAMBDA_RUNTIME_API"]))


def _end_with_the_server(watched: int) -> None:
    os.read(watched, 1)
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2].split(os.pathsep), sys.argv[3])
