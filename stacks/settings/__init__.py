"""Settings files: read, checked in one go, and turned into deployments."""

from stacks.settings.collection import Collection, Deployment, load
from stacks.settings.models import BlueprintSettings, CollectionSettings, ExistingNetwork
from stacks.settings.problems import Problem, SettingsError

__all__ = ["BlueprintSettings", "Collection", "CollectionSettings", "Deployment", "ExistingNetwork", "Problem", "SettingsError", "load"]
