"""The template files: packaged, overridden file by file, and never quietly ignored."""

import os
from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.settings import packaged
from pipeline.settings.taste import load_taste
from pipeline.settings.templates import LARGEST, load_templates, prompts_hash
from pipeline.writing import prompt

TASTES = [packaged.folder("configs") / "taste"]


def refusal(folder: Path) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        load_templates(folder)
    assert "\n" not in caught.value.message
    return caught.value


def test_every_packaged_template_is_known_and_used() -> None:
    files = {path.name for path in packaged.folder("prompts").glob("*.j2")}

    assert files == prompt.VARIABLES.keys() == load_templates(None).sources.keys()


def test_a_users_file_stands_in_for_the_packaged_one_and_for_no_other(tmp_path: Path) -> None:
    (tmp_path / "repair.j2").write_text("Again: {{ fault }}\n")

    own, shipped = load_templates(tmp_path), load_templates(None)

    assert "Again: {{ fault }}\n" == own.sources["repair.j2"]
    assert {**shipped.sources, "repair.j2": "Again: {{ fault }}\n"} == own.sources


def test_an_empty_folder_changes_nothing(tmp_path: Path) -> None:
    assert load_templates(None) == load_templates(tmp_path)


def test_notes_hidden_files_and_backups_beside_the_templates_are_left_alone(tmp_path: Path) -> None:
    for name in ("README.md", ".system.j2", "system.j2~", "system.j2.orig", "old.txt"):
        (tmp_path / name).write_text("{{ nothing")

    assert load_templates(None) == load_templates(tmp_path)


def test_a_typo_in_a_templates_name_is_refused_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "sistem.j2").write_text("x")

    error = refusal(tmp_path)

    assert f"{tmp_path / 'sistem.j2'}: no template has this name" == error.message
    assert "did you mean system.j2? the templates are system.j2, brief.j2, repair.j2, format.j2" == error.hint


def test_a_name_like_no_template_is_refused_with_the_list(tmp_path: Path) -> None:
    (tmp_path / "zzz.j2").write_text("x")

    assert refusal(tmp_path).hint.startswith("the templates are system.j2,")


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    error = refusal(tmp_path / "none")

    assert (
        f"the prompts folder {str(tmp_path / 'none')!r} cannot be read: No such file or directory"
        == error.message
    )
    assert "remove the setting" in error.hint


def test_a_folder_that_no_system_could_name_is_refused() -> None:
    assert "cannot be read" in refusal(Path("a\0b")).message


def test_a_file_instead_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "prompts").write_text("x")

    assert refusal(tmp_path / "prompts").message.endswith("cannot be read: Not a directory")


def test_a_link_to_a_template_is_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.txt").write_text("Again: {{ fault }}")
    (tmp_path / "repair.j2").symlink_to(tmp_path / "elsewhere.txt")

    assert "Again: {{ fault }}" == load_templates(tmp_path).sources["repair.j2"]


def test_what_is_no_file_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "system.j2")

    assert f"{tmp_path / 'system.j2'}: not a file" == refusal(tmp_path).message


def test_a_broken_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "system.j2").symlink_to(tmp_path / "gone")

    assert f"{tmp_path / 'system.j2'}: not a file" == refusal(tmp_path).message


def test_a_file_that_fails_while_it_is_read_is_named() -> None:
    if not Path("/proc/self/mem").is_file():
        pytest.skip("this system has no file that opens and cannot be read")
    folder = Path(os.environ["HOME"])
    (folder / "system.j2").symlink_to("/proc/self/mem")

    assert refusal(folder).message.startswith(f"{folder / 'system.j2'}: cannot be read: ")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xff\xfe", "not UTF-8 text"),
        (b"caf\xe9", "not UTF-8 text"),
        (b"x" * (LARGEST + 1), f"larger than {LARGEST} bytes"),
        ("é".encode() * LARGEST, f"larger than {LARGEST} bytes"),
    ],
)
def test_a_file_that_is_no_template_text_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "brief.j2").write_bytes(content)

    assert f"{tmp_path / 'brief.j2'}: {reason}" == refusal(tmp_path).message


def test_a_file_saved_on_windows_is_the_same_template(tmp_path: Path) -> None:
    text = load_templates(None).sources["system.j2"]
    (tmp_path / "system.j2").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())

    assert load_templates(None) == load_templates(tmp_path)


@pytest.mark.parametrize(
    ("name", "source", "told"),
    [
        ("system.j2", "a\n{{ oops }", "2: unexpected '}'"),
        ("brief.j2", "{{ request }}\n{{ artists }}{{ mood }}", "2: unknown variables artists, mood"),
        ("format.j2", "{{ title }}", "1: unknown variable title"),
        ("system.j2", "{% include 'secrets.j2' %}", "1: 'secrets.j2' cannot be included here"),
    ],
)
def test_a_fault_in_a_users_template_is_named_with_its_path_and_line(
    tmp_path: Path, name: str, source: str, told: str
) -> None:
    (tmp_path / name).write_text(source)

    assert f"{tmp_path / name}:{told}" == refusal(tmp_path).message


def test_the_hash_tells_every_change_of_a_template(tmp_path: Path) -> None:
    (tmp_path / "repair.j2").write_text("Again.")
    first = load_templates(tmp_path).hash
    (tmp_path / "repair.j2").write_text("Again!")

    hashes = {load_templates(None).hash, first, load_templates(tmp_path).hash}

    assert (3, {64}) == (len(hashes), {len(text) for text in hashes})


def test_the_hash_stored_with_a_song_tells_templates_and_taste_apart() -> None:
    templates = load_templates(None)
    other = prompt.Templates(templates.sources, "another")
    default, acoustic = (load_taste(name, TASTES) for name in ("default", "acoustic"))

    hashes = {
        prompts_hash(templates, default),
        prompts_hash(templates, acoustic),
        prompts_hash(other, default),
    }

    assert 3 == len(hashes)
    assert prompts_hash(templates, default) == prompts_hash(
        load_templates(None), load_taste("default", TASTES)
    )
