"""`songpipe pick` and the model that hears words: the times of the take that was picked are measured."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.audio.tagger import FileTagger
from pipeline.cli.edge import run
from pipeline.library import sidecar
from pipeline.library.shelf import DiskShelf
from pipeline.track import Track
from tests.fakes import audio_files, tracks
from tests.fakes.scribe import Scribe, fails, hears, sung
from tests.fakes.shelved import place, song

LINES = ("The kettle counts the hours", "Leave the porch light burning")

Pick = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def tones(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two sounds that differ."""
    folder = tmp_path_factory.mktemp("tones")
    return [audio_files.make(folder, "mp3", seconds, name=f"tone-{seconds}") for seconds in (0.5, 0.6)]


@pytest.fixture
def placed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tones: list[Path]) -> Track:
    """A song of two takes in the workspace that one stands in; the first is the song, and nobody has heard either."""
    monkeypatch.chdir(tmp_path)
    output = tmp_path / "output"
    track = place(output, song("k3f9a2p7q8r9s0tv", "Porch Light", lyrics="\n".join(LINES)), tones[0])
    other = tracks.take(2, tones[1])
    return DiskShelf(output).join(track.id, [other], lambda _: 1, lambda _, told: (told, {}))


@pytest.fixture
def server() -> Iterator[Scribe]:
    """A server whose answers are told by the test."""
    with Scribe() as running:
        yield running


@pytest.fixture
def pick(server: Scribe, placed: Track, capfd: pytest.CaptureFixture[str]) -> Pick:
    """Pick a take with that server in the settings; gives exit code, standard output and standard error."""
    model = {"base_url": server.base_url, "model": "whisper-1"}
    Path("songpipe.yaml").write_text(json.dumps({"listening": {"transcription": model}}))

    def command(take: int, *flags: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = run(["pick", "porch light", str(take), *flags])
        return code, *capfd.readouterr()

    return command


def times(track: Track) -> tuple[str, list[int], list[str]]:
    """Where the times in the tags come from, those times, and the lines of the sheet that have one."""
    labels = FileTagger().read(Path(track.file))
    lines = Path(track.file).with_suffix(".lrc").read_text().splitlines()
    return labels.times, [ms for ms, _ in labels.synced], [line for line in lines if line.startswith("[00:")]


def test_the_words_of_the_take_that_is_picked_are_heard(
    pick: Pick, placed: Track, server: Scribe, tones: list[Path]
) -> None:
    server.script(hears(sung(LINES, at_s=7.0)))

    code, out, _ = pick(2)

    assert (0, f"{placed.file}\n") == (code, out)
    assert ("heard", [7_000, 10_000], [f"[00:07.00]{LINES[0]}", f"[00:10.00]{LINES[1]}"]) == times(placed)
    assert [tones[1].read_bytes()] == [upload.file for upload in server.uploads]
    kept = sidecar.load(Path(placed.sidecar))
    assert [None, (7.0, 10.0)] == [take.sung and take.sung.lines for take in kept.takes]
    assert 0 == run(["library", "verify"])


def test_each_take_is_heard_once_however_often_it_is_picked(
    pick: Pick, placed: Track, server: Scribe
) -> None:
    server.script(hears(sung(LINES, at_s=7.0)), hears(sung(LINES, at_s=9.0)))

    heard = []
    for take in (2, 1, 2):
        pick(take)
        heard.append(times(placed)[:2])

    assert [("heard", [7_000, 10_000]), ("heard", [9_000, 12_000]), ("heard", [7_000, 10_000])] == heard
    assert 2 == len(server.uploads)


def test_a_model_that_fails_is_a_word_and_the_take_is_picked_all_the_same(
    pick: Pick, placed: Track, server: Scribe
) -> None:
    server.script(fails(400, "out of tune"))

    code, _, err = pick(2)

    kept = sidecar.load(Path(placed.sidecar))
    assert (0, 2, True, None) == (code, kept.chosen_take, kept.picked, kept.takes[1].sung)
    assert "songpipe: the words were not heard: " in err
    assert "out of tune" in err
    assert "estimated" == times(placed)[0]


@pytest.mark.parametrize("take", [1, 3])
def test_nobody_is_asked_about_a_take_that_does_not_become_the_song(
    take: int, pick: Pick, server: Scribe
) -> None:
    code, _, _ = pick(take)

    assert (2 if take == 3 else 0) == code
    assert [] == server.uploads


def test_with_json_nothing_but_the_song_is_printed(pick: Pick, server: Scribe) -> None:
    server.script(hears(sung(LINES, at_s=7.0)))

    _, out, _ = pick(2, "--json")

    assert 7.0 == json.loads(out)["takes"][1]["sung"]["first_word_s"]
