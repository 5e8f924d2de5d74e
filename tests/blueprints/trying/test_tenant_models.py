import io
import tarfile

import pytest

from blueprints.trying.sample_models import alike
from blueprints.trying.tenant_models import TenantModel, models, rows


@pytest.fixture(scope="module")
def three() -> list[TenantModel]:
    return models(3)


def test_each_tenant_has_a_model_that_answers_unlike_the_others(three: list[TenantModel]) -> None:
    answers = [model.answers(rows()) for model in three]
    assert [model.tenant for model in three] == ["shop-000", "shop-001", "shop-002"]
    assert [len(found) for found in answers] == [3, 3, 3]
    assert not alike(",".join(map(str, answers[0])), answers[1])


def test_an_archive_holds_the_model_under_the_name_that_the_container_looks_for(three: list[TenantModel]) -> None:
    with tarfile.open(fileobj=io.BytesIO(three[1].archive()), mode="r:gz") as packed:
        (entry,) = packed.getmembers()
        found = packed.extractfile(entry)
        assert found is not None
        assert (entry.name, found.read()) == ("xgboost-model", three[1].content)


def test_the_same_model_makes_the_same_archive(three: list[TenantModel]) -> None:
    assert three[0].archive() == three[0].archive()
