"""The programs that stand in for SageMaker's container images."""

from __future__ import annotations

from pathlib import Path

from blueprints.local.sagemaker.containers import Container, UnsupportedImageError, framework_of, program
from blueprints.local.sagemaker.running import ContainerSpec, Program, RunningContainer

LANGUAGE_MODEL = Path(__file__).resolve().parents[3] / "samples" / "models" / "support-replies"
"""What answers for language models that containers would fetch from elsewhere, as from Hugging Face."""


def program_of(image: str) -> Program | None:
    """Returns what runs containers of ``image`` here, or nothing where no framework stands in for it."""
    try:
        framework = framework_of(image)
    except UnsupportedImageError:
        return None

    def made(spec: ContainerSpec) -> RunningContainer:
        elsewhere = framework == "language-model" and not any(spec.folder.iterdir())
        return Container(
            framework, LANGUAGE_MODEL if elsewhere else spec.folder, environment=spec.environment, multi_model=spec.multi_model
        )

    return Program(program(framework), made)
