"""The layouts: the ways a cover can be composed, and the choice among them for a song."""

from dataclasses import dataclass
from math import fsum

from pipeline.pictures.dice import Dice
from pipeline.pictures.layouts import grids, lands, posters, rounds
from pipeline.pictures.layouts.place import Layout
from pipeline.pictures.palettes import weighed


@dataclass(frozen=True, slots=True)
class Offer:
    """A layout and the words of a style prompt that suit it."""

    name: str
    draw: Layout
    words: frozenset[str]


def _offer(name: str, draw: Layout, words: str) -> Offer:
    return Offer(name, draw, frozenset(words.split()))


LAYOUTS: tuple[Offer, ...] = (
    _offer(
        "ring", rounds.ring, "trip-hop electronic house soul r&b hypnotic loop vinyl disco downtempo neo-soul"
    ),
    _offer(
        "grooves",
        rounds.grooves,
        "jazz blues acoustic folk vinyl analog psychedelic swirling guitar warm wood",
    ),
    _offer("bloom", rounds.bloom, "dream dreamy pop love romantic spring ethereal tender bossa garden lush"),
    _offer(
        "arches", rounds.arches, "funk disco soul country summer reggae retro groovy brass latin gospel 70s"
    ),
    _offer(
        "ridges", lands.ridges, "post-punk indie minimal post-rock cold darkwave shoegaze gothic sparse drone"
    ),
    _offer(
        "hills",
        lands.hills,
        "folk country americana cinematic road desert ballad orchestral wide epic lonesome",
    ),
    _offer(
        "aurora",
        lands.aurora,
        "ambient space dream-pop floating cinematic airy chill reverb lo-fi weightless",
    ),
    _offer("dots", grids.dots, "electro techno pop funk edm dance indie bright digital glitch synth-pop"),
    _offer(
        "tiles",
        grids.tiles,
        "synth-pop electronica idm krautrock minimal jazz playful art math electro trance",
    ),
    _offer(
        "bars", posters.bars, "rock rap hip-hop trap industrial metal grunge aggressive 808 hard drill punk"
    ),
    _offer(
        "shards",
        posters.shards,
        "punk metal industrial noise hardcore aggressive harsh rock energetic distorted",
    ),
)


def choose(prompt: str, dice: Dice) -> Offer:
    """Pick a layout that suits a style prompt; any of them when it says nothing."""
    words = weighed(prompt)
    scores = [fsum(words.get(word, 0.0) for word in offer.words) for offer in LAYOUTS]
    return dice.pick(
        [offer for offer, score in zip(LAYOUTS, scores, strict=True) if score >= max(scores) / 3]
    )
