"""What texts of language models are tested with: a model, what asks it, and its alarms."""

import re
from typing import Any

from ml_constructs.operations import Alarms, Dashboard
from ml_constructs.sagemaker.inference.components.component_alarms import ComponentThresholds, text_graphs, watch_component, watch_texts
from ml_constructs.sagemaker.inference.components.component_options import CopyScaling
from ml_constructs.sagemaker.inference.components.component_stream import TextStream
from ml_constructs.sagemaker.inference.front.inference_api import InferenceApi
from ml_constructs.sagemaker.inference.front.inference_options import Access, InferenceOptions
from ml_constructs.sagemaker.inference.front.inference_service import InferenceService
from tests.constructs.sagemaker.inference.components.component_scene import Scene


class TextScene(Scene):
    """A model, what asks it, and its alarms."""

    def __init__(
        self, *, streaming: bool = True, scaling: CopyScaling | None = None, access: Access | None = None, **arguments: Any
    ) -> None:
        super().__init__(**arguments)
        self.component = self.add(scaling=scaling)
        self.service = InferenceService(
            self.stack,
            "Inference",
            endpoint=self.endpoint,
            options=InferenceOptions(),
            defaults=self.defaults,
            package="generate_text",
            shared=("generations",),
        )
        self.api = InferenceApi(self.stack, "Api", service=self.service, defaults=self.defaults, access=access)
        self.stream = (
            TextStream(
                self.stack,
                "Stream",
                endpoint=self.endpoint,
                service=self.service,
                api=self.api,
                path="/predictions/stream",
                defaults=self.defaults,
            )
            if streaming
            else None
        )
        self.alarms = Alarms(self.stack, "Alarms", key=self.key)
        watch_component(self.alarms, component=self.component, thresholds=ComponentThresholds())
        watch_texts(self.alarms, endpoint=self.endpoint, service=self.service, stream=self.stream, thresholds=ComponentThresholds())
        graphs = text_graphs([self.component], service=self.service, stream=self.stream)
        self.dashboard = Dashboard(self.stack, "Dashboard", alarms=self.alarms, graphs=graphs)

    def watched(self) -> dict[str, dict[str, Any]]:
        """The properties of the alarms that operators are told of, by id."""
        found = self.template.find_resources("AWS::CloudWatch::Alarm").items()
        return {re.sub(r"^Alarms|[0-9A-F]{8}$", "", name): each["Properties"] for name, each in found if name.startswith("Alarms")}
