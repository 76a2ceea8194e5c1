"""The labels: which words about a track go into its tags, one field for each thing there is to say."""

import json
import math
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.brief import Brief
from pipeline.listening.timing import Timed
from pipeline.song import Song, clean_line
from pipeline.take import Recording
from pipeline.track import Track, Words

# Values of the IPTC's controlled vocabulary (cv.iptc.org/newscodes/digitalsourcetype): a music model is
# trained on recordings, the rehearsal band only computes.
_TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
_COMPUTED = "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia"

# ISO 639-2/T (yue: ISO 639-3) for each language of the brief; ID3 says XXX for a language nobody knows.
_CODES = """
ar:ara az:aze bg:bul bn:ben ca:cat cs:ces da:dan de:deu el:ell en:eng es:spa fa:fas fi:fin fr:fra he:heb
hi:hin hr:hrv ht:hat hu:hun id:ind is:isl it:ita ja:jpn ko:kor la:lat lt:lit ms:msa ne:nep nl:nld no:nor
pa:pan pl:pol pt:por ro:ron ru:rus sa:san sk:slk sr:srp sv:swe sw:swa ta:tam te:tel th:tha tl:tgl tr:tur
uk:ukr ur:urd vi:vie yue:yue zh:zho
"""
_LANGUAGES = dict(pair.split(":") for pair in _CODES.split())
_BRIEF_LANGUAGES = {code: language for language, code in _LANGUAGES.items()}
_UNKNOWN_LANGUAGE = "XXX"
_NO_WORDS = "zxx"
_LONGEST_PARAMETERS = 20_000  # characters: a job's parameters take 300

# Names that mean a genre wherever they stand in a style prompt. Words that are sounds or things as well
# (metal, house, soul, country, trap) count only inside the longer names.
_NAMES = """
Acid House, Acoustic Pop, Afrobeat, Alternative Metal, Alternative Pop, Alternative R&B, Alternative Rock,
Alt-Country, Alt-Pop, Alt-Rock, Ambient, Art Pop, Art Rock, Bedroom Pop, Big Beat, Black Metal, Bluegrass,
Blues Rock, Boom Bap, Bossa Nova, Breakbeat, Britpop, Chamber Pop, Chillwave, City Pop, Cloud Rap, Coldwave,
Dance-Pop, Darkwave, Deep House, Disco, Doom Metal, Downtempo, Dream Pop, Drum and Bass, Dubstep, EBM, EDM,
Electro, Electroclash, Electronica, Electropop, Emo, Flamenco, Folk, Folk Rock, Folktronica, Funk,
Future Bass, Glitch Hop, Gospel, Gothic Rock, Grime, Grunge, Hard Rock, Hardcore Punk, Heavy Metal, Hip-Hop,
Hyperpop, IDM, Indie, Indie Folk, Indie Pop, Indie Rock, Industrial, Industrial Metal, Industrial Pop,
Industrial Rock, J-Pop, Jazz, K-Pop, Krautrock, Latin Pop, Lo-Fi Hip-Hop, Math Rock, Neo-Soul,
New Wave, Noise Rock, Nu Metal, Phonk, Pop, Pop Punk, Pop Rock, Post-Metal, Post-Punk, Post-Rock,
Progressive Rock, Psychedelic Pop, Psychedelic Rock, Psytrance, Punk, Punk Rock, R&B, Rap, Reggae,
Reggaeton, Rock, Rockabilly, Salsa, Shoegaze, Singer-Songwriter, Ska, Slowcore, Soul Music, Stoner Rock,
Surf Rock, Synth-Pop, Synthwave, Tech House, Techno, Trance, Trap Metal, Trap Soul, Trip-Hop,
UK Garage, Vaporwave, Witch House
"""
_GENRES = [" ".join(name.split()) for name in _NAMES.split(",")]
_MOST_GENRES = 3
# What players bring songs to, in LUFS: ReplayGain 2.0, and R128 of Opus (RFC 7845, 5.2.1) in 256ths of a dB.
_REPLAYGAIN_LUFS, _R128_LUFS, _R128_STEPS = -18.0, -23.0, 256
_MOST_CHAPTERS = 255  # entries of a CTOC frame: one byte counts them
_LONGEST_TITLE = 60  # characters: what a player shows without scrolling
_MOST_READ = 5 * _LONGEST_TITLE  # of a line, however long it is


