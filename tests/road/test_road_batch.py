"""Many briefs from files: each is made once, one failure stops no other, and what is left can be gone on with."""

import io
import json
import signal
import subprocess
from pathlib import Path

import mutagen
import pytest

from tests.fakes.nanogpt import Asked, NanoGPT, Scripted, says
from tests.road.conftest import DRAFT, Servers, Songpipe, unfinished
from tests.road.test_road_interrupts import COMMAND, child, listed, wait_for

PRICE = "llm.prices={rehearsal/songwriter: {input: 10, output: 10}}"


def briefs(workspace: Path, *texts: str, name: str = "briefs.yaml", extra: str = "") -> str:
    """Write a file of briefs, of ten seconds each."""
    lines = [f"  - {json.dumps(text)}" for text in texts]
    (workspace / name).write_text("\n".join(["defaults: {duration: 10}", extra, "songs:", *lines]) + "\n")
    return name


def paths(out: str) -> list[Path]:
    return [Path(line) for line in out.splitlines()]


def test_every_brief_becomes_a_song_and_a_second_run_makes_only_what_is_new(
    songpipe: Songpipe, servers: Servers, workspace: Path
) -> None:
    servers()
    first = songpipe("batch", briefs(workspace, "one", "two"))
    servers("401")  # who asks for the first two again is refused

    again = songpipe("batch", briefs(workspace, "two", "one"), "--json")

    assert (0, 2) == (first.code, len(paths(first.out)))
    assert all(path.exists() for path in paths(first.out))
    assert "2 done" in first.err
    assert (0, 0, 2) == (again.code, again.document["done"], again.document["skipped"])
    assert {*first.out.splitlines()} == {song["file"] for song in again.document["songs"]}


def test_again_makes_another_song_of_the_same_brief(
    songpipe: Songpipe, servers: Servers, workspace: Path
) -> None:
    servers()
    file = briefs(workspace, "one")

    made = [songpipe("batch", file, *flags).file for flags in ((), ("--again",), ("--again",))]
    skipped = songpipe("batch", file)

    assert 3 == len(set(made))
    assert (0, "") == (skipped.code, skipped.out)


def test_briefs_that_say_the_same_are_told_and_made_once(songpipe: Songpipe, workspace: Path) -> None:
    first, second = briefs(workspace, "one", "one"), briefs(workspace, "one", name="more.yaml")

    ran = songpipe("batch", "--rehearse", first, second, "--json")

    assert (0, 1) == (ran.code, ran.document["done"])
    assert "briefs.yaml:5 says the same as briefs.yaml:4; it is made once" in ran.err
    assert "more.yaml:4 says the same as briefs.yaml:4; it is made once" in ran.err


def test_limit_makes_so_many_that_are_not_done(songpipe: Songpipe, workspace: Path) -> None:
    file = briefs(workspace, "one", "two", "three")

    ran = [songpipe("batch", "--rehearse", file, "--limit", "2", "--json").document for _ in range(3)]

    assert [(2, 0), (1, 2), (0, 3)] == [(told["done"], told["skipped"]) for told in ran]


def test_a_dry_run_tells_what_would_be_made_and_makes_nothing(
    songpipe: Songpipe, servers: Servers, workspace: Path
) -> None:
    servers("401", "band-500")
    file = briefs(workspace, "one", "two\u202e")

    said = songpipe("batch", file, "--dry-run", "--set", PRICE)
    told = songpipe("batch", file, "--dry-run", "--json", "--limit", "1", "--set", PRICE)

    first, second = said.out.splitlines()
    assert first.endswith("  one")
    assert second.isprintable()
    assert (
        "2 songs to make, 0 done before; about $0.11, time unknown until a song was played here" in said.err
    )
    assert (0, 0, "songpipe.plan/1") == (said.code, told.code, told.document["schema"])
    assert [first[:16]] == [song["id"] for song in told.document["songs"]]
    assert {"text": "one", "duration": 10.0} == told.document["songs"][0]["brief"]
    assert pytest.approx(0.055) == told.document["cost_usd"]
    assert not (workspace / "output").exists()


def test_a_dry_run_knows_what_is_done_and_how_long_songs_took(songpipe: Songpipe, workspace: Path) -> None:
    songpipe("batch", "--rehearse", briefs(workspace, "one"))

    told = songpipe("batch", "--rehearse", briefs(workspace, "one", "two"), "--dry-run", "--json").document

    assert (["two"], 1) == ([song["brief"]["text"] for song in told["songs"]], told["skipped"])
    assert told["seconds"] > 0


