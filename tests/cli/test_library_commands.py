"""`songpipe library` and `songpipe rate`: what they print, what they change, and with which exit code they end."""

import io
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.audio.tagger import FileTagger
from pipeline.cli.edge import run
from pipeline.library import sidecar
from pipeline.track import Track
from tests.fakes import audio_files
from tests.fakes.screen import Screen
from tests.fakes.shelved import place, song

Say = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="session")
def tone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return audio_files.make(tmp_path_factory.mktemp("tone"), "mp3", 0.5)


@pytest.fixture
def output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The output folder of an empty workspace, which one stands in."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder / "output"


@pytest.fixture
def songs(output: Path, tone: Path) -> list[Track]:
    """Three songs: a rated one, a rehearsal, and one that the ear had something to say about."""
    tracks = [
        song("aaa1112222333344", "Porch Light", lyrics="The kettle counts", blend=["The Ferry"], rating=5),
        song("bbb1112222333344", "Harbour", rehearsal=True, made_at="2026-10-01T10:00:00+00:00"),
        song("ccc1112222333344", "Long Way Down", verdict="warn", made_at="2025-01-01T10:00:00+00:00"),
    ]
    return [place(output, track, tone) for track in tracks]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Run a command line; give exit code and what was printed."""

    def command(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(list(arguments))
        return code, *capsys.readouterr()

    return command


class Terminal(io.StringIO):
    """A standard output that is a terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