@dataclass(frozen=True, slots=True)
class Labels:
    """What a file says about itself. Empty text, an empty tuple, None and False flags are simply not written.

    `date` is ISO 8601 (YYYY-MM-DD), `key` as ID3 spells it ("Am"), `language` three letters (zxx: nothing is
    sung), `bpm` the tempo that was asked for. From `prompt` on it is where the song comes from. `rating` is 1…5, and
    `picked` says whether a person chose the take: False is written, None is for files that do not tell. That a
    machine made it is no choice of the caller. From `synced` on it is what was found out by listening: (ms, line)
    and (start ms, end ms, section), `times` whether these were "heard" or "estimated", gains and the picture of
    the front cover (JPEG or PNG) as bytes.
    """

    title: str = ""
    artist: str = ""
    album: str = ""
    album_artist: str = ""
    date: str = ""
    genres: tuple[str, ...] = ()
    bpm: int | None = None
    key: str = ""
    language: str = ""
    lyrics: str = ""
    comment: str = ""
    encoded_by: str = ""
    lyricist: str = ""
    prompt: str = ""
    seed: str = ""
    model: str = ""
    writer: str = ""
    task_id: str = ""
    brief: str = ""
    server: str = ""
    parameters: str = ""
    song_id: str = ""
    templates: str = ""
    rating: int | None = None
    picked: bool | None = None
    rehearsal: bool = False
    digital_source_type: str = ""
    ai_contribution: str = ""
    synced: tuple[tuple[int, str], ...] = ()
    chapters: tuple[tuple[int, int, str], ...] = ()
    times: str = ""
    replaygain_track_gain: str = ""
    replaygain_track_peak: str = ""
    r128_track_gain: str = ""
    cover: bytes = field(default=b"", repr=False)
    ai_generated: bool = field(default=True, init=False)


@dataclass(frozen=True, slots=True)
class Extras:
    """What travels with the words; all of it may be missing.

    `lufs` and `true_peak_dbtp` are those of the file that is delivered. `painter` is the model that painted the
    cover, "" when it was computed.
    """

    timed: Timed | None = None
    lufs: float | None = None
    true_peak_dbtp: float | None = None
    cover: bytes = field(default=b"", repr=False)
    painter: str = ""


_NOTHING_MORE = Extras()


def of(track: Track, *, lyrics: str, artist: str, album: str = "", extras: Extras = _NOTHING_MORE) -> Labels:
    """Say everything about a track: `lyrics` as they are sung, `artist` and `album` from the settings.

    Without an album the songs of a year stand together as "Songs 2026"; rehearsals keep apart from songs.
    """
    told = _told(track, lyrics, clean_line(artist), album)
    painted = ["artwork"] if extras.cover and extras.painter else []
    return replace(
        told,
        ai_contribution=";".join([told.ai_contribution, *painted]),
        replaygain_track_gain=_gain(extras.lufs),
        replaygain_track_peak=_peak(extras.true_peak_dbtp),
        r128_track_gain=_opus_gain(extras.lufs),
        cover=extras.cover,
        **_times(extras.timed),
    )


def _told(track: Track, lyrics: str, artist: str, album: str) -> Labels:
    song = track.words.song
    recording = _chosen(track)
    model = clean_line(str(recording.server_says.get("dit_model") or ""))
    return Labels(
        title=track.title,
        artist=artist,
        album=_album(track, album),
        album_artist=artist,
        date=track.made_at[:10],
        genres=genres(song.prompt),
        bpm=track.brief.bpm or song.bpm,
        key=_initial_key(track.brief.key or song.key),
        language=_LANGUAGES.get(track.language, _UNKNOWN_LANGUAGE) if song.lines else _NO_WORDS,
        lyrics=lyrics if song.lines else "",
        comment=_comment(track, model),
        encoded_by=f"songpipe {track.versions.get('songpipe', '')}".strip(),
        lyricist=clean_line(track.words.model) if song.lines else "",
        prompt=song.prompt,
        seed="" if recording.seed is None else str(recording.seed),
        model=model,
        writer=clean_line(track.words.model),
        task_id=clean_line(recording.task_id),
        brief=clean_line(track.brief.text),
        server=clean_line(recording.server),
        parameters=json.dumps(track.parameters, separators=(",", ":"), sort_keys=True, default=str),
        song_id=track.id,
        templates=track.words.prompts_hash,
        rating=track.rating,
        picked=track.picked,
        rehearsal=track.rehearsal,
        digital_source_type=_COMPUTED if track.rehearsal else _TRAINED,
        ai_contribution=_contribution(track.words),
    )


def title(words: Words, brief: Brief) -> str:
    """Find the title: the brief's, the draft's, the hook of the chorus, the first line, the brief itself."""
    given = (clean_line(brief.title or ""), words.song.title)
    found = (_hook(words.song), *words.song.lines[:1], brief.text)
    return next(filter(None, (*given, *map(_trimmed, found), "Untitled")))


