"""SP5xx: what the music server can take, and what fits into the seconds it plays."""

import math
from collections.abc import Iterator

from pipeline.brief import LONGEST_S, SHORTEST_S
from pipeline.song import Severity
from pipeline.writing import fit, render
from pipeline.writing.rules.proof import Proof
from pipeline.writing.rules.rule import Fault, Rule

_ADVISED_LINE = 8  # syllables a line, for the hint


def lyrics_tokens(proof: Proof) -> int:
    """Estimate the tokens of the lyrics as the server gets them: tags, hints, lines and the gaps between."""
    return fit.tokens(render.lyrics(proof.song))


def _lyrics_too_long(proof: Proof) -> Iterator[Fault]:
    taken = lyrics_tokens(proof)
    if taken > fit.LYRICS_TOKENS:
        yield Fault(
            f"the lyrics are too long for the music server (about {taken} tokens of {fit.LYRICS_TOKENS})",
            f"cut about {100 - 100 * fit.LYRICS_TOKENS // taken} % of the lyrics; the server would drop "
            "the end",
        )


def _duration(proof: Proof) -> Iterator[Fault]:
    if not SHORTEST_S <= proof.duration_s <= LONGEST_S:  # also when it is not a number
        yield Fault(
            f"{proof.duration_s:g} s is not a length the music server can play",
            f"choose a duration between {SHORTEST_S} and {LONGEST_S} seconds",
        )


def _few_words(proof: Proof) -> Iterator[Fault]:
    least, most = _range(proof)
    sung = fit.words(proof.song.lines)
    if proof.lines and proof.sung and sung < least:
        yield Fault(
            f"{sung} words are few for {proof.duration_s:g} s",
            f"write {least} to {most} words: another verse, a bridge, the chorus again",
        )


def _many_words(proof: Proof) -> Iterator[Fault]:
    least, most = _range(proof)
    sung = fit.words(proof.song.lines)
    if proof.sung and most < sung <= _fastest(proof):
        yield Fault(f"{sung} words are many for {proof.duration_s:g} s", f"write {least} to {most} words")


def _too_many_words(proof: Proof) -> Iterator[Fault]:
    least, most = _range(proof)
    sung = fit.words(proof.song.lines)
    if proof.sung and sung > _fastest(proof):
        yield Fault(
            f"{sung} words cannot be sung in {proof.duration_s:g} s",
            f"cut the lyrics to {least} to {most} words, about {most // _ADVISED_LINE} short lines",
        )


def _range(proof: Proof) -> tuple[int, int]:
    return fit.word_range(_seconds(proof))


def _fastest(proof: Proof) -> float:
    wordy = proof.tells(proof.lexicon.wordy_genres)
    return _seconds(proof) * (fit.RAPPED_WORDS_PER_S if wordy else fit.FASTEST_WORDS_PER_S)


def _seconds(proof: Proof) -> float:
    """Give the duration within the server's limits; SP502 speaks of one that is not."""
    if math.isnan(proof.duration_s):
        return SHORTEST_S
    return min(max(proof.duration_s, SHORTEST_S), LONGEST_S)


def _planner(proof: Proof) -> Iterator[Fault]:
    room = fit.PLANNER_TOKENS - fit.PLANNER_CODES_PER_S * _seconds(proof)
    taken = fit.tokens(proof.song.prompt) + lyrics_tokens(proof)
    if taken > room and lyrics_tokens(proof) <= fit.LYRICS_TOKENS:
        yield Fault(
            f"words and length together overfill the server's planning model (about {taken} tokens, room "
            f"for {room:.0f})",
            "shorten the lyrics, or the song, or turn thinking off",
        )


_ERROR, _WARNING = Severity.ERROR, Severity.WARNING
RULES = (
    Rule(
        "SP501", "lyrics-too-long", _ERROR,
        f"The lyrics with their tags take at most {fit.LYRICS_TOKENS} tokens.",
        "The server cuts them at 2,048 tokens, silently: the end of the song is lost (ACE-Step 1.5, "
        "handler.py).",
        _lyrics_too_long,
    ),
    Rule(
        "SP502", "duration", _ERROR,
        f"The duration is {SHORTEST_S} to {LONGEST_S} seconds.",
        "What ACE-Step 1.5 renders.",
        _duration,
    ),
    Rule(
        "SP503", "few-words", _WARNING,
        f"There are at least {fit.SLOWEST_WORDS_PER_S} words for each second.",
        "The sparsest English example of ACE-Step's own; too long a duration brings filler.",
        _few_words,
    ),
    Rule(
        "SP504", "many-words", _WARNING,
        f"There are at most {fit.SUNG_WORDS_PER_S} words for each second.",
        "A voice without pauses (HOT-Step, calibrated on finished recordings).",
        _many_words,
    ),
    Rule(
        "SP505", "too-many-words", _ERROR,
        f"There are at most {fit.FASTEST_WORDS_PER_S} words for each second ({fit.RAPPED_WORDS_PER_S} in "
        "rap and its kin).",
        "The densest of ACE-Step's own English examples; the server stops on time and the end is cut off.",
        _too_many_words,
    ),
    Rule(
        "SP506", "planner-window", _WARNING,
        "Prompt, lyrics and five audio codes a second fit into the planning model's 4,096 tokens.",
        "ACE-Step 1.5, llm_inference.py; it matters with `thinking`.",
        _planner,
    ),
)  # fmt: skip
