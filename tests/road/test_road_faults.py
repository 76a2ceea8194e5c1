"""What the user sees when a server misbehaves: one line, the right exit code, nothing lost."""

import shlex
from pathlib import Path

import pytest

from tests.road.conftest import Servers, Songpipe, unfinished

SHORT = ("--duration", "20")


def one_line(err: str) -> bool:
    """Whether the last thing said is a single line, without a traceback."""
    return "Traceback" not in err and err.strip().splitlines()[-1].startswith("songpipe: ")


def test_a_faulty_draft_is_sent_back_with_its_faults(songpipe: Songpipe, servers: Servers) -> None:
    servers("bad-draft:1")

    ran = songpipe("write", "insomnia trip-hop", "--json", *SHORT)

    assert 0 == ran.code
    assert 2 == ran.document["writer"]["attempts"]
    assert 2 == len(ran.document["writer"]["drafts"])
    assert [] == [found for found in ran.document["findings"] if found["severity"] == "error"]
    assert "draft 1 breaks the rules: SP" in ran.err


def test_chatter_without_a_song_is_sent_back_too(songpipe: Songpipe, servers: Servers) -> None:
    servers("no-song:1")

    ran = songpipe("write", "insomnia trip-hop", "--json", *SHORT)

    assert (0, 2) == (ran.code, ran.document["writer"]["attempts"])


def test_after_three_faulty_drafts_the_run_ends_and_every_draft_is_kept(
    songpipe: Songpipe, servers: Servers
) -> None:
    servers("bad-draft")

    ran = songpipe("write", "insomnia trip-hop", "--json")

    assert (3, "DraftError") == (ran.code, ran.document["error"])
    drafts = ran.document["hint"].split(": ", 1)[1].split("; ")[0].split(", ")
    assert 3 == len(drafts)
    assert all("LYRICS:" in Path(draft).read_text() for draft in drafts)


def test_a_song_whose_drafts_failed_is_written_anew_when_it_is_taken_up_again(
    songpipe: Songpipe, servers: Servers
) -> None:
    servers("bad-draft:3")

    failed = songpipe("write", "insomnia trip-hop", *SHORT)
    resumed = songpipe("resume")

    assert (3, 0) == (failed.code, resumed.code)
    assert resumed.file.exists()


@pytest.mark.parametrize(
    ("fault", "code", "error", "said"),
    [
        ("401", 4, "KeyRejected", "NANOGPT_API_KEY"),
        ("402", 4, "BalanceEmpty", "0."),
        ("403", 4, "WriterError", "no model answered"),
        ("429-long", 4, "WriterError", "24 h"),
        ("html-200", 4, "WriterError", "no model answered"),
        ("refusal", 4, "WriterError", "refuse"),
        ("content-filter", 4, "WriterError", "filter"),
        ("unknown-model", 4, "WriterError", "unknown"),
        ("band-401", 5, "", "ACESTEP_API_KEY"),
        ("band-html", 5, "", "ACE-Step"),
        ("band-500", 5, "", "500"),
        ("foreign-url", 5, "BandError", "elsewhere"),
        ("silent-failure", 5, "BandError", "gave no reason"),
    ],
)
def test_a_server_that_refuses_is_told_in_one_line(
    songpipe: Songpipe, servers: Servers, fault: str, code: int, error: str, said: str
) -> None:
    servers(fault)

    ran = songpipe("write", "insomnia trip-hop", "--json", "--set", "llm.attempts=1", *SHORT)

    assert code == ran.code
    assert error in {"", ran.document["error"]}
    assert said.lower() in f"{ran.document['message']} {ran.document['hint']}".lower()
    assert one_line(ran.err)
    assert "sk-nano-not-a-real-key" not in ran.out + ran.err


@pytest.mark.parametrize(
    ("fault", "degraded"),
    [
        ("no-lm", "thinking was turned off"),
        ("mp3-broken", "wav was asked for"),
        ("lost-task:1", "submitted again"),
        ("silent-failure:1", "another seed"),
        ("silence:1", "another seed"),
        ("wrong-length:1", "another seed"),
    ],
)
def test_what_was_given_up_for_a_song_is_told_and_kept(
    songpipe: Songpipe, servers: Servers, fault: str, degraded: str
) -> None:
    servers(fault)

    ran = songpipe("write", "insomnia trip-hop", "--json", *SHORT)

    assert 0 == ran.code, ran.err
    assert degraded in " ".join(ran.document["degraded"])
    assert Path(ran.document["file"]).exists()