@pytest.fixture
def see(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Run a command line on a terminal of some width; give all that was written."""

    def command(*arguments: str, width: int = 100, **environment: str) -> str:
        for name, value in {"COLUMNS": str(width), "TERM": "xterm-256color", **environment}.items():
            monkeypatch.setenv(name, value)
        terminal = Terminal()
        monkeypatch.setattr(sys, "stdout", terminal)
        run(list(arguments))
        return terminal.getvalue()

    return command


def shown(text: str, width: int = 100) -> list[str]:
    """What a person sees of it."""
    screen = Screen(width, 100)
    screen.write(text)
    return screen.lines


# Listing and searching ---------------------------------------------------------------------------------------


def test_a_piped_list_is_a_path_a_line_the_latest_first(say: Say, songs: list[Track]) -> None:
    code, out, err = say("library", "list")

    assert (0, "") == (code, err)
    assert [track.file for track in songs] == out.splitlines()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--since", "2026-10-01"], [0, 1]),
        (["--until", "2026-10-01"], [1, 2]),
        (["--blend", "ferry"], [0]),
        (["--rating", "4"], [0]),
        (["--verdict", "warn"], [2]),
        (["--rehearsals"], [1]),
        (["--no-rehearsals"], [0, 2]),
        (["--limit", "1"], [0]),
        (["--limit", "0"], [0, 1, 2]),
        (["--since", "2026-01-01", "--no-rehearsals"], [0]),
    ],
)
def test_options_say_which_songs(
    options: list[str], expected: list[int], say: Say, songs: list[Track]
) -> None:
    _, out, _ = say("library", "list", *options)
    _, searched, _ = say("library", "search", "a", "song", *options)

    assert [songs[number].file for number in expected] == out.splitlines() == searched.splitlines()


def test_a_json_list_has_every_fact_of_every_song(say: Say, songs: list[Track]) -> None:
    code, out, _ = say("library", "list", "--json", "--limit", "1")

    document = json.loads(out)
    assert (0, "songpipe.library/1") == (code, document["schema"])
    assert [{
        "id": "aaa1112222333344", "title": "Porch Light", "brief": "a song",
        "made_at": "2026-11-22T10:00:00+01:00", "duration_s": 60.0, "bpm": 84, "key": "A minor", "language": "en",
        "verdict": "pass", "rating": 5, "picked": False, "rehearsal": False, "blend": ["The Ferry"], "takes": 1,
        "file": songs[0].file, "sidecar": songs[0].sidecar,
    }] == document["songs"]  # fmt: skip


def test_a_search_finds_by_words_and_says_when_there_is_none(say: Say, songs: list[Track]) -> None:
    assert [songs[0].file] == say("library", "search", "kettle")[1].splitlines()
    assert (0, "", "songpipe: no song is like that\n") == say("library", "search", "nothing", "such")
    assert {"schema": "songpipe.library/1", "songs": []} == json.loads(
        say("library", "search", "zzz", "--json")[1]
    )
    assert 2 == say("library", "search", "—")[0]


def test_an_empty_library_says_so_and_makes_nothing(say: Say, output: Path) -> None:
    assert (0, "", "songpipe: there is no song yet\n") == say("library", "list")
    assert (0, "", "") == say("library", "list", "-q")
    assert not output.exists()


@pytest.mark.parametrize(("width", "columns"), [(120, 8), (90, 8), (80, 5), (60, 5), (50, 3), (30, 3)])
def test_the_table_fits_every_terminal(
    width: int, columns: int, see: Callable[..., str], songs: list[Track]
) -> None:
    lines = shown(see("library", "list", width=width), width)

    assert 4 == len(lines)
    names = ["id", "made", "title", "length", "bpm", "key", "verdict", "rating"]
    assert lines[0].split() == [name for name in names if name in lines[0].split()]
    assert columns == len(lines[0].split())
    assert "Porch" in lines[1]
    assert all(len(line) <= width for line in lines)


def test_the_table_has_colours_unless_nobody_wants_them(see: Callable[..., str], songs: list[Track]) -> None:
    coloured, plain = see("library", "list"), see("library", "list", NO_COLOR="1")

    assert "\x1b[32mpass" in coloured
    assert "\x1b[3" not in plain
    assert "★★★★★" in plain


def test_a_terminal_shows_a_page_and_says_how_to_see_all(
    see: Callable[..., str], output: Path, tone: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = place(output, song("aaa1112222333344", "One"), tone)
    for number in range(60):
        copy = first.sidecar.replace(".song.json", f"-{number}.song.json")
        shutil.copy(first.sidecar, copy)

    page, whole = shown(see("library", "list")), shown(see("library", "list", "--limit", "0"))

    assert (51, 62) == (len(page), len(whole))
    assert "these are the first 50; --limit 0 shows all" in capsys.readouterr().err


def test_a_title_cannot_draw_on_the_terminal(see: Callable[..., str], output: Path, tone: Path) -> None:
    placed = place(output, song("aaa1112222333344", "Red"), tone)
    hostile = r'"title": "[red]R\u001b[31med\nx\u202e"'
    Path(placed.sidecar).write_text(Path(placed.sidecar).read_text().replace('"title": "Red"', hostile, 1))

    for arguments in (["list"], ["show", "aaa1"], ["show", "aaa1", "--takes"]):
        seen = see("library", *arguments)
        assert "\x1b[31m" not in seen
        assert "[red]R[31med x" in shown(seen)[0] + shown(seen)[1]


def test_a_playlist_is_written_for_what_was_found(say: Say, songs: list[Track], output: Path) -> None:
    code, out, _ = say("library", "list", "--rating", "1", "--m3u", "best.m3u8")

    lines = Path("best.m3u8").read_text().splitlines()
    assert (0, "best.m3u8\n") == (code, out)
    assert ["#EXTM3U", "#PLAYLIST:songpipe"] == lines[:2]
    assert lines[2].endswith(" - Porch Light")
    assert Path(songs[0].file) == Path(lines[3]).absolute()


def test_a_playlist_replaces_a_playlist_and_nothing_else(say: Say, songs: list[Track]) -> None:
    Path("mine.m3u8").write_text("my diary")
    Path("old.m3u").write_text("#EXTM3U\n")

    assert 7 == say("library", "list", "--m3u", "mine.m3u8")[0]
    assert 2 == say("library", "list", "--m3u", songs[0].file)[0]
    assert 7 == say("library", "list", "--m3u", "mine.m3u8/best.m3u")[0]
    code, out, _ = say("library", "search", "kettle", "--m3u", "old.m3u", "--json")

    assert "my diary" == Path("mine.m3u8").read_text()
    assert (0, str(Path("old.m3u").absolute())) == (code, json.loads(out)["playlist"])


def test_a_playlist_may_go_to_a_folder_that_is_not_there_yet(say: Say, songs: list[Track]) -> None:
    code, out, _ = say("library", "search", "kettle", "--m3u", "lists/mine/best.m3u8")

    assert (0, "lists/mine/best.m3u8\n") == (code, out)
    assert (
        "../../output/2026/11/2026-11-22-porch-light-aaa111.mp3" in Path(out.strip()).read_text().splitlines()
    )


def test_a_playlist_can_be_printed(say: Say, songs: list[Track]) -> None:
    _, out, _ = say("library", "list", "--limit", "1", "--m3u", "-")

    assert 2 == say("library", "list", "--json", "--m3u", "-")[0]
    assert "#EXTM3U" == out.splitlines()[0]
    assert Path(songs[0].file) == Path(out.splitlines()[3]).absolute()


def test_sidecars_that_make_no_sense_are_spoken_of(say: Say, songs: list[Track]) -> None:
    Path(songs[0].sidecar).write_text("{")

    code, out, err = say("library", "list")

    assert (0, 2) == (code, len(out.splitlines()))
    assert "1 sidecar cannot be read; songpipe library verify names them" in err


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep no name that is not UTF-8")
def test_a_name_that_is_no_text_spoils_no_command(say: Say, songs: list[Track]) -> None:
    shutil.copy(songs[0].sidecar, Path(songs[0].sidecar).with_name("2026-11-22-\udcff-bbb222.song.json"))
    commands = [
        ["library", "list"],
        ["library", "search", "song"],
        ["rate", "porch", "3"],
        ["library", "rebuild"],
    ]

    said = [say(*command) for command in commands]

    assert [0, 0, 0, 0] == [code for code, _, _ in said]
    assert 3 == len(said[0][1].splitlines())
    assert "cannot be read; songpipe library verify names" in said[0][2]
    assert r"2026-11-22-\udcff-bbb222.song.json cannot be read: its name is not UTF-8" in said[3][2]
    assert r"unreadable 2026/11/2026-11-22-\udcff-bbb222.song.json: " in say("library", "verify")[1]
    assert 2 == say("library", "show", "\udcff\udcff\udcff")[0]


# One song ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "called", [["aaa1"], ["porch", "light"], ["output/2026/11/2026-11-22-porch-light-aaa111.mp3"]]
)
def test_a_song_is_shown_by_what_one_calls_it(called: list[str], say: Say, songs: list[Track]) -> None:
    code, out, _ = say("library", "show", *called)

    assert 0 == code
    assert "Porch Light" == out.splitlines()[0]
    assert all(
        text in out for text in (songs[0].file, "84 bpm", "The Ferry", "The kettle counts", "★★★★★", "pass")
    )


def test_a_song_is_shown_as_its_document(say: Say, songs: list[Track]) -> None:
    _, out, _ = say("library", "show", "porch", "--json")

    assert sidecar.document(songs[0]) == json.loads(out)


def test_an_unknown_song_ends_with_2_and_what_is_near(say: Say, songs: list[Track]) -> None:
    code, out, err = say("library", "show", "porsch lite")

    assert (2, "") == (code, out)
    assert "did you mean aaa1112222333344 'Porch Light'?" in err


def test_takes_stand_side_by_side_with_scores_and_reasons(say: Say, output: Path, tone: Path) -> None:
    placed = place(output, song("aaa1112222333344", "One"), tone)
    document = json.loads(Path(placed.sidecar).read_text())
    first = document["takes"][0]
    second = {
        **first, "number": 2, "verdict": "fail", "reasons": ["it ends early"], "measures": None, "duration_s": None,
        "score": {"hook": 1.5},
    }  # fmt: skip
    document["takes"] = [{**first, "score": {"hook": 3.0, "voice": 4.25}}, second]
    Path(placed.sidecar).write_text(json.dumps(document))

    _, out, _ = say("library", "show", "one", "--takes")
    as_json = json.loads(say("library", "show", "one", "--takes", "--json")[1])

    rows = {line.split("  ")[0].strip(): line.split() for line in out.splitlines()[2:]}
    assert "take 1 (chosen)" in out.splitlines()[1]
    assert ["pass", "fail"] == rows["verdict"][1:]
    assert ["7.2", "1.5"] == rows["score"][1:]
    assert ["voice", "4.2", "–"] == out[out.index("voice") :].splitlines()[0].split()
    assert "it ends early" in out
    assert ("songpipe.takes/1", 1, [1, 2]) == (
        as_json["schema"],
        as_json["chosen_take"],
        [take["number"] for take in as_json["takes"]],
    )


@pytest.mark.parametrize(
    ("width", "takes", "blocks"), [(40, 2, 2), (40, 5, 5), (80, 2, 1), (80, 5, 3), (120, 2, 1), (120, 5, 2)]
)
def test_takes_stand_in_blocks_where_the_terminal_is_narrow_and_no_number_is_broken(
    width: int, takes: int, blocks: int, see: Callable[..., str], output: Path, tone: Path
) -> None:
    placed = place(output, song("aaa1112222333344", "One"), tone)
    document = json.loads(Path(placed.sidecar).read_text())
    why = "its tempo is about 104 bpm where 84 were asked"
    more = {
        "server": "ssh://someone@studio.example.org http://127.0.0.1:8001",
        "reasons": [why, "it is mono"],
    }
    points = {"hook": 112.5, "dynamics": 7.25, "warnings": -20.0}
    document["takes"] = [
        {**document["takes"][0], **more, "number": number, "seed": 4294967200 + number, "score": points}
        for number in range(1, takes + 1)
    ]
    Path(placed.sidecar).write_text(json.dumps(document))

    lines = shown(see("library", "show", "one", "--takes", width=width), width)

    assert all(len(line) <= width for line in lines)
    words = [line.split() for line in lines]
    assert blocks == len([line for line in words if line[:1] == ["server"]])
    assert [f"42949672{number:02}" for number in range(1, takes + 1)] == [
        seed for line in words if line[:1] == ["seed"] for seed in line[1:]
    ]
    assert takes * ["112.5"] == [each for line in words if line[:1] == ["hook"] for each in line[1:]]
    assert takes == sum(line.count("ssh://someone@") for line in lines)
    assert blocks == len([line for line in words if line[:1] == ["reasons"]])
    heads = [words[number + 1] for number, line in enumerate(words) if line[:1] == ["server"]]
    assert all(line[0] == "reasons" for line in heads)


def test_a_rating_is_kept_in_the_sidecar(say: Say, songs: list[Track]) -> None:
    code, out, _ = say("rate", "harbour", "3")

    assert (0, f"{songs[1].file}\n") == (code, out)
    assert 3 == sidecar.load(Path(songs[1].sidecar)).rating
    assert [songs[0].file, songs[1].file] == say("library", "list", "--rating", "3")[1].splitlines()
    assert 2 == json.loads(say("rate", "harbour", "2", "--json")[1])["rating"]


def test_a_rating_is_taken_back(say: Say, songs: list[Track]) -> None:
    document = json.loads(say("rate", "porch light", "--clear", "--json")[1])
    again = say("rate", "porch light", "--clear")

    (listed,) = json.loads(say("library", "search", "kettle", "--json")[1])["songs"]
    assert (None, None, None) == (
        document["rating"],
        sidecar.load(Path(songs[0].sidecar)).rating,
        listed["rating"],
    )
    assert (0, f"{songs[0].file}\n", "") == again
    assert "" == say("library", "list", "--rating", "1")[1]
    assert "★" not in say("library", "show", "porch light")[1]
    assert 0 == say("library", "verify")[0]


def test_a_rating_that_was_taken_back_does_not_come_back_with_a_rebuild(say: Say, songs: list[Track]) -> None:
    say("rate", "porch light", "--clear")

    say("library", "rebuild")

    assert "" == say("library", "list", "--rating", "1")[1]


@pytest.mark.parametrize(
    "arguments",
    [["harbour", "6"], ["harbour", "0"], ["harbour"], ["nobody knows", "3"], ["harbour", "3", "--clear"]],
)
def test_a_rating_that_cannot_be_is_refused(arguments: list[str], say: Say, songs: list[Track]) -> None:
    assert 2 == say("rate", *arguments)[0]


# Upkeep ------------------------------------------------------------------------------------------------------


def test_verify_ends_with_7_when_a_file_is_not_as_it_was(say: Say, songs: list[Track]) -> None:
    assert (0, "", "songpipe: 3 songs, 6 files: all as they were\n") == say("library", "verify")
    Path(songs[0].file).unlink()

    code, out, err = say("library", "verify")
    document = json.loads(say("library", "verify", "--json")[1])

    path = "2026/11/2026-11-22-porch-light-aaa111.mp3"
    assert (7, f"missing    {path}: it is not there\n") == (code, out)
    assert "songpipe: 3 songs, 6 files: 1 is not as it should be\n" == err
    assert {
        "schema": "songpipe.verify/1",
        "ok": False,
        "songs": 3,
        "files": 6,
        "findings": [{"kind": "missing", "path": path, "song": "Porch Light", "message": "it is not there"}],
    } == document


def test_a_rebuild_prints_the_sidecars_that_it_restored(say: Say, songs: list[Track]) -> None:
    Path(songs[0].sidecar).unlink()
    Path(songs[1].sidecar).write_text("{")

    code, out, err = say("library", "rebuild")
    document = json.loads(say("library", "rebuild", "--json")[1])

    assert (0, f"{songs[0].sidecar}\n") == (code, out)
    assert "2 songs in the index, 1 sidecar restored from tags" in err
    assert "no JSON" in err
    assert ("songpipe.rebuild/1", 2, []) == (document["schema"], document["songs"], document["restored"])
    assert [Path(songs[1].sidecar).name] == [Path(one["path"]).name for one in document["unreadable"]]
    assert 1 == sidecar.load(Path(songs[0].sidecar)).chosen_take


def test_a_rebuild_counts_one_song_as_one(say: Say, output: Path, tone: Path) -> None:
    place(output, song("aaa1112222333344", "One"), tone)

    assert "songpipe: 1 song in the index, 0 sidecars restored from tags\n" == say("library", "rebuild")[2]
    assert "songpipe: 1 song, 2 files: all as they were\n" == say("library", "verify")[2]


def test_a_rebuild_that_cannot_keep_its_index_fails_and_claims_nothing(
    say: Say, songs: list[Track], output: Path
) -> None:
    shutil.rmtree(output / ".songpipe")
    (output / ".songpipe").write_text("a file where a folder is needed")

    code, out, err = say("library", "rebuild")

    assert (7, "", 1) == (code, out, len(err.splitlines()))
    assert "the library's index cannot be kept" in err
    assert "songs in the index" not in err
    assert [track.file for track in songs] == say("library", "list")[1].splitlines()


def test_a_rebuild_speaks_of_reading_where_it_only_reads(say: Say, songs: list[Track], output: Path) -> None:
    (output / "2026" / "11" / "stray.mp3").write_text("milk, eggs, a new kettle")

    _, _, err = say("library", "rebuild")

    assert "stray.mp3 was left alone: cannot read the tags of 'stray.mp3'" in err
    assert "cannot tag" not in err


def test_tags_are_written_anew_from_the_sidecar(say: Say, songs: list[Track]) -> None:
    path = Path(songs[0].sidecar)
    path.write_text(path.read_text().replace('"title": "Porch Light"', '"title": "Porch Lamp"', 1))
    Path("songpipe.yaml").write_text("finish: {artist: The Band, album: Lamps}\n")

    code, out, _ = say("library", "retag", "porch lamp")

    told = FileTagger().read(Path(songs[0].file))
    assert (0, f"{songs[0].file}\n") == (code, out)
    assert ("Porch Lamp", "The Band", "Lamps") == (told.title, told.artist, told.album)
    assert 0 == say("library", "verify")[0]


def test_all_songs_are_retagged_and_what_fails_is_told(say: Say, songs: list[Track]) -> None:
    damaged = Path(songs[1].file)
    damaged.write_bytes(damaged.read_bytes()[:-500])
    Path("songpipe.yaml").write_text("finish: {artist: The Band}\n")

    code, out, err = say("library", "retag", "--all")
    document = json.loads(say("library", "retag", "--all", "--json")[1])

    assert (7, [songs[0].file, songs[2].file]) == (code, out.splitlines())
    assert "Harbour: 'output" not in err
    assert "has changed since it was made" in err
    assert ("songpipe.retag/1", 1, 2) == (document["schema"], document["failed"], len(document["songs"]))
    assert [("changed", damaged.name)] == [
        (one["kind"], Path(one["path"]).name)
        for one in json.loads(say("library", "verify", "--json")[1])["findings"]
    ]


def test_other_tags_are_no_damage(say: Say, songs: list[Track], monkeypatch: pytest.MonkeyPatch) -> None:
    file = Path(songs[0].file)
    FileTagger().tag(file, FileTagger().read(file).__class__(title="somebody else's"))

    assert 7 == say("library", "verify")[0]
    assert 0 == say("library", "retag", "porch")[0]
    assert (0, "Porch Light") == (say("library", "verify")[0], FileTagger().read(file).title)


def test_a_picture_that_a_model_drew_is_still_disclosed_after_a_retag(say: Say, songs: list[Track]) -> None:
    drawn, own = (Path(track.file) for track in songs[:2])
    for file, more in ((drawn, ";artwork"), (own, "")):
        told = FileTagger().read(file)
        FileTagger().tag(file, replace(told, cover=b"\x89PNG", ai_contribution=told.ai_contribution + more))

    code, _, _ = say("library", "retag", "--all")

    labels = [FileTagger().read(file) for file in (drawn, own)]
    assert (0, [b"\x89PNG"] * 2) == (code, [told.cover for told in labels])
    assert [True, False] == ["artwork" in told.ai_contribution.split(";") for told in labels]


@pytest.mark.parametrize("arguments", [[], ["porch", "--all"], ["nobody knows"]])
def test_a_retag_must_know_of_what(arguments: list[str], say: Say, songs: list[Track]) -> None:
    assert 2 == say("library", "retag", *arguments)[0]


@pytest.mark.parametrize(
    "arguments",
    [["list"], ["search", "a"], ["verify"], ["rebuild"], ["retag", "--all"]],
    ids=lambda given: given[0],
)
def test_an_output_that_is_a_file_is_no_bug(arguments: list[str], say: Say, output: Path) -> None:
    output.write_text("a file")

    code, _, err = say("library", *arguments)

    assert code in {0, 7}
    assert "bug" not in err


def test_every_command_answers_with_one_document(say: Say, songs: list[Track]) -> None:
    commands: list[Any] = [
        ["list"],
        ["search", "a"],
        ["show", "porch"],
        ["verify"],
        ["rebuild"],
        ["retag", "--all"],
    ]

    documents = [json.loads(say("library", *command, "--json")[1]) for command in commands]

    assert all(document["schema"].startswith("songpipe.") for document in documents)
