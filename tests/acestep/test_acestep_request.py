"""The request: a job in the server's own words."""

from dataclasses import replace

from pipeline.acestep.dialects import Dialect, known, of_service, query
from pipeline.acestep.request import body
from tests.fakes.acestep_world import JOB

FORBIDDEN = {"description", "desc", "format", "ai_token", "caption", "sample_query", "timesteps"}


def test_everything_that_the_server_would_decide_alone_is_said() -> None:
    assert {
        "prompt": "dark trip-hop, breathy female vocals",
        "lyrics": "[Verse 1]\nThe kettle counts the hours for me",
        "audio_duration": 60.0,
        "vocal_language": "en",
        "batch_size": 1,
        "audio_format": "mp3",
        "thinking": True,
        "inference_steps": 8,
        "guidance_scale": 7.0,
        "time_signature": "4",
        "seed": 42,
        "use_random_seed": False,
        "use_cot_caption": False,
        "use_cot_language": False,
        "use_format": False,
        "bpm": 84,
        "key_scale": "A minor",
    } == body(JOB)


def test_tempo_and_key_are_left_out_when_nobody_knows_them() -> None:
    asked = body(replace(JOB, bpm=None, key=""))

    assert not {"bpm", "key_scale"} & set(asked)


def test_no_key_turns_on_a_mode_that_throws_the_lyrics_away() -> None:
    assert not FORBIDDEN & set(body(JOB))


def test_a_song_without_lyrics_says_that_it_is_an_instrumental() -> None:
    assert "[Instrumental]" == body(replace(JOB, lyrics=""))["lyrics"]


def test_every_take_of_a_batch_has_its_own_known_seed() -> None:
    assert "4294967295,0,1" == body(replace(JOB, batch_size=3, seed=2**32 - 1))["seed"]


def test_tasks_are_asked_for_in_the_only_field_that_servers_read() -> None:
    assert {"task_id_list": ["a", "b"]} == query(["a", "b"])


def test_the_service_tells_the_dialect() -> None:
    assert Dialect.GRADIO is of_service("ACE-Step Gradio API")
    assert Dialect.OPENROUTER is of_service("ACE-Step OpenRouter API")
    assert Dialect.CURRENT is of_service("ACE-Step API")
    assert Dialect.CURRENT is of_service("")


def test_a_ticket_of_another_version_is_read_as_the_current_dialect() -> None:
    assert [Dialect.JOBS, Dialect.CURRENT] == [known("jobs"), known("telepathy")]
