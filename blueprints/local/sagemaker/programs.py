"""The programs that stand in for SageMaker's container images."""

from __future__ import annotations

from blueprints.local.sagemaker.containers import Container, UnsupportedImageError, framework_of, program
from blueprints.local.sagemaker.running import ContainerSpec, Program, RunningContainer


def program_of(image: str) -> Program | None:
    """Returns what runs containers of ``image`` here, or nothing where no framework stands in for it."""
    try:
        framework = framework_of(image)
    except UnsupportedImageError:
        return None

    def made(spec: ContainerSpec) -> RunningContainer:
        return Container(framework, spec.folder, environment=spec.environment, multi_model=spec.multi_model)

    return Program(program(framework), made)