def test_a_server_out_of_memory_is_asked_for_a_shorter_song(songpipe: Songpipe, servers: Servers) -> None:
    servers("oom")

    ran = songpipe("write", "insomnia trip-hop", "--json", "--duration", "80")

    assert 0 == ran.code, ran.err
    assert 60 == pytest.approx(ran.document["takes"][0]["duration_s"], abs=0.5)
    assert "the duration was cut" in ran.document["degraded"][0]


def test_a_file_of_another_type_than_asked_gets_its_true_name_and_its_tags(
    songpipe: Songpipe, servers: Servers
) -> None:
    servers("wrong-type")

    ran = songpipe("write", "insomnia trip-hop", *SHORT)

    assert ".wav" == ran.file.suffix


def test_takes_that_are_silent_are_never_delivered_and_all_kept(songpipe: Songpipe, servers: Servers) -> None:
    servers("silence")

    ran = songpipe("write", "insomnia trip-hop", "--json", *SHORT)

    assert (6, "TakesError") == (ran.code, ran.document["error"])
    kept = Path(ran.document["hint"].split("kept in ")[1].split(";")[0])
    assert 3 == len(list(kept.glob("take-*.mp3")))
    assert [] == list(Path("output").glob("2*/**/*.mp3"))


def test_a_song_whose_takes_failed_is_played_anew_with_the_same_words(
    songpipe: Songpipe, servers: Servers
) -> None:
    servers("silence:3")

    failed = songpipe("write", "insomnia trip-hop", "--json", *SHORT)
    resumed = songpipe("resume", "--json")

    assert (6, 0) == (failed.code, resumed.code)
    song = resumed.document["songs"][0]
    assert 1 == song["writer"]["attempts"]
    assert Path(song["file"]).exists()


def test_words_are_not_bought_again_when_the_band_was_away(songpipe: Songpipe, servers: Servers) -> None:
    servers("band-500")
    failed = songpipe("write", "insomnia trip-hop", *SHORT)
    servers("401")  # a second request to the writer would be refused

    resumed = songpipe("resume")

    assert 5 == failed.code
    assert "songpipe resume" in failed.err
    assert (0, True) == (resumed.code, resumed.file.exists())


def test_a_second_model_is_asked_when_the_first_is_unknown(songpipe: Songpipe, servers: Servers) -> None:
    servers("unknown-model:1")

    chain = ("--model", "nobody/knows-me", "--model", "rehearsal/songwriter")
    ran = songpipe("write", "insomnia trip-hop", "--json", *chain, *SHORT)

    assert (0, "rehearsal/songwriter") == (ran.code, ran.document["writer"]["model"])
    assert "nobody/knows-me" in ran.document["writer"]["fallbacks"][0]


def test_max_cost_refuses_before_anything_is_asked(songpipe: Songpipe, servers: Servers) -> None:
    servers()
    price = ("--set", "llm.prices={rehearsal/songwriter: {input: 1000, output: 1000}}")

    ran = songpipe("write", "insomnia trip-hop", "--json", "--max-cost", "0.01", *price)

    assert (4, "CostLimit") == (ran.code, ran.document["error"])