def language_of(code: str) -> str:
    """Give the language of a brief for the three letters of a tag; "" for one that is not among them.

    >>> language_of("deu")
    'de'
    """
    return _BRIEF_LANGUAGES.get(code, "")


def parameters_of(labels: Labels) -> dict[str, Any]:
    """Read the parameters of a job back; nothing when somebody has written there what `of` would not."""
    try:
        found = json.loads(labels.parameters[:_LONGEST_PARAMETERS])
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def genres(prompt: str) -> tuple[str, ...]:
    """Name the genres that a style prompt speaks of, at most three, in its own order."""
    named = (_SPELLING[_bare(match.group())] for match in _GENRE.finditer(prompt))
    return tuple(dict.fromkeys(named))[:_MOST_GENRES]


def _bare(name: str) -> str:
    return re.sub(r"[\s-]+", "", name).lower()


_SPELLING = {_bare(name): name for name in _GENRES}
_GENRE = re.compile(
    r"(?<![\w-])(?:"
    + "|".join(
        re.sub(r"\\?[ -]", r"[\\s-]?", re.escape(name)) for name in sorted(_GENRES, key=len, reverse=True)
    )
    + r")(?![\w-])",
    re.IGNORECASE,
)


def _chosen(track: Track) -> Recording:
    return next(take.recording for take in track.takes if take.recording.number == track.chosen_take)


def _album(track: Track, album: str) -> str:
    name = clean_line(album) or f"Songs {track.made_at[:4]}"
    return f"{name} (rehearsal)" if track.rehearsal else name


def _comment(track: Track, model: str) -> str:
    words = track.words
    lyricist = (clean_line(words.model) or "a person") if words.song.lines else "none"
    if track.rehearsal:
        return f"Rehearsal: machine-made by songpipe's own offline band, no real take; lyrics: {lyricist}."
    return f"AI-generated music ({model or 'ACE-Step'}) made with songpipe; lyrics: {lyricist}."


def _contribution(words: Words) -> str:
    sung = ["vocals"] if words.song.lines else []
    written = ["lyrics"] if words.song.lines and words.model else []
    return ";".join([*sung, "instrumentation", "composition", *written])


def _times(timed: Timed | None) -> dict[str, Any]:
    """Give the labels of lines and sections; a section that nothing is left of is no chapter."""
    if timed is None:
        return {}
    spans = [(_ms(one.start_s), _ms(one.end_s), one.name) for one in timed.sections]
    chapters = tuple(span for span in spans if span[0] < span[1])[:_MOST_CHAPTERS]
    synced = tuple((_ms(line.start_s), line.text) for line in timed.lines)
    return {
        "synced": synced,
        "chapters": chapters,
        "times": ("estimated" if timed.estimated else "heard") if synced or chapters else "",
    }


def _ms(seconds: float) -> int:
    """Round to the hundredth of a second, in milliseconds: the comments of Ogg and FLAC hold no more."""
    return round(seconds * 100) * 10


def _gain(lufs: float | None) -> str:
    return f"{_REPLAYGAIN_LUFS - lufs:.2f} dB" if lufs is not None and math.isfinite(lufs) else ""


def _peak(true_peak_dbtp: float | None) -> str:
    if true_peak_dbtp is None or not math.isfinite(true_peak_dbtp):
        return ""
    return f"{10 ** (true_peak_dbtp / 20):.6f}"


def _opus_gain(lufs: float | None) -> str:
    return str(round((_R128_LUFS - lufs) * _R128_STEPS)) if lufs is not None and math.isfinite(lufs) else ""


def _initial_key(key: str) -> str:
    note, _, mode = key.partition(" ")
    return f"{note}m" if mode == "minor" else note


def _hook(song: Song) -> str:
    """Give the line that the choruses repeat most, else the last line of the last chorus."""
    lines = [line for section in song.sections if section.kind == "chorus" for line in section.lines]
    if not lines:
        return ""
    line, times = Counter(lines).most_common(1)[0]
    return line if times > _choruses(song) else lines[-1]


def _choruses(song: Song) -> int:
    return sum(1 for section in song.sections if section.kind == "chorus")


def _trimmed(line: str) -> str:
    """Make a title of a line: no brackets, no closing punctuation, cut between words."""
    words = re.sub(r"\([^)]*\)", " ", clean_line(line)[:_MOST_READ]).split()
    while len(words) > 1 and len(" ".join(words)) > _LONGEST_TITLE:
        words.pop()
    return " ".join(words)[:_LONGEST_TITLE].strip(' ,.;:–—-…"“”')
