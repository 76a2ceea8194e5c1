"""Writing songs down: as a draft file that reads back as the same song, and as the lyrics the server gets."""

from pipeline.song import Section, Song
from pipeline.writing import fields, lines, sections
from pipeline.writing.lines import VERBATIM
from pipeline.writing.repairs import Repairs

INSTRUMENTAL = "[Instrumental]"  # what the server takes for a song without words


def draft(song: Song) -> str:
    """Write a song as a draft file: TITLE, BPM and KEY where it has them, PROMPT, LYRICS.

    What `parse` would change or read as structure gets a backslash and a space before it and is then taken
    as it stands: `parse.song(render.draft(song)).song == song`, without a repair.
    """
    head = [_field("TITLE", song.title)] if song.title else []
    head += [f"BPM: {song.bpm}"] if song.bpm else []
    head += [f"KEY: {song.key}"] if song.key else []
    head += [_field("PROMPT", song.prompt), "LYRICS:"]
    blocks = ["\n".join(head)]
    sung: dict[str, bool] = {}
    for before, section in zip((None, *song.sections), song.sections, strict=False):
        blocks.append(_block(section, _is_misread(section, before, sung)))
        if section.lines:
            sections.remember(section.tag, True, sung)
    return "\n\n".join(blocks).replace("LYRICS:\n\n", "LYRICS:\n", 1) + "\n"


def lyrics(song: Song) -> str:
    """Write the words as the server and the USLT frame get them; `INSTRUMENTAL` when nothing is sung."""
    if not song.lines:
        return INSTRUMENTAL
    return "\n\n".join("\n".join((_tag(section, ""), *section.lines)) for section in song.sections)


def _block(section: Section, misread: bool) -> str:
    sung = (line if lines.reads_as_itself(line) else VERBATIM + line for line in section.lines)
    return "\n".join((_tag(section, VERBATIM if misread else ""), *sung))


def _tag(section: Section, escape: str) -> str:
    return f"[{escape}{section.tag} - {section.hint}]" if section.hint else f"[{escape}{section.tag}]"


def _is_misread(section: Section, before: Section | None, sung: dict[str, bool]) -> bool:
    """Say whether a plain tag would be spelled anew, given the words of another section, or left out."""
    return (
        not lines.tag_reads_as_itself(section.tag, section.hint)
        or (not section.lines and sections.words_again(section.tag, section.hint, False, sung) is not None)
        or (before is not None and sections.grows_on(before, section))
    )


def _field(name: str, text: str) -> str:
    plain = f"{name}: {text}"
    repairs = Repairs()
    line = lines.read(plain, repairs=repairs)
    same = line.label is not None and fields.value([line.label.rest]) == text and not repairs.sentences()
    return plain if same and lines.is_clear(plain) else f"{name}: {VERBATIM}{text}"
