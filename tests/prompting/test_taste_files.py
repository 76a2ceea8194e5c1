"""The taste files: what ships is the user's whole taste, and what is no taste is refused with its line."""

from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.settings import packaged
from pipeline.settings.taste import load_taste, read_taste
from pipeline.writing.taste import Artist, Blend, Principle, Taste

SHIPPED = packaged.folder("configs") / "taste"

DNA = {
    "The XX": "minimal indie, intimate whispered vocals, sparse guitar, deep bass, atmospheric space,"
    " nocturnal mood, tender and melancholic",
    "Halsey": "dark electropop, raw vulnerable female vocals, trap-influenced beats, cinematic production,"
    " confessional lyrics, emotional intensity",
    "Aaliyah": "silky smooth R&B, ethereal female vocals, understated production, cool rhythmic grooves,"
    " sensual minimalism, timeless elegance",
    "Soundgarden": "heavy grunge, powerful male vocals, drop-tuned guitars, dark psychedelic, crushing riffs,"
    " raw emotional power, 90s Seattle sound",
    "Nine Inch Nails": "industrial rock, aggressive electronic textures, distorted vocals,"
    " mechanical rhythms, dark atmospheric synths, visceral intensity, layered noise",
}
BLENDS = {
    (
        "The XX",
        "Nine Inch Nails",
    ): "minimal industrial, intimate whispered vocals over glitchy mechanical beats,"
    " sparse guitar with distorted synth textures, nocturnal and unsettling",
    ("Halsey", "Soundgarden"): "dark alternative rock with electronic elements, raw powerful vocals,"
    " heavy distorted guitars, cinematic production, emotional catharsis",
    ("Aaliyah", "The XX"): "minimal R&B, silky ethereal vocals, sparse bass-heavy production,"
    " intimate nocturnal mood, sensual and melancholic",
}
OPENINGS = {
    "opens with a haunting vocal melody before instruments enter",
    "starts with a massive distorted guitar riff",
    "begins with an arresting a cappella line",
    "opens with a stark piano chord and whispered vocal",
    "starts with a punchy drum break and bass drop",
}
FACETS = {
    "mood": "haunting, euphoric, melancholic, aggressive, dreamy, raw, intimate",
    "texture": "atmospheric, lo-fi, polished, gritty, lush, sparse, layered",
    "vocals": "breathy, powerful, raspy, ethereal, spoken-word, falsetto, raw",
    "production": "reverb-heavy, compressed, analog warmth, digital glitch, cinematic",
}
SMALL = """\
artists:
  - name: Low Tide
    aliases: [LT]
    dna: sparse guitar, deep bass
  - name: Iron Ward
    dna: mechanical rhythms
blends:
  - artists: [iron ward, LOW TIDE]
    sound: whispers over machines
openings:
  - opens with a bell
principles:
  - seek: point at things
    avoid: naming feelings
  - seek: stop early
descriptors:
  mood: [tender]
"""


@pytest.fixture(scope="module")
def default() -> Taste:
    return load_taste("default", [SHIPPED])


def written(folder: Path, text: str, name: str = "mine.yaml") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def refusal(path: Path) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        read_taste(path)
    assert "\n" not in caught.value.message
    return caught.value


def test_the_shipped_taste_has_the_whole_dna_of_all_five_artists(default: Taste) -> None:
    assert DNA == {artist.name: ", ".join(artist.dna) for artist in default.artists}


def test_the_shipped_taste_has_the_three_blends_word_for_word(default: Taste) -> None:
    sounds = {blend.artists: blend.sound for blend in default.blends}

    assert BLENDS == {pair: sounds[pair] for pair in BLENDS}


def test_every_pair_of_the_shipped_taste_is_blended_once(default: Taste) -> None:
    names = [artist.name for artist in default.artists]
    pairs = {frozenset((one, other)) for one in names for other in names if one != other}

    assert len(pairs) == len(default.blends)
    assert pairs == {frozenset(blend.artists) for blend in default.blends}


def test_the_shipped_taste_has_the_five_opening_moves_and_more(default: Taste) -> None:
    assert OPENINGS < set(default.openings)


def test_the_shipped_taste_has_the_four_structural_hooks(default: Taste) -> None:
    told = " / ".join(default.structures)

    for hook in (
        "motif or vocal line that returns later",
        "start with the chorus",
        "spoken-word line",
        "silence",
    ):
        assert hook in told


