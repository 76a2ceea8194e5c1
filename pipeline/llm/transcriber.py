"""The scribe: a transcription model behind any OpenAI-compatible server says which words a take holds, and when.

Importing this module imports the openai package (about half a second): only commands that listen with it do.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import httpx2

from pipeline.errors import ShelfError, WriterError
from pipeline.listening.alignment import Word
from pipeline.listening.sniff import sniff
from pipeline.llm import characters, complaint
from pipeline.llm.endpoint import Endpoint
from pipeline.llm.errand import Errand, address_hint, barred, plain, sdk
from pipeline.llm.faults import Fault, Kind, of_status
from pipeline.llm.pace import Pace
from pipeline.llm.redact import Redactor
from pipeline.llm.wire import Line

DEADLINE_S = 300.0  # a small Whisper on a processor hears four minutes in two

MOST_WORDS = 5000  # rap of ten minutes has 3,000; more is a model that repeats itself without end
_LONGEST_WORD = 200  # characters; a segment in a language without spaces is one word
_LONGEST_SEGMENT = 4000  # characters; a segment of Whisper is at most 30 s
_LATEST_S = 86_400.0
_NANOSECONDS = 1e7  # s are four months; LocalAI counted in nanoseconds for years (LocalAI#5327)
_SETTING = "listening.transcription"
_OFTEN_REFUSED = 25_000_000  # bytes: the limit of OpenAI, Groq and vLLM as they come
_TYPES = {
    "mp3": "audio/mpeg",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "ogg": "audio/ogg",
    "m4a": "audio/mp4",
    "aac": "audio/aac",
}


class Transcriber:
    """A `studio.Scribe` for OpenAI, Groq, vLLM, whisper.cpp, speaches and every server that speaks like them.

    `deadline_s` is all the time one take gets, in seconds, a second try included. Safe to share between
    threads.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        model: str,
        *,
        deadline_s: float = DEADLINE_S,
        pace: Pace | None = None,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._model = model
        self._deadline_s = deadline_s
        self._pace = pace or Pace()
        self._transport = transport

    def words(self, file: Path, language: str = "") -> tuple[Word, ...]:
        """Give the words that are sung in an audio file, in the order of their times; none in instrumental music.

        `language` is the code of the one that was written ("en"); the words themselves are never told: a model
        that knows them hears them anywhere. Raises `WriterError` (and its children) when the server cannot be
        reached, refuses, or tells no times, `ShelfError` when the file cannot be read. Neither is a fault of
        the song.
        """
        self._endpoint.demand_key()
        size, name = _look(file)
        errand = Errand(self._endpoint, self._deadline_s, self._pace, self._transport)
        try:
            return errand.run(partial(self._send, file, name, language), again=_AGAIN)
        except Fault as fault:
            raise self._told(fault, size) from fault

    def _send(self, file: Path, name: str, language: str, line: Line) -> tuple[Word, ...]:
        """Send the file and read what comes back. Raises `Fault`."""
        # What songpipe knows beyond two letters ("yue", "unknown") is no language to these servers.
        asked: dict[str, Any] = {"language": language} if len(language) == 2 else {}
        with _opened(file) as audio:
            answer: object = sdk(line, self._endpoint).audio.transcriptions.create(
                file=(name, audio, _TYPES.get(name.rsplit(".", 1)[-1], "application/octet-stream")),
                model=self._model,
                response_format="verbose_json",
                timestamp_granularities=["word"],
                **asked,
            )
        return _read(Redactor(self._endpoint.api_key).deep(plain(answer)))

    def _told(self, fault: Fault, size: int) -> WriterError:
        """Make the user's error of a fault, with what to do about it."""
        endpoint, said = self._endpoint, str(fault)
        if (refusal := barred(fault, endpoint, _SETTING)) is not None:
            return refusal
        if fault.kind in _TOO_LARGE and (size > _OFTEN_REFUSED or fault.kind is Kind.TOO_LONG):
            return WriterError(
                f"{endpoint.host} did not take a file of {size / 1e6:.0f} MB: {said}",
                hint="many transcription servers take 25 MB at most: set acestep.audio_format to mp3",
            )
        return WriterError(f"{endpoint.host} did not transcribe: {said}", hint=self._hint(fault))

    def _hint(self, fault: Fault) -> str:
        if hint := address_hint(fault, self._endpoint, _SETTING):
            return hint
        if fault.kind in _OTHER_MODEL:
            return (
                f"set {_SETTING}.model to a model of {self._endpoint.host} that tells"
                f" word times (verbose_json), as the Whisper models do, not {self._model!r}"
            )
        return "the song itself is not affected: its words stay unmeasured"


