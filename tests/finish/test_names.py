"""Names on the shelf are safe, whatever a title says."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ShelfError
from pipeline.library import names

HOSTILE = (
    *(
        "",
        " ",
        ".",
        "..",
        "...",
        "…",
        "../../etc/passwd",
        "..\\..\\windows",
        "/absolute",
        "C:\\con",
        "~root",
        "-rf",
    ),
    *(
        "--output",
        "$(reboot)",
        "`id`",
        "a;b|c&d",
        "CON",
        "con.txt",
        "PRN",
        "aux",
        "NUL",
        "COM1",
        "COM¹",
        "LPT9",
    ),
    *(
        "x" * 300,
        "слово " * 80,
        "é" * 300,
        "🎵🔥💔",
        "👩\u200d👧",
        "日本の歌",
        "أغنية",
        "\u202egnp.3pm",
        "zero\u200bwidth",
    ),
    *("new\nline", "nul\0byte", "tab\t", "trailing. ", ".hidden", "a/b", "\\\\server\\share", "%2e%2e%2f"),
    *(
        "file:///x",
        'quo"te',
        "<script>",
        "star*",
        "quest?",
        "\ud800half",
        "e\u0301",
        "song.song.json",
        "ﬁ",
        "İ",
    ),
)
STEM = re.compile(r"2026-11-22-[a-z0-9]+(-[a-z0-9]+)*-k3f9a2")


def stem(title: str, song_id: str = "k3f9a2p7q8r9s0tv") -> str:
    return next(names.stems("2026-11-22T23:59:00+01:00", title, song_id))


@pytest.mark.parametrize("title", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_title_makes_a_harmless_name(title: str, tmp_path: Path) -> None:
    made = stem(title)

    assert STEM.fullmatch(made)
    assert len(made) <= 11 + 60 + 7
    (tmp_path / f"{made}.mp3").write_bytes(b"")
    assert (tmp_path / f"{made}.mp3").resolve().parent == tmp_path.resolve()


@given(st.text(max_size=400), st.text(st.characters(codec="utf-8"), max_size=40))
def test_any_title_and_any_id_make_a_name(title: str, song_id: str) -> None:
    made = stem(title, song_id)

    assert re.fullmatch("2026-11-22-[a-z0-9-]+-[a-z0-9]{6}", made)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Morning Rain", "morning-rain"),
        ("Über den Wolken", "uber-den-wolken"),
        ("zero\u200bwidth", "zerowidth"),
        ("\u202egnp.3pm", "gnp-3pm"),
        ("Cafe\u0301", "cafe"),
        ("🎵", "song"),
        ("…", "song"),
        ("x", "song"),
        ("street " + "of many words " * 9, "street-of-many-words-of-many-words-of-many-words-of-many"),
    ],
)  # fmt: skip
def test_a_title_becomes_a_slug(title: str, expected: str) -> None:
    assert expected == names.slug(title)


def test_the_day_is_the_one_on_the_makers_calendar() -> None:
    assert stem("Rain").startswith("2026-11-22-")
    assert next(names.stems("2026-01-01T00:30:00+13:00", "Rain", "k3f9a2")) == "2026-01-01-rain-k3f9a2"


def test_a_song_has_further_names_with_more_of_its_id() -> None:
    found = list(names.stems("2026-11-22T10:00:00+00:00", "Rain", "k3f9a2p7q8r9s0tv"))

    assert found == [
        "2026-11-22-rain-k3f9a2",
        "2026-11-22-rain-k3f9a2p7q8",
        "2026-11-22-rain-k3f9a2p7q8r9s0tv",
    ]
    assert all(longer.startswith(shorter) for shorter, longer in pairwise(found))


def test_ids_without_usable_letters_still_differ() -> None:
    assert names.short("../") != names.short("///")


def test_a_name_lies_in_the_folder_of_its_month() -> None:
    assert names.month("2026-11-22-rain-k3f9a2") == "2026/11"


def test_a_path_may_not_lead_out(tmp_path: Path) -> None:
    (tmp_path / "shelf").mkdir()
    (tmp_path / "shelf" / "link").symlink_to(tmp_path)

    for outside in ("../x", "/etc/passwd", "a/../../x", "link/x"):
        with pytest.raises(ShelfError, match="leads out of"):
            names.inside(tmp_path / "shelf", outside)
    assert tmp_path / "shelf" / "a" / "b" == names.inside(tmp_path / "shelf", "a/b")
