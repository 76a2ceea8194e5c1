"""SP3xx: the style prompt, the caption that the music server conditions on."""

import re
from collections.abc import Callable, Iterable, Iterator

from pipeline.song import Severity
from pipeline.writing import fit
from pipeline.writing.lexicon import Phrases, words
from pipeline.writing.rules import metas, names
from pipeline.writing.rules.proof import Proof, content
from pipeline.writing.rules.rule import Fault, Rule

_FEWEST_WORDS = 8  # that say something; the notes' own good prompts have eleven and more
_MISSING_AT_MOST = 1  # facets; one may be told in words that the lists do not know
_DOCUMENTED_LENGTH = 512  # characters (ACE-Step, inference.py)
_TAG = re.compile(r"\[[^\[\]]{1,40}\]")
_FEMALE = frozenset(words("female woman women girl soprano contralto"))
_MALE = frozenset(words("male man men boy baritone tenor"))
_EXAMPLES = {
    "genre": "dark alternative rock, minimal R&B",
    "mood": "nocturnal, brooding, tender",
    "instruments": "sparse guitar, deep bass, glitchy synths",
    "voice": "breathy female vocals, whispered baritone",
    "production": "cinematic, close and dry, analog warmth",
}


def _lacks(proof: Proof, name: str, phrases: Phrases) -> bool:
    """Say whether the prompt leaves a facet out; an instrumental needs no voice."""
    wanted = bool(phrases) and (proof.sung or name != "voice")
    return wanted and not any(phrases.among(proof.style))


def _facet(name: str) -> Callable[[Proof], Iterable[Fault]]:
    def check(proof: Proof) -> Iterator[Fault]:
        if _lacks(proof, name, dict(proof.lexicon.facets)[name]):
            yield Fault(
                f"the PROMPT names no {name}",
                f"describe the {name} in the PROMPT, for example: {_EXAMPLES[name]}",
                proof.prompt_line,
            )

    return check


def _generic(proof: Proof) -> Iterator[Fault]:
    missing = [name for name, phrases in proof.lexicon.facets if _lacks(proof, name, phrases)]
    few = len(content(proof.prompt)) < _FEWEST_WORDS
    if few or len(missing) > _MISSING_AT_MOST:
        lacking = f": no {', no '.join(missing)}" if missing else ""
        yield Fault(
            f"the PROMPT is generic{lacking}",
            "add at least three specific descriptors, so that genre, mood, instruments, voice and "
            "production are all there",
            proof.prompt_line,
        )


def _artist_names(proof: Proof) -> Iterator[Fault]:
    places = [("PROMPT", proof.song.prompt, proof.prompt_line)] + [
        (f"tag [{section.tag[:40]}]", f"{section.tag}, {section.hint}", proof.tag_line(index))
        for index, section in enumerate(proof.song.sections)
    ]
    artists = names.banned(proof.artists, proof.lexicon)
    for place, text, line in places:
        for name in names.named(text, artists, proof.lexicon)[:3]:
            yield Fault(
                f"the {place} names an artist: {name[:60]}",
                "describe the sound instead of the name: genre, voice, instruments, production",
                line,
            )


def _metas_in_prompt(proof: Proof) -> Iterator[Fault]:
    for meta in metas.find(proof.song.prompt)[:3]:
        field = {
            "tempo": "put it on the BPM: line",
            "key": "put it on the KEY: line",
            "length": "leave it out",
        }
        yield Fault(
            f"the PROMPT states the {meta.kind} ({meta.phrase[:40]!r})",
            f"{field[meta.kind]}; the server has a field of its own for it",
            proof.prompt_line,
        )


def _too_long(proof: Proof) -> Iterator[Fault]:
    taken = fit.tokens(proof.song.prompt)
    if taken > fit.CAPTION_TOKENS:
        longest = len(proof.song.prompt) * fit.CAPTION_TOKENS // taken
        yield Fault(
            f"the PROMPT is too long for the music server (about {taken} tokens of {fit.CAPTION_TOKENS})",
            f"shorten the PROMPT to at most {longest} characters; keep the opening and the strongest "
            "descriptors",
            proof.prompt_line,
        )


