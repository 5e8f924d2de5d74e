"""What starts inside a function's process."""

import os
import subprocess
import sys
from pathlib import Path

from blueprints.local import function_launcher

SLEEPER = """
import time

class LambdaRuntimeClient:
    def __init__(self, address):
        print(address, flush=True)

def run(handler, client):
    import sys
    print(handler, sys.path[0], flush=True)
    time.sleep(60)
"""


def test_it_imports_from_the_given_paths_and_ends_with_the_pipe(tmp_path: Path) -> None:
    package = tmp_path / "awslambdaric"
    package.mkdir()
    (package / "__init__.py").touch()
    for name in ("bootstrap", "lambda_runtime_client"):
        (package / f"{name}.py").write_text(SLEEPER)
    watched, held = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", function_launcher.__file__, str(watched), f"{tmp_path}{os.pathsep}/other", "index.handler"],
        env={"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9"},
        stdout=subprocess.PIPE,
        text=True,
        pass_fds=(watched,),
    )
    os.close(watched)
    assert process.stdout is not None
    assert [process.stdout.readline().strip() for _ in range(2)] == ["127.0.0.1:9", f"index.handler {tmp_path}"]
    os.close(held)
    assert process.wait(5) == 0
    process.stdout.close()
