"""The Map state that runs the analyses of one document side by side."""

from ml_constructs.ai_services.document_tasks import BUSY, INPUT, PAYLOAD, TOKEN, rejected, task
from ml_constructs.foundation.states import State, retry

ANALYSIS = {"analysis": "{% $states.input.analysis %}"}
JOB_TIMEOUT_SECONDS = 3600
PARALLEL_ANALYSES = 4
UNFINISHED = retry(("JobInProgress",), interval=30, backoff=1.5, attempts=15, max_delay=300)


def analyze(**fields: str) -> State:
    """Images are analysed at once; for everything else a job is started, waited for and collected.

    A job whose end is never announced is collected all the same once the wait is over.
    """
    states = {
        "Mode": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $states.input.analysis.mode = 'async' %}", "Next": "StartTextractJob"}],
            "Default": "AnalyzeImage",
        },
        "AnalyzeImage": task("AnalyzeImage", ANALYSIS, Output=PAYLOAD, End=True),
        "StartTextractJob": _start(),
        "CollectTextractJob": task("CollectTextractJob", ANALYSIS, retries=[BUSY, UNFINISHED], Output=PAYLOAD, End=True),
    }
    return {
        "Type": "Map",
        "Items": "{% $inspection.analyses[] %}",
        "ItemSelector": {"analysis": "{% $states.context.Map.Item.Value %}"},
        "MaxConcurrency": PARALLEL_ANALYSES,
        "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": "Mode", "States": states},
        "Assign": {"analyses": "{% $states.result %}"},
        "Catch": rejected(),
        **fields,
    }


def _start() -> State:
    unannounced = {"ErrorEquals": ["States.Timeout"], "Output": INPUT, "Next": "CollectTextractJob"}
    return task(
        "StartTextractJob",
        {**ANALYSIS, **TOKEN},
        wait=True,
        timeout_seconds=JOB_TIMEOUT_SECONDS,
        Catch=[unannounced],
        Next="CollectTextractJob",
    )
