"""The word lists of `configs/words/`, and what is refused in a user's own."""

from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.settings import packaged, yaml
from pipeline.settings.lexicon import load_lexicon
from pipeline.writing.lexicon import Lexicon

PACKAGED = packaged.folder("configs") / "words"


def folder(path: Path, **files: str) -> Path:
    path.mkdir(exist_ok=True)
    for name, text in files.items():
        (path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return path


def test_every_list_of_the_lexicon_is_packaged() -> None:
    shipped = load_lexicon([PACKAGED])

    assert [] == [name for name in Lexicon.__dataclass_fields__ if not getattr(shipped, name)]


@pytest.mark.parametrize("path", sorted(PACKAGED.glob("*.yaml")), ids=lambda path: path.name)
def test_every_packaged_file_names_its_source_and_licence(path: Path) -> None:
    comment = path.read_text(encoding="utf-8").split("\n\n")[0]

    assert "# Source: " in comment
    assert "Licence: " in comment


@pytest.mark.parametrize("path", sorted(PACKAGED.glob("*.yaml")), ids=lambda path: path.name)
def test_no_packaged_list_says_a_thing_twice(path: Path) -> None:
    lists = [value for value in yaml.read(path).value.values() if isinstance(value, list)]

    for entries in lists:
        assert len(entries) == len({str(entry) for entry in entries})


def test_lists_of_one_name_add_up_over_files(tmp_path: Path) -> None:
    words = folder(
        tmp_path,
        a="cliches: [one]\nsenses: {taste: [salt]}\nscoped: [{genres: [dub], words: [echo]}]",
        b="cliches: [two]\nsenses: {taste: [rust], touch: [wool]}",
    )

    lexicon = load_lexicon([words])

    assert ("one", "two") == lexicon.cliches.entries
    assert [("taste", ("salt", "rust")), ("touch", ("wool",))] == [
        (sense, phrases.entries) for sense, phrases in lexicon.senses
    ]
    assert [(("dub",), ("echo",))] == [
        (group.genres.entries, group.words.entries) for group in lexicon.scoped
    ]


def test_a_file_of_the_users_own_stands_for_the_packaged_one(tmp_path: Path) -> None:
    mine = folder(tmp_path, cliches="cliches: [lighthouse]")

    lexicon = load_lexicon([mine, PACKAGED])

    assert ("lighthouse",) == lexicon.cliches.entries
    assert lexicon.genres == load_lexicon([PACKAGED]).genres


def test_a_folder_that_is_not_there_has_no_lists(tmp_path: Path) -> None:
    assert Lexicon() == load_lexicon([tmp_path / "nowhere"])


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ("- salt", "words.yaml:1: is not a mapping", "write the name of a list"),
        ("genres: [dub]\nclichés: [salt]", "words.yaml:2: unknown list 'clichés'", "did you mean 'cliches'?"),
        ("zzz: [salt]", "words.yaml:1: unknown list 'zzz'", "known: "),
        ("cliches: salt", "words.yaml:1: 'cliches' is not a list", "one word or phrase a line"),
        ("cliches:\n  - salt\n  - 808", "words.yaml:3: 808 is not a word", "numbers into quotes"),
        ("cliches:\n  - salt\n  - '?!'", "words.yaml:3: '?!' is not a word", "write words"),
        ("senses: [salt]", "words.yaml:1: the senses are not a mapping", "taste: [salt, rust]"),
        ("senses:\n  taste: salt", "words.yaml:2: 'taste' is not a list", "one word"),
        ("scoped: {dub: [salt]}", "words.yaml:1: the scoped words are not a list", "- {genres:"),
        ("scoped:\n  - words: [salt]", "words.yaml:2: a scoped group has genres and words", "- {genres:"),
        ("scoped:\n  - salt", "words.yaml:2: a scoped group", "- {genres:"),
        ("scoped:\n  - genres: [dub]\n    words: 3", "words.yaml:3: 'words' is not a list", "one word"),
    ],
)
def test_a_faulty_list_is_refused_with_its_line(text: str, place: str, hint: str, tmp_path: Path) -> None:
    words = folder(tmp_path, words=text)

    with pytest.raises(SettingsError) as refused:
        load_lexicon([words])

    assert place in str(refused.value)
    assert hint in refused.value.hint
