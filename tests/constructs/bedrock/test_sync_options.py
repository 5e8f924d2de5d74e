import pytest

from ml_constructs.bedrock.sync_options import DOCUMENT_TYPES, IMAGE_TYPES, SyncOptions


def test_by_default_changes_are_taken_in_within_a_minute_and_everything_once_a_day() -> None:
    options = SyncOptions()
    assert (options.debounce_seconds, options.schedule_hours, options.poll_seconds, options.timeout_hours) == (60, 24, 15, 12)
    assert options.tenant_attribute is None
    assert options.file_types == DOCUMENT_TYPES


def test_a_run_is_timed_in_seconds() -> None:
    assert SyncOptions(timeout_hours=2).timeout_seconds == 7200


def test_pictures_are_read_where_something_can_read_them() -> None:
    assert set(SyncOptions(file_types=(*DOCUMENT_TYPES, *IMAGE_TYPES)).file_types) > set(DOCUMENT_TYPES)


@pytest.mark.parametrize(
    ("name", "value", "limits"),
    [
        ("debounce_seconds", -1, "0 to 300"),
        ("debounce_seconds", 301, "0 to 300"),
        ("schedule_hours", -1, "0 to 8760"),
        ("poll_seconds", 0, "1 to 3600"),
        ("timeout_hours", 0, "1 to 168"),
        ("timeout_hours", 169, "1 to 168"),
    ],
)
def test_times_that_are_not_offered_are_refused(name: str, value: int, limits: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be from {limits}, got {value}"):
        SyncOptions(**{name: value})  # type: ignore[arg-type]


def test_an_attribute_without_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="tenant_attribute must have a character at least or be left out, got ''"):
        SyncOptions(tenant_attribute="")


@pytest.mark.parametrize("ending", ["pdf", ".PDF"])
def test_endings_that_no_file_has_are_refused(ending: str) -> None:
    with pytest.raises(ValueError, match=f"file_types must be in lower case and start with a dot, got {ending}"):
        SyncOptions(file_types=(ending,))