_AGAIN = frozenset({Kind.BUSY, Kind.SERVER, Kind.LOST})
_TOO_LARGE = frozenset({Kind.TOO_LONG, Kind.REJECTED, Kind.LOST, Kind.SERVER})
_OTHER_MODEL = frozenset(
    {Kind.UNKNOWN_MODEL, Kind.FORBIDDEN_MODEL, Kind.REJECTED, Kind.PARAMETER, Kind.GARBLED, Kind.EMPTY}
)


def _look(file: Path) -> tuple[int, str]:
    """Give the size of a file in bytes and the name it is sent under: of its own, only the kind matters."""
    try:
        if not file.is_file():
            raise ShelfError(f"{str(file)!r} is no file to listen to")
        with file.open("rb") as audio:
            kind = sniff(audio.read(128)) or "mp3"
        return file.stat().st_size, f"take.{'ogg' if kind == 'opus' else kind}"
    except OSError as error:
        raise _unreadable(file, error) from error


def _opened(file: Path) -> BinaryIO:
    try:
        return file.open("rb")
    except OSError as error:
        raise _unreadable(file, error) from error


def _unreadable(file: Path, error: OSError) -> ShelfError:
    return ShelfError(f"{str(file)!r} cannot be read: {error.strerror or type(error).__name__}")


def _read(answer: object) -> tuple[Word, ...]:
    """Read the words out of an answer in any of the shapes that servers give it.

    Word times stand at the top (OpenAI) or inside the segments (whisper.cpp); where there are only segments,
    their words share their time. Raises `Fault` when there are words and no times, or nothing to read at all.
    """
    if not isinstance(answer, Mapping):
        raise Fault(Kind.GARBLED, "the answer is not what the API promises")
    if answer.get("error"):
        said = complaint.of(answer)
        raise of_status(said.status or 500, said)
    segments = [row for row in _rows(answer.get("segments")) if isinstance(row, Mapping)]
    words = (
        _spoken(answer.get("words"))
        or [word for row in segments for word in _spoken(row.get("words"))]
        or [word for row in segments for word in _spread(row)]
    )
    if not words and _is_silent(answer):
        return ()
    scale = 1e-9 if any(word.end_s > _NANOSECONDS for word in words) else 1.0
    scaled = (Word(word.text, word.start_s * scale, word.end_s * scale) for word in words)
    timely = sorted((word for word in scaled if word.end_s <= _LATEST_S), key=lambda word: word.start_s)
    if not timely:
        raise Fault(Kind.EMPTY, "the answer tells no times of words")
    return tuple(timely[:MOST_WORDS])


def _is_silent(answer: Mapping[str, Any]) -> bool:
    """Whether the server says that nobody sings, which is an answer too."""
    text = answer.get("text")
    if isinstance(text, str):
        return not text.strip()
    return [] in (answer.get("words"), answer.get("segments"))


def _spoken(rows: object) -> list[Word]:
    """Read a list of `{"word": …, "start": …, "end": …}`; what has no text or no time is left out."""
    read = [(_text(row), word) for row in _rows(rows) if (word := _timed(row, _LONGEST_WORD)) is not None]
    # whisper.cpp cuts words into tokens (" That", "'s"); where most begin with a space, the rest go on.
    spaced = 2 * sum(raw[:1] == " " for raw, _ in read) > len(read)
    words: list[Word] = []
    for raw, word in read:
        if spaced and raw[:1] != " " and words:
            joined = (words[-1].text + word.text)[:_LONGEST_WORD]
            words[-1] = Word(joined, words[-1].start_s, max(words[-1].end_s, word.end_s))
        else:
            words.append(word)
    return words


def _spread(row: Mapping[str, Any]) -> list[Word]:
    """Share a segment's time among its words by their length: a second off at most, where no word has its own."""
    segment = _timed(row, _LONGEST_SEGMENT)
    if segment is None:
        return []
    pieces = segment.text.split()
    letter_s = (segment.end_s - segment.start_s) / sum(map(len, pieces))
    words: list[Word] = []
    start = segment.start_s
    for piece in pieces:
        end = start + len(piece) * letter_s
        words.append(Word(piece[:_LONGEST_WORD], start, end))
        start = end
    return words


def _timed(row: object, longest: int) -> Word | None:
    """Read a row with a text and its times in seconds; None when either cannot be one."""
    if not isinstance(row, Mapping):
        return None
    text = characters.one_line(_text(row), longest)
    start, end = complaint.number(row.get("start")), complaint.number(row.get("end"))
    if not text or start is None:
        return None
    return Word(text, start, max(start, start if end is None else end))


def _text(row: Mapping[str, Any]) -> str:
    text = row.get("word", row.get("text"))
    return text if isinstance(text, str) else ""


def _rows(value: object) -> list[Any]:
    return value[: 2 * MOST_WORDS] if isinstance(value, list) else []