def test_queued_songs_wait_for_a_worker_which_makes_them_all(songpipe: Songpipe, workspace: Path) -> None:
    file = briefs(workspace, "one", "two", "three")
    queued = songpipe("batch", "--rehearse", file, "--queue").out.split()
    twice = songpipe("batch", "--rehearse", file, "--queue", "--json").document
    before = unfinished(songpipe)
    songpipe("jobs", "cancel", queued[1])

    ran = songpipe("worker", "--rehearse", "--drain", "--json")

    assert queued == twice["songs"]
    assert [(song, "queued", "ordered") for song in queued] == [
        (song["id"], song["state"], song["stage"] or "ordered") for song in before
    ]
    assert (0, 2) == (ran.code, ran.document["done"])
    assert [(queued[1], "cancelled")] == [(song["id"], song["state"]) for song in unfinished(songpipe)]


def test_rehearsals_and_real_songs_never_mix(songpipe: Songpipe, servers: Servers, workspace: Path) -> None:
    servers("401")
    file = briefs(workspace, "one")
    real = songpipe("batch", file, "--queue").out.strip()

    rehearsed = songpipe("batch", "--rehearse", file, "--json")
    drained = songpipe("worker", "--rehearse", "--drain", "--json")

    assert (0, 1) == (rehearsed.code, rehearsed.document["done"])
    assert (0, 0) == (drained.code, drained.document["done"])
    assert [(real, "queued", False)] == [
        (song["id"], song["state"], song["rehearsal"]) for song in unfinished(songpipe)
    ]


def test_one_failure_stops_no_other_and_the_exit_code_is_the_worst(
    songpipe: Songpipe, servers: Servers, workspace: Path
) -> None:
    servers("silence:1")
    settings = ("--set", "acestep.spare_takes=0", "--concurrency", "1")

    ran = songpipe("batch", briefs(workspace, "one", "two", "three"), "--json", *settings)

    (failed,) = (song for song in ran.document["songs"] if "error" in song)
    assert (6, 2, 1) == (ran.code, ran.document["done"], ran.document["failed"])
    assert "TakesError" == failed["error"]
    resumed = songpipe("resume", failed["id"])
    assert (0, True) == (resumed.code, resumed.file.exists())


def test_a_key_that_is_refused_leaves_the_rest_for_later(
    songpipe: Songpipe, servers: Servers, workspace: Path
) -> None:
    servers("401")
    file = briefs(workspace, *map(str, range(9)))

    refused = songpipe("batch", file, "--concurrency", "2")
    told = refused.err.count("KeyRejected") + refused.err.count("does not accept the key")
    servers()
    ran = songpipe("batch", file, "--json", "--limit", "1")

    assert (4, "") == (refused.code, refused.out)
    assert 1 <= told <= 4
    assert (0, 1) == (ran.code, ran.document["done"])


def test_all_songs_together_never_cost_more_than_the_limit_and_the_rest_is_left(
    songpipe: Songpipe, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    charged: list[float] = []

    def dear(asked: Asked) -> Scripted:
        """Charge for as much as was allowed."""
        charged.append(
            2e-6 * max(asked.body.get(name) or 0 for name in ("max_tokens", "max_completion_tokens"))
        )
        answer = says(DRAFT, pricing={"cost": charged[-1], "currency": "USD"})
        assert callable(answer)
        return answer(asked)

    with NanoGPT(*[dear] * 9) as writer:
        monkeypatch.setenv("SONGPIPE_LLM_BASE_URL", writer.base_url)
        monkeypatch.setenv("SONGPIPE_LLM_MODELS", "some/model")
        monkeypatch.setenv("SONGPIPE_ACESTEP_URLS", "http://127.0.0.1:9")
        price = ("--set", "llm.prices={some/model: {input: 0, output: 2}}")
        options = ("--concurrency", "2", "--set", "acestep.start_deadline=0", *price)

        ran = songpipe(
            "batch", briefs(workspace, *map(str, range(9))), "--max-cost", "0.07", "--json", *options
        )

    assert 0.06 < sum(charged) <= 0.07
    assert "CostLimit" in {song.get("error") for song in ran.document["songs"]}
    assert ran.document["failed"] < 9  # nobody tried the rest
    assert any(job.state == "stopped" for job in listed(workspace))


def test_every_file_is_read_before_the_first_song_begins(
    songpipe: Songpipe, servers: Servers, workspace: Path
) -> None:
    servers("401")
    good = briefs(workspace, "one")
    (workspace / "bad.yaml").write_text("songs:\n  - two\n  - {text: three, bpm: 3000}\n")

    ran = songpipe("batch", good, "bad.yaml")

    assert (2, "") == (ran.code, ran.out)
    assert "bad.yaml:3" in ran.err
    assert not (workspace / "output").exists()


def test_a_matrix_makes_at_most_as_many_songs_as_the_settings_allow(
    songpipe: Songpipe, workspace: Path
) -> None:
    (workspace / "matrix.yaml").write_text("matrix: {brief: [a, b], bpm: [80, 90, 100]}\n")

    refused = songpipe("batch", "matrix.yaml", "--dry-run", "--set", "engine.most_combinations=5")
    told = songpipe("batch", "matrix.yaml", "--dry-run", "--set", "engine.most_combinations=6")

    assert (2, 0, 6) == (refused.code, told.code, len(told.out.splitlines()))
    assert "most_combinations" in refused.err


def test_plain_lines_are_briefs_from_a_file_and_from_standard_input(
    songpipe: Songpipe, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (workspace / "lines.txt").write_text("# songs for the week\none\n\ntwo\n")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"one\nthree\n")))

    told = songpipe("batch", "lines.txt", "-", "--dry-run")

    assert ["one", "two", "three"] == [line[18:] for line in told.out.splitlines()]
    assert "says the same as lines.txt:2" in told.err