def test_no_server_at_all_is_an_exit_of_its_side(
    songpipe: Songpipe, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers()
    monkeypatch.setenv("SONGPIPE_ACESTEP_URLS", "http://127.0.0.1:9")

    ran = songpipe("write", "insomnia trip-hop", "--json", *SHORT)

    assert (5, "BandError") == (ran.code, ran.document["error"])
    assert "127.0.0.1:9" in ran.document["message"]


def test_no_key_for_a_server_that_wants_one_names_the_variable(songpipe: Songpipe) -> None:
    ran = songpipe("write", "insomnia trip-hop", "--set", "llm.base_url=https://models.example/v1")

    assert 4 == ran.code
    assert "NANOGPT_API_KEY" in ran.err


def test_a_draft_that_breaks_the_rules_is_not_played(
    songpipe: Songpipe, servers: Servers, workspace: Path
) -> None:
    servers("band-401")  # the band would complain if it were asked
    (workspace / "bad.txt").write_text("PROMPT: rock song\nLYRICS:\n[verse]\nI woke up on a Tuesday\n")

    ran = songpipe("render", "bad.txt", "--json")

    assert (3, "DraftError") == (ran.code, ran.document["error"])
    assert "SP" in ran.document["message"]


def test_resume_tells_every_song_that_failed_and_finishes_the_others(
    songpipe: Songpipe, servers: Servers
) -> None:
    servers("band-500")
    for brief in ("one", "two"):
        songpipe("write", brief, *SHORT)
    listed = unfinished(songpipe)
    servers("silent-failure:3")

    ran = songpipe("resume", "--json", "--set", "acestep.spare_takes=1")

    assert [("one", "failed"), ("two", "failed")] == [(song["brief"], song["state"]) for song in listed]
    assert (5, 1, 1) == (ran.code, ran.document["done"], ran.document["failed"])
    assert {"songpipe.song/1", "songpipe.error/1"} == {song["schema"] for song in ran.document["songs"]}


@pytest.mark.parametrize("draft", ["", "\n"])
def test_an_empty_draft_is_no_order_for_a_new_song(
    songpipe: Songpipe, servers: Servers, workspace: Path, draft: str
) -> None:
    servers("401")  # the writer would complain if it were asked
    (workspace / "empty.txt").write_text(draft)

    ran = songpipe("render", "empty.txt", "--json")

    assert (3, "DraftError") == (ran.code, ran.document["error"])


@pytest.mark.parametrize(
    ("fault", "arguments"),
    [("401", ("write", "a")), ("", ("render", "bad.txt")), ("", ("write", "a", "--model", "nobody"))],
)
def test_a_failure_that_cost_nothing_leaves_nothing_to_resume(
    songpipe: Songpipe, servers: Servers, workspace: Path, fault: str, arguments: tuple[str, ...]
) -> None:
    servers(*filter(None, [fault]))
    (workspace / "bad.txt").write_text("PROMPT: rock song\nLYRICS:\n[verse]\nI woke up on a Tuesday\n")

    ran = songpipe(*arguments)

    assert ran.code in {3, 4}
    assert "songpipe resume" not in ran.err
    assert [] == songpipe("jobs", "--json").document["songs"]


def test_the_command_that_goes_on_works_as_it_stands(songpipe: Songpipe, servers: Servers) -> None:
    servers("band-500")
    failed = songpipe("write", "a", "--output", "my songs", *SHORT)
    servers()
    command = failed.err.split("go on with: ")[1].strip().rstrip(")")

    resumed = songpipe(*shlex.split(command)[1:])

    assert "songpipe resume --output 'my songs' " in command
    assert (0, True) == (resumed.code, resumed.file.exists())


def test_an_unfinished_song_can_be_given_up(songpipe: Songpipe, servers: Servers) -> None:
    servers("band-500")
    songpipe("write", "one", *SHORT)
    (song,) = unfinished(songpipe)

    given_up = songpipe("jobs", "cancel", song["id"])
    resumed = songpipe("resume", "--json")

    assert ("written", 0, song["id"]) == (song["stage"], given_up.code, given_up.out.strip())
    assert (0, []) == (resumed.code, resumed.document["songs"])
    assert ["cancelled"] == [left["state"] for left in unfinished(songpipe)]
    assert Path(f"output/.songpipe/songs/{song['id']}/draft-1.txt").exists()


def test_a_song_that_was_given_up_is_taken_up_again_by_its_name(songpipe: Songpipe, servers: Servers) -> None:
    servers("band-500")
    songpipe("write", "one", *SHORT)
    (song,) = unfinished(songpipe)
    songpipe("jobs", "cancel", song["id"])
    servers("401")  # the words are there: nobody may ask for them again

    resumed = songpipe("resume", song["id"])

    assert (0, True, []) == (resumed.code, resumed.file.exists(), unfinished(songpipe))