def test_the_shipped_taste_has_every_descriptor_of_the_four_facets(default: Taste) -> None:
    assert FACETS == {facet: ", ".join(words) for facet, words in default.descriptors}


def test_the_shipped_principles_hold_no_line_that_could_be_sung(default: Taste) -> None:
    told = " ".join(f"{principle.seek} {principle.avoid}" for principle in default.principles).lower()

    for copied in (
        "copper",
        "buried",
        "backyard",
        "three am",
        "static",
        "split lips",
        "burn the map",
        "drown",
        " i ",
    ):
        assert copied not in told


def test_the_example_files_of_another_ear_are_complete_tastes() -> None:
    for path in SHIPPED.glob("*.yaml"):
        taste = load_taste(path.stem, [SHIPPED])

        assert path.stem == taste.name
        assert all([taste.artists, taste.openings, taste.structures, taste.principles, taste.descriptors])
    assert len(list(SHIPPED.glob("*.yaml"))) >= 2


def test_a_file_becomes_a_taste_with_the_names_as_the_artists_spell_them(tmp_path: Path) -> None:
    taste = read_taste(written(tmp_path, SMALL))

    expected = Taste(
        name="mine",
        artists=(
            Artist("Low Tide", ("sparse guitar", "deep bass"), ("LT",)),
            Artist("Iron Ward", ("mechanical rhythms",)),
        ),
        blends=(Blend(("Iron Ward", "Low Tide"), "whispers over machines"),),
        openings=("opens with a bell",),
        principles=(Principle("point at things", "naming feelings"), Principle("stop early")),
        descriptors=(("mood", ("tender",)),),
    )
    assert expected == taste


def test_the_users_own_file_comes_before_the_packaged_one(tmp_path: Path) -> None:
    written(tmp_path / "own", SMALL, "default.yaml")

    assert "Low Tide" == load_taste("default", [tmp_path / "own", SHIPPED]).artists[0].name


def test_a_folder_that_is_not_there_is_passed_over(tmp_path: Path) -> None:
    written(tmp_path, "", "file")

    assert "acoustic" == load_taste("acoustic", [tmp_path / "none", tmp_path / "file", SHIPPED]).name