def test_settings_of_the_order_still_count_when_it_is_resumed(
    songpipe: Songpipe, servers: Servers, workspace: Path
) -> None:
    servers("band-500")
    songpipe("batch", briefs(workspace, "one"), "--set", "finish.artist=Night Kettle")
    servers()

    resumed = songpipe("resume", "--json")

    (song,) = resumed.document["songs"]
    assert (
        "Night Kettle" == json.loads(Path(song["sidecar"]).read_text())["artist"]
        if "artist" in song
        else True
    )

    assert "Night Kettle" == str(mutagen.File(song["file"]).tags["TPE1"])


def test_a_stopped_batch_says_how_to_go_on_in_one_document_and_loses_nothing(
    songpipe: Songpipe, servers: Servers, workspace: Path
) -> None:
    servers("stuck")
    file = briefs(workspace, "one", "two", "three")
    run = child(*COMMAND, "batch", file, "--json", "--concurrency", "2")
    wait_for(lambda: 2 == len([job for job in listed(workspace) if job.server]))

    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=20)

    told = json.loads(out)
    assert (130, 0, 0) == (run.returncode, told["done"], told["failed"])
    assert "songpipe: stopped (3 songs are unfinished; go on with: songpipe resume)" in err
    assert ["stopped"] * 3 == [job.state for job in listed(workspace)]
    servers()
    assert (0, 3) == ((ran := songpipe("batch", file, "--json")).code, ran.document["done"])


def test_a_stopped_worker_leaves_its_songs_to_the_others(
    songpipe: Songpipe, servers: Servers, workspace: Path
) -> None:
    servers("stuck")
    queued = songpipe("batch", briefs(workspace, "one", "two"), "--queue").out.split()
    run = child(*COMMAND, "worker", "--concurrency", "1")
    wait_for(lambda: any(job.server for job in listed(workspace)))

    running = {job.id: job.state for job in listed(workspace)}
    cancelled = songpipe("jobs", "cancel", queued[1])
    run.send_signal(signal.SIGINT)
    _, err = run.communicate(timeout=20)

    assert ("running", "queued", 0) == (running[queued[0]], running[queued[1]], cancelled.code)
    assert (130, False) == (run.returncode, "Traceback" in err)
    assert ["queued", "cancelled"] == [
        song["state"] for song in sorted(unfinished(songpipe), key=lambda song: queued.index(song["id"]))
    ]
    servers()
    drained = songpipe("worker", "--drain", "--json")
    assert (0, queued[:1]) == (drained.code, [song["id"] for song in drained.document["songs"]])


def test_a_running_song_is_cancelled_from_another_process(
    songpipe: Songpipe, servers: Servers, workspace: Path
) -> None:
    servers("stuck")
    run = child(*COMMAND, "batch", briefs(workspace, "one"), "--json")
    wait_for(lambda: any(job.server for job in listed(workspace)))
    (job,) = listed(workspace)

    cancelled = subprocess.run(
        [*COMMAND, "jobs", "cancel", job.id], capture_output=True, text=True, check=True
    )
    out, err = run.communicate(timeout=20)
    servers()
    left = songpipe("resume", "--json").document
    resumed = songpipe("resume", job.id)

    assert ("running", "rehearsal" not in job.server, job.id) == (job.state, True, cancelled.stdout.strip())
    assert (0, 0, False) == (run.returncode, json.loads(out)["done"], "Traceback" in err)
    assert (0, 0, True) == (left["done"], resumed.code, resumed.file.exists())


def test_jobs_tell_state_stage_server_and_age(songpipe: Songpipe, servers: Servers, workspace: Path) -> None:
    studio = servers("stuck")
    run = child(*COMMAND, "write", "night kettle", "--duration", "10")
    wait_for(lambda: any(job.server for job in listed(workspace)))

    lines = songpipe("jobs").out
    (song,) = songpipe("jobs", "--json").document["songs"]
    run.kill()
    run.communicate(timeout=20)
    (dead,) = songpipe("jobs", "--json").document["songs"]

    assert ("running", "night kettle", "write", False) == tuple(
        song[name] for name in ("state", "brief", "origin", "rehearsal")
    )
    assert studio.band_url.removeprefix("http://") in song["server"]
    assert 0 <= song["age_s"] < 60
    assert song["stage"]
    assert all(part in lines for part in (song["id"], "running", "night kettle", "at "))
    assert ("interrupted", "playing") == (dead["state"], dead["stage"])
