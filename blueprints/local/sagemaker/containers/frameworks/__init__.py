"""The frameworks that load models, each imported only by the process that uses it."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from blueprints.local.sagemaker.containers.protocol import Model, Settings

MODULES = {"xgboost": "xgboost", "scikit-learn": "scikit_learn", "triton": "triton", "language-model": "language_model"}
"""The module that loads the models of each framework."""


def prepare(framework: str) -> Any:
    """Imports and returns the module that loads the models of ``framework``, a key of ``MODULES``."""
    return import_module(f"{__name__}.{MODULES[framework]}")


def load(framework: str, folder: Path, settings: Settings) -> Model:
    """Loads the model in ``folder`` with ``framework``, a key of ``MODULES``."""
    model: Model = prepare(framework).load(folder, settings)
    return model


def program(framework: str) -> str:
    """Returns the name of what really answers, for the table that says so."""
    programs = {
        "xgboost": f"XGBoost {_version_of_xgboost()}",
        "scikit-learn": f"scikit-learn {version('scikit-learn')}",
        "triton": f"ONNX Runtime {version('onnxruntime')} on a Triton model repository",
        "language-model": "small language model (ONNX), not the model you named,",
    }
    return f"{programs[framework]} behind SageMaker's container protocol"


def _version_of_xgboost() -> str:
    try:
        return version("xgboost-cpu")
    except PackageNotFoundError:  # a platform for which there is no such wheel
        return version("xgboost")
