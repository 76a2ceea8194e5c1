"""What the user reads when the band misbehaves: the true cause, and nothing that does not fit it."""

import pytest

from tests.road.conftest import Servers, Songpipe

SHORT = ("--duration", "10")
AGAIN = "resuming hands it in once more; what is done is kept; go on with: songpipe resume "


@pytest.mark.parametrize(
    ("fault", "said", "unsaid"),
    [
        ("html-download", "the download was a web page, not audio", "could not save"),
        ("hostile-path", "the server refused to hand out the file (HTTP 403)", "lost the task"),
        ("soft-error", "failed (HTTP 200 with code 500 in it): generation failed", "(HTTP 500)"),
        ("dies", " s; its jobs may still be running", "minutes"),
        ("lost-receipt", AGAIN, "before you try again"),
        ("band-500", AGAIN, "before you try again"),
    ],
)
def test_a_failure_of_the_band_is_told_in_words_that_fit_it(
    songpipe: Songpipe, servers: Servers, fault: str, said: str, unsaid: str
) -> None:
    servers(fault)

    ran = songpipe("write", "insomnia trip-hop", "--json", *SHORT)

    assert 5 == ran.code
    assert said in f"{ran.document['message']} ({ran.document['hint']})"
    assert unsaid not in ran.err


@pytest.mark.parametrize(
    ("faults", "asked", "told"),
    [
        (("wrong-type",), "mp3", "the server sent wav where mp3 was asked for"),
        ((), "ogg", "the server sent flac where ogg was asked for"),
    ],
)
def test_a_file_of_another_format_than_asked_is_told_and_kept_on_record(
    songpipe: Songpipe, servers: Servers, faults: tuple[str, ...], asked: str, told: str
) -> None:
    servers(*faults)

    ran = songpipe(
        "write",
        "insomnia trip-hop",
        "--json",
        "--set",
        f"acestep.audio_format={asked}",
        "--takes",
        "2",
        *SHORT,
    )

    assert (0, [told]) == (ran.code, ran.document["degraded"]), ran.err
    assert 1 == ran.err.count(told)


def test_a_task_that_stands_still_is_given_up_in_seconds_when_seconds_were_set(
    songpipe: Songpipe, servers: Servers
) -> None:
    servers("stuck")

    ran = songpipe("write", "insomnia trip-hop", "--json", "--set", "acestep.stall_deadline=1", *SHORT)

    assert 5 == ran.code
    assert "nothing has moved for 1 s, at " in ran.document["message"]


def test_a_full_queue_is_asked_again_for_as_long_as_the_settings_say(
    songpipe: Songpipe, servers: Servers
) -> None:
    studio = servers("band-429")

    ran = songpipe("write", "insomnia trip-hop", "--json", "--set", "acestep.busy_deadline=0", *SHORT)

    assert 5 == ran.code
    assert f"the queue of the music server {studio.band_url} is full" in ran.document["message"]
