"""Puts the handler packages into the wheel as data; everything else stands in pyproject.toml."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

HANDLERS = Path("lambda")


class BuildWithHandlers(build_py):
    """Copies ``lambda/`` to where an installed ``ml_constructs`` looks for it; an editable installation finds it in the checkout."""

    def run(self) -> None:
        """Builds the packages and adds the handlers."""
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib, "ml_constructs", "handlers")
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(HANDLERS, target, ignore=shutil.ignore_patterns("__pycache__"))


setup(cmdclass={"build_py": BuildWithHandlers})
