"""What a server tells about itself."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.acestep.knowledge import Health, Stats, health, models, stats


def test_health_is_read() -> None:
    assert Health(True, "ACE-Step API", "1.0") == health(
        {"status": "ok", "service": "ACE-Step API", "version": "1.0"}
    )
    assert Health(False, "") == health({"status": "starting"})


@pytest.mark.parametrize("answer", [None, [], "ok", {"models": []}])
def test_what_is_no_health_is_nothing(answer: Any) -> None:
    assert health(answer) is None


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, None),
        ({"llm_initialized": True}, True),
        ({"llm_initialized": False, "models_initialized": True}, False),
        ({"llm_initialized": False, "models_initialized": False}, None),  # it loads with the first job
        ({"llm_initialized": "yes"}, None),
    ],
)
def test_a_language_model_is_there_missing_or_unknown(said: dict[str, Any], expected: bool | None) -> None:
    found = health({"status": "ok", **said})

    assert found is not None
    assert expected is found.language_model


def test_stats_are_read() -> None:
    said = {
        "jobs": {"queued": 9, "running": 1, "succeeded": 3, "failed": 2},
        "queue_size": 4,
        "avg_job_seconds": 31.5,
    }

    found = stats(said)

    assert Stats(4, 1, 3, 2, 31.5) == found
    assert not found.idle


def test_an_average_before_the_first_song_is_made_up() -> None:
    found = stats({"jobs": {"succeeded": 0, "failed": 5}, "avg_job_seconds": 5.0})

    assert Stats(0, 0, 0, 5, None) == found
    assert found.idle


@pytest.mark.parametrize("average", [None, "31", True, -1, 0, float("nan"), float("inf"), 10**400])
def test_an_average_that_cannot_be_is_none(average: Any) -> None:
    found = stats({"jobs": {"succeeded": 1}, "avg_job_seconds": average})

    assert found is not None
    assert found.average_s is None


@pytest.mark.parametrize("answer", [None, [], {}, {"jobs": 3}])
def test_what_is_no_stats_is_nothing(answer: Any) -> None:
    assert stats(answer) is None


@pytest.mark.parametrize(
    "answer",
    [
        {"models": [{"name": "turbo", "is_default": True}], "default_model": "turbo"},
        [{"id": "acestep/turbo", "name": "ACE-Step Turbo"}],
        {"object": "list", "data": [{"id": "acestep/turbo"}, {"id": "turbo"}, {"id": 3}, "x"]},
    ],
)
def test_models_are_read_in_every_shape(answer: Any) -> None:
    assert ("turbo",) == models(answer)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["jobs", "queued", "succeeded", "avg_job_seconds", "models", "data", "id", "status"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=10,
)


@given(JSON)
def test_no_json_breaks_the_reading(data: Any) -> None:
    found = (health(data), stats(data), models(data))

    assert isinstance(found[2], tuple)