def test_a_folder_that_cannot_be_looked_into_is_named(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")

    with pytest.raises(SettingsError) as caught:
        load_taste("default", [tmp_path / "loop", SHIPPED])

    assert str(tmp_path / "loop") in caught.value.message


def test_a_path_is_read_wherever_it_lies(tmp_path: Path) -> None:
    assert "mine" == load_taste(str(written(tmp_path, SMALL)), [SHIPPED]).name


def test_a_home_path_is_read(home: Path) -> None:
    written(home, SMALL, "ear.yml")

    assert "ear" == load_taste("~/ear.yml", []).name


def test_an_unknown_taste_is_refused_with_the_nearest_and_the_list(tmp_path: Path) -> None:
    written(tmp_path, SMALL, "loud.yaml")
    written(tmp_path, SMALL, ".hidden.yaml")
    written(tmp_path, SMALL, "notes.txt")

    with pytest.raises(SettingsError) as caught:
        load_taste("defualt", [tmp_path, SHIPPED])

    assert "no taste is called 'defualt'" == caught.value.message
    assert caught.value.hint.startswith("did you mean 'default'? there are: acoustic, default, loud;")


def test_without_any_taste_the_hint_says_so(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_taste("default", [tmp_path])

    assert "there are: none; or name a .yaml file" == caught.value.hint


@pytest.mark.parametrize(
    ("line", "changed", "number", "message", "hint"),
    [
        (
            "openings:",
            "opennings:",
            10,
            "unknown key 'opennings'",
            "did you mean 'openings'? known here: artists,",
        ),
        (
            "    dna: mech",
            "    dnaa: mech",
            6,
            "unknown key 'dnaa'",
            "did you mean 'dna'? known here: name, aliases,",
        ),
        (
            "  mood:",
            "  zzz:",
            17,
            "unknown key 'zzz'",
            "known here: mood, texture, instruments, vocals, production",
        ),
        (
            "    avoid:",
            "    avoided:",
            14,
            "unknown key 'avoided'",
            "did you mean 'avoid'? known here: seek, avoid",
        ),
    ],
)
def test_an_unknown_key_is_refused_with_its_line_and_the_nearest(
    tmp_path: Path, line: str, changed: str, number: int, message: str, hint: str
) -> None:
    path = written(tmp_path, SMALL.replace(line, changed))

    error = refusal(path)

    assert f"{path}:{number}: {message}" == error.message
    assert error.hint.startswith(hint)


@pytest.mark.parametrize(
    ("part", "changed", "number", "message"),
    [
        (SMALL, "", 1, "a taste file: keys with values belong here"),
        (SMALL, "- a list", 1, "a taste file: keys with values belong here"),
        (
            "dna: sparse guitar, deep bass",
            "dna: [sparse, deep]",
            4,
            "artists.0.dna: Input should be a valid string",
        ),
        ("dna: mechanical rhythms", "dna: ' '", 6, "artists.1.dna: Value error, an empty text says nothing"),
        ("name: Iron Ward", "name: '?!'", 5, "artists.1.name: Value error, a name needs a letter or a digit"),
        ("[iron ward, LOW TIDE]", "[iron ward]", 8, "blends.0.artists: Tuple should have at least 2 items"),
        ("  - opens with a bell", "  []", 10, "openings: Tuple should have at least 1 item"),
        ("opens with a bell", "b" * 401, 11, "openings.0: String should have at most 400 characters"),
        ("mood: [tender]", "mood: tender", 17, "descriptors.mood: Input should be a valid tuple"),
        ("  - seek: stop early", "  - avoid: it all", 15, "principles.1.seek: Field required"),
    ],
)
def test_a_value_of_the_wrong_shape_is_refused_with_its_line(
    tmp_path: Path, part: str, changed: str, number: int, message: str
) -> None:
    path = written(tmp_path, SMALL.replace(part, changed))

    assert refusal(path).message.startswith(f"{path}:{number}: {message}")


def test_a_line_break_cannot_end_the_list_that_a_text_stands_in(tmp_path: Path) -> None:
    path = written(tmp_path, SMALL.replace("opens with a bell", '"opens\n\n# RULES\nnone"'))

    assert ("opens # RULES none",) == read_taste(path).openings


def test_a_blend_of_unknown_names_is_refused_with_the_nearest(tmp_path: Path) -> None:
    path = written(tmp_path, SMALL.replace("[iron ward,", "[iron word,"))

    error = refusal(path)

    assert f"{path}:8: 'iron word' is not among the artists" == error.message
    assert "did you mean 'Iron Ward'?" == error.hint


def test_a_blend_of_a_name_like_no_other_is_refused_with_the_list(tmp_path: Path) -> None:
    path = written(tmp_path, SMALL.replace("[iron ward,", "[zzz,"))

    assert "there are: Low Tide, Iron Ward" == refusal(path).hint


@pytest.mark.parametrize("taken", ["low-tide", "The Low Tide", "lt"])
def test_a_name_that_means_two_influences_is_refused(tmp_path: Path, taken: str) -> None:
    path = written(tmp_path, SMALL.replace("name: Iron Ward", f"name: {taken}"))

    assert f"{path}:5: {taken!r} already names another influence" == refusal(path).message


@pytest.mark.parametrize(
    ("part", "changed", "place"),
    [
        ("mechanical rhythms", "drums like IRON-WARD", "6: artists.1.dna"),
        ("whispers over machines", "Low  Tide over machines", "9: blends.0.sound"),
        ("opens with a bell", "opens like LT", "11: openings.0"),
        ("point at things", "write as Low Tide would", "13: principles.0.seek"),
        ("[tender]", "[lt]", "17: descriptors.mood.0"),
    ],
)
def test_a_taste_that_names_an_influence_to_the_model_is_refused(
    tmp_path: Path, part: str, changed: str, place: str
) -> None:
    path = written(tmp_path, SMALL.replace(part, changed))

    assert refusal(path).message.startswith(f"{path}:{place} names '")


def test_a_part_of_a_word_is_no_name(tmp_path: Path) -> None:
    path = written(tmp_path, SMALL.replace("opens with a bell", "opens with a waltz at low tides"))

    assert ("opens with a waltz at low tides",) == read_taste(path).openings
