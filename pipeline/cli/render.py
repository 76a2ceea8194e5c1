"""`songpipe render`: a draft file, edited by hand or not, or a finished song, to a tagged file."""

from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.group import common_options
from pipeline.cli.options import asked, overrides, performance_options

if TYPE_CHECKING:  # a command imports what it needs when it runs
    from pipeline.brief import Brief
    from pipeline.labels import Labels
    from pipeline.settings.load import Assignment
    from pipeline.track import Author


@click.command(short_help="Play a draft file: PROMPT and LYRICS to a tagged file.")
@click.argument("file", required=False)
@click.option("--from", "song_file", metavar="SONG", help="Play the song again that this audio file tells.")
@performance_options
@common_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    file: str | None,
    song_file: str | None,
    assignments: tuple[str, ...],
    id3v23: bool,
    **song: Any,
) -> None:
    """Have the draft in FILE played ("-" reads standard input).

    A draft is what `songpipe write --no-render` gives: PROMPT: with the sound, LYRICS: with tagged sections.
    Played from where songpipe left it, it keeps the length, language and so on that it was written for.

    With --from an audio file that songpipe made takes the place of FILE: words and who wrote them, sound, seed and
    parameters are read out of its tags.
    """
    from pipeline.cli.making import brief_for, make, order_for
    from pipeline.cli.reading import read_text

    if (file is None) == (song_file is None):
        raise click.UsageError("give a draft FILE or --from SONG, one of the two.")
    given, settings = ctx.find_root().obj or {}, overrides(assignments, id3v23=id3v23)
    more: dict[str, Any] = {"origin": "render"}
    if song_file is not None:
        draft, more["author"], brief, its = _reissue(song_file, asked(song))
        settings = (*its, *settings)
    else:
        name = str(file)
        draft = read_text(name, "the draft on standard input" if name == "-" else f"the draft {name}")
        brief = brief_for(given, name, asked(song), settings)
    make(given, order_for(given, brief, settings, draft=draft, **more), settings)


def _reissue(song_file: str, fields: dict[str, Any]) -> "tuple[str, Author, Brief, list[Assignment]]":
    """Read a song out of its file: the draft and its author, the brief with `fields` on top, the settings.

    Raises InputError.
    """
    from pipeline.brief import take_order
    from pipeline.errors import InputError
    from pipeline.library.reissue import author_of, draft_of, settings_of

    labels = _labels(song_file)
    try:
        draft, known = draft_of(labels)
    except InputError as error:
        raise InputError(f"cannot play {song_file!r} again: {error.message}", hint=error.hint) from error
    settings: list[Assignment] = [("--from", told) for told in settings_of(labels)]
    return draft, author_of(labels), take_order(command="render", **{**known, **fields}), settings


def _labels(song_file: str) -> "Labels":
    from pathlib import Path

    from pipeline.audio.tagger import FileTagger
    from pipeline.errors import InputError, ShelfError

    try:
        return FileTagger().read(Path(song_file))
    except ShelfError as error:
        raise InputError(error.message, hint="--from takes a file that songpipe has made") from error
    except ValueError as error:
        raise InputError(f"cannot read {song_file!r}: not a usable file name") from error
