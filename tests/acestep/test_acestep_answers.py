"""The answers of every dialect, in one form."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.acestep.answers import Receipt, Report, State, receipt, reports

RUNNING_ITEM = {"file": "", "wave": "", "status": 0, "progress": 0.54, "stage": "Generating music"}


def one(item: dict[str, Any]) -> Report:
    return reports([{"task_id": "t", **item}], ["t"])["t"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"task_id": "t", "status": "queued", "queue_position": 1}, Receipt("t", State.QUEUED)),
        ({"job_id": "t", "status": "queued"}, Receipt("t", State.QUEUED)),
        ({"id": 7}, Receipt("7", State.QUEUED)),
        ({"task_id": "t", "status": "succeeded"}, Receipt("t", State.DONE)),
        ({"task_id": "t", "status": "failed"}, Receipt("t", State.FAILED)),
        ("t", Receipt("t", State.QUEUED)),
        (["t"], Receipt("t", State.QUEUED)),
        ([{"task_id": "t"}], Receipt("t", State.QUEUED)),
    ],
)
def test_a_receipt_is_read_in_every_shape(answer: Any, expected: Receipt) -> None:
    assert expected == receipt(answer)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {},
        3,
        "",
        "..",
        {"task_id": ""},
        {"task_id": True},
        {"task_id": "a\nb"},
        {"task_id": "x" * 201},
    ],
)
def test_an_answer_without_a_usable_id_is_no_receipt(answer: Any) -> None:
    assert receipt(answer) is None


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (1, State.DONE),
        ("1", State.DONE),
        (1.0, State.DONE),
        ("succeeded", State.DONE),
        (" Success ", State.DONE),
        ("completed", State.DONE),
        ("done", State.DONE),
        (2, State.FAILED),
        ("2", State.FAILED),
        (-1, State.FAILED),
        ("failed", State.FAILED),
        ("error", State.FAILED),
        ("cancelled", State.FAILED),
        ("timeout", State.FAILED),
        ("queued", State.QUEUED),
        ("pending", State.QUEUED),
        ("running", State.RUNNING),
        ("processing", State.RUNNING),
        ("tuning the piano", State.RUNNING),
        (True, State.RUNNING),
        (0.5, State.RUNNING),
        (None, State.RUNNING),
    ],
)
def test_status_words_and_numbers_mean_the_same(status: Any, expected: State) -> None:
    assert expected is one({"status": status, "result": None}).state


@pytest.mark.parametrize("result", ["[]", "", None, [], "null", '"[]"'])
def test_a_running_number_without_any_entry_means_that_the_task_is_unknown(result: Any) -> None:
    assert State.UNKNOWN is one({"status": 0, "result": result}).state


def test_a_running_word_without_a_result_is_alive() -> None:
    assert State.RUNNING is one({"status": "running", "result": None}).state


def test_a_task_that_the_answer_leaves_out_is_unknown() -> None:
    assert {"a": Report(State.UNKNOWN), "b": Report(State.UNKNOWN)} == reports([], ["a", "b"])
    assert {"a": Report(State.UNKNOWN)} == reports(None, ["a"])


def test_every_task_gets_its_own_report() -> None:
    heard = reports([{"job_id": "b", "status": 1}, {"task_id": "a", "status": "queued"}], ["a", "b"])

    assert [State.QUEUED, State.DONE] == [heard["a"].state, heard["b"].state]


def test_a_lone_answer_without_an_id_belongs_to_the_lone_question() -> None:
    assert State.DONE is reports({"status": 1}, ["t"])["t"].state
    assert State.UNKNOWN is reports({"status": 1}, ["t", "u"])["t"].state
    assert State.UNKNOWN is reports({"status": 1, "task_id": "another"}, ["t"])["t"].state


def test_progress_and_stage_come_from_the_entry() -> None:
    report = one({"status": 0, "result": json.dumps([RUNNING_ITEM])})

    assert (State.RUNNING, 0.54, "Generating music") == (report.state, report.progress, report.stage)


@pytest.mark.parametrize(
    ("said", "expected"),
    [(7, 1.0), (-1, 0.0), (True, None), ("0.5", None), (float("nan"), None), (10**400, 1.0)],
)
def test_progress_is_a_fraction_or_nothing(said: Any, expected: float | None) -> None:
    assert expected == one({"status": 0, "result": [RUNNING_ITEM | {"progress": said}]}).progress


def test_a_queued_entry_is_told_by_its_stage() -> None:
    assert State.QUEUED is one({"status": 0, "result": [{"status": 0, "stage": "queued"}]}).state


def test_a_failure_whose_entry_still_runs_is_overdue() -> None:
    assert State.OVERDUE is one({"status": 2, "result": [RUNNING_ITEM]}).state


def test_a_success_whose_entries_failed_is_a_failure() -> None:
    assert State.FAILED is one({"status": 1, "result": [{"file": "", "status": 2}]}).state


URL = "/v1/audio?path=%2Fa.mp3"


@pytest.mark.parametrize(
    "result",
    [
        json.dumps([{"file": URL, "status": 1}]),
        json.dumps(json.dumps([{"file": URL, "status": 1}])),
        json.dumps(json.dumps(json.dumps([{"file": URL, "status": 1}]))),
        [{"file": URL, "wave": "", "status": 1}],
        [{"file": "/a.mp3", "url": URL, "status": 1}],
        {"audio_paths": [URL]},
        {"audio_paths": [URL, URL, "", 3], "first_audio_path": URL, "raw_audio_paths": ["/a.mp3"]},
        {"first_audio_path": URL, "second_audio_path": None},
        {"raw_audio_paths": [f" {URL} "]},
        [URL],
        URL,
        [{"path": URL}, {"audio_path": URL}],
    ],
)
def test_an_audio_file_is_found_wherever_it_hides_and_counted_once(result: Any) -> None:
    assert (URL,) == one({"status": 1, "result": result}).audio


def test_strings_in_strings_are_not_unpacked_for_ever() -> None:
    nested = json.dumps([{"file": URL}])
    for _ in range(4):
        nested = json.dumps(nested)

    assert (URL,) != one({"status": 1, "result": nested}).audio


def test_the_files_of_a_batch_keep_their_order() -> None:
    assert ("/b", "/a") == one({"status": 1, "result": [{"file": "/b"}, {"file": "/a"}]}).audio


def test_files_without_a_result_around_them_are_found() -> None:
    assert (URL,) == one({"status": "succeeded", "audio_paths": [URL]}).audio


@pytest.mark.parametrize("result", ["[]", [{"file": "", "status": 1}], "a remark", {"audio_paths": []}, None])
def test_a_success_may_come_without_a_file(result: Any) -> None:
    report = one({"status": 1, "result": result})

    assert (State.DONE, ()) == (report.state, report.audio)


def test_files_of_a_task_that_is_not_done_are_not_taken() -> None:
    assert () == one({"status": 0, "result": [{"file": URL, "status": 0}]}).audio


@pytest.mark.parametrize(
    "item",
    [
        {"error": "boom"},
        {"result": [{"error": "boom", "stage": "failed"}]},
        {"message": "boom"},
        {"result": {"status_message": "boom"}},
        {"result": [{"detail": "boom"}]},
        {"result": "boom"},
        {"result": [{"stage": "boom"}]},
    ],
)
def test_the_reason_of_a_failure_is_found_wherever_it_hides(item: dict[str, Any]) -> None:
    assert "boom" == one({"status": 2, **item}).reason


def test_a_failure_may_give_no_reason_but_a_last_line_in_the_log() -> None:
    report = one({"status": 2, "result": [{"status": 2, "stage": "failed"}], "progress_text": "42%|####"})

    assert ("", "42%|####") == (report.reason, report.hearsay)


def test_only_plain_values_are_kept_of_what_the_server_says() -> None:
    metas = {
        "bpm": "N/A",
        "duration": 60,
        "genres": "trip\x1b[31m-hop",
        "keyscale": ["A"],
        "timesignature": True,
    }
    entry = {
        "file": URL,
        "status": 1,
        "dit_model": "turbo",
        "lm_model": "",
        "seed_value": 10**30,
        "metas": metas,
    }

    assert {"dit_model": "turbo", "duration": 60, "genres": "trip-hop"} == one(
        {"status": 1, "result": [entry]}
    ).says


def test_an_old_server_says_it_beside_the_result() -> None:
    assert {"bpm": 84} == one({"status": 1, "result": {"audio_paths": [URL]}, "metas": {"bpm": 84}}).says


KEYS = [
    "task_id",
    "status",
    "result",
    "file",
    "url",
    "audio_paths",
    "progress",
    "stage",
    "error",
    "metas",
    "bpm",
]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["t", 0, 1, 2, "[]", "succeeded", '[{"file": "/a"}]', '"', "[1"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=15,
)


@given(JSON)
def test_no_json_breaks_the_reading_of_a_poll(data: Any) -> None:
    heard = reports(data, ["t", "u"])

    assert ["t", "u"] == list(heard)
    json.dumps([report.says for report in heard.values()], allow_nan=False)


@given(JSON)
def test_no_json_breaks_the_reading_of_a_receipt(data: Any) -> None:
    found = receipt(data)

    assert found is None or found.task_id