def _long(proof: Proof) -> Iterator[Fault]:
    if len(proof.song.prompt) > _DOCUMENTED_LENGTH and fit.tokens(proof.song.prompt) <= fit.CAPTION_TOKENS:
        yield Fault(
            f"the PROMPT has {len(proof.song.prompt)} characters, more than the server's guide recommends",
            f"keep the PROMPT within {_DOCUMENTED_LENGTH} characters",
            proof.prompt_line,
        )


def _dynamics(proof: Proof) -> Iterator[Fault]:
    if proof.lexicon.dynamics and not any(proof.lexicon.dynamics.among(proof.style)):
        yield Fault(
            "the PROMPT does not say how the song moves",
            "add how the dynamics change: what builds, drops out, returns",
            proof.prompt_line,
        )


def _tags_in_prompt(proof: Proof) -> Iterator[Fault]:
    tag = _TAG.search(proof.song.prompt)
    if tag:
        yield Fault(
            f"the PROMPT holds the tag {tag.group()}",
            "keep tags in the LYRICS; the PROMPT is one paragraph on the sound",
            proof.prompt_line,
        )


def _voices_agree(proof: Proof) -> Iterator[Fault]:
    said = set(proof.style)
    if "duet" in said or bool(said & _FEMALE) == bool(said & _MALE):
        return
    other = _MALE if said & _FEMALE else _FEMALE
    for index, section in enumerate(proof.song.sections):
        if other & set(words(section.hint)):
            yield Fault(
                f"[{section.tag[:40]}] asks for another voice than the PROMPT",
                "let PROMPT and hints name the same voice, or say in the PROMPT that it is a duet",
                proof.tag_line(index),
            )


_ERROR, _WARNING = Severity.ERROR, Severity.WARNING
_SPECIFIC = "The song-writing notes: be specific about genre, mood, instruments, voice and production."
RULES = (
    *(
        Rule(
            f"SP{301 + place}", f"prompt-{name}", _WARNING,
            f"The PROMPT describes the {name}.",
            _SPECIFIC,
            _facet(name),
        )
        for place, name in enumerate(_EXAMPLES)
    ),
    Rule(
        "SP306", "prompt-generic", _ERROR,
        "The PROMPT has at least eight words that say something and misses at most one of genre, mood, "
        "instruments, "
        "voice (not of an instrumental) and production.",
        "The song-writing notes: if the prompt sounds generic, add three more specific descriptors.",
        _generic,
    ),
    Rule(
        "SP307", "artist-name", _ERROR,
        "Neither PROMPT nor tags name an artist: none of the taste, and nobody in 'sounds like X' or "
        "'X-esque'.",
        "The song-writing notes: the model does not know artists; describe the sound.",
        _artist_names,
    ),
    Rule(
        "SP308", "metas-in-prompt", _ERROR,
        "The PROMPT states no tempo, key or length.",
        "They have fields of their own; said twice they contradict each other (ACE-Step, music creation "
        "guide).",
        _metas_in_prompt, "Tempo and key move into their fields when these are empty; the length is removed.",
    ),
    Rule(
        "SP309", "prompt-too-long", _ERROR,
        f"The PROMPT takes at most {fit.CAPTION_TOKENS} tokens, about 700 characters in a Latin script.",
        "The server cuts the caption at 256 tokens, silently, and what it loses first is length, key and "
        "tempo.",
        _too_long,
    ),
    Rule(
        "SP310", "prompt-long", _WARNING,
        f"The PROMPT has at most {_DOCUMENTED_LENGTH} characters.",
        "ACE-Step's documented limit; its examples have 154 to 724, median 223.",
        _long,
    ),
    Rule(
        "SP311", "prompt-dynamics", _WARNING,
        "The PROMPT tells how the dynamics change through the song.",
        "The song-writing notes: dynamic changes throughout the song.",
        _dynamics,
    ),
    Rule(
        "SP312", "tags-in-prompt", _WARNING,
        "The PROMPT holds no section tags.",
        "Tags work in the lyrics only.",
        _tags_in_prompt,
    ),
    Rule(
        "SP313", "voices-agree", _WARNING,
        "Hints and PROMPT do not name different voices.",
        "Caption and tags must agree (ACE-Step, docs/en/Tutorial.md); mixed-up voices are a frequent "
        "complaint (#1095).",
        _voices_agree,
    ),
)  # fmt: skip
