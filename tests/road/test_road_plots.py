"""A plot of a song that songpipe made shows its sections where the song's own chapters have them."""

from pathlib import Path
from xml.etree import ElementTree

from pipeline.audio.tagger import FileTagger
from tests.road.conftest import Songpipe

SVG = "{http://www.w3.org/2000/svg}"


def sections(picture: Path) -> list[tuple[str, float]]:
    """The names in the strip of sections, and where they stand."""
    root = ElementTree.fromstring(picture.read_text())  # noqa: S314 -- our own document
    return [
        (str(each.text), float(each.attrib["x"]))
        for each in root.iter(f"{SVG}text")
        if each.attrib["y"] == "75.0"
    ]


def test_the_chapters_the_sidecar_and_the_chosen_take_tell_the_same_sections(
    songpipe: Songpipe, workspace: Path
) -> None:
    song = songpipe("write", "--rehearse", "insomnia trip-hop", "--duration", "40", "--seed", "7").file
    take = song.with_suffix(".takes") / "take-1.mp3"

    songpipe("listen", str(song), "--plot", "tagged.svg")
    songpipe("listen", str(take), "--plot", "take.svg")
    chapters = FileTagger().read(song).chapters
    song.write_bytes(take.read_bytes())  # a take has no tags
    songpipe("listen", str(song), "--plot", "untagged.svg")

    told = sections(workspace / "tagged.svg")
    assert [name for _, _, name in chapters] == [name for name, _ in told]
    assert len(chapters) > 1
    for picture in ("take.svg", "untagged.svg"):
        found = sections(workspace / picture)
        assert [name for name, _ in told] == [name for name, _ in found]
        assert all(abs(one - other) < 1 for (_, one), (_, other) in zip(told, found, strict=True))
