"""Runs the function's handler with the streaming loop; started by ``wrapper``."""

import os
import sys

from streaming.handlers import complete_path, load
from streaming.invocations import RuntimeApi
from streaming.loop import run


def main() -> None:
    """Loads the handler and serves events until Lambda ends the process."""
    api = RuntimeApi(os.environ["AWS_LAMBDA_RUNTIME_API"])
    complete_path(sys.path, os.environ)
    try:
        handler = load(os.environ["_HANDLER"])
    except BaseException as error:  # a module may even call sys.exit
        api.fail_init(error)
        sys.exit(1)
    run(api, handler)


if __name__ == "__main__":
    main()
