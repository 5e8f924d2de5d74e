import pytest

from blueprints.trying.document_analysis import Trial
from blueprints.trying.trial import AskingTrial, settings_file, trial_of
from stacks.catalogue import CATALOGUE, Entry
from stacks.settings import load


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=CATALOGUE)
def test_every_blueprint_is_tried_with_settings_that_leave_nothing_behind(entry: Entry) -> None:
    (deployment,) = load(settings_file(entry)).deployments
    assert (deployment.name, deployment.settings.data_on_removal) == (entry.name, "destroy")


def test_document_analysis_brings_a_trial() -> None:
    assert isinstance(trial_of(CATALOGUE["document-analysis"]), Trial)


def test_knowledge_base_rag_brings_a_trial_that_takes_questions() -> None:
    assert isinstance(trial_of(CATALOGUE["knowledge-base-rag"]), AskingTrial)
    assert not isinstance(trial_of(CATALOGUE["document-analysis"]), AskingTrial)


def test_there_is_nothing_to_send_through_the_foundation() -> None:
    assert trial_of(CATALOGUE["foundation"]) is None
