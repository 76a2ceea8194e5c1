"""Songs to draw covers of: every palette and layout is asked for by one of them."""

from math import sin

from pipeline.pictures.cover import CoverSong

PEAKS = tuple(0.5 + 0.4 * sin(index / 9) * sin(index / 70) for index in range(600))
PROMPTS = (
    "insomnia trip-hop, nocturnal, smoky vocals",
    "synthwave, retro 80s, gated drums, neon",
    "alternative rock, raw, aggressive guitars",
    "industrial metal, mechanical, cold",
    "indie folk, fingerpicked guitar, harmonium, weathered",
    "shoegaze, dreamy, swirling guitars",
    "ambient, floating drone, underwater",
    "smoky vocal jazz, sultry",
    "deep house, club, four-on-the-floor",
    "trap, boastful rap, 808",
    "cinematic orchestral, epic choral",
    "dusty americana, country blues, slide guitar",
    "post-rock, melancholic, brooding",
    "gothic darkwave, haunting",
    "electronica, idm, futuristic",
    "singer-songwriter, intimate acoustic ballad",
    "bright uplifting pop, euphoric",
    "jangly indie, fresh, playful",
    "airy dream-pop, serene",
    "neo-soul r&b, tender",
    "funk disco, summer, groovy brass",
    "bossa nova, latin, samba",
    "minimal, sparse, dry post-punk",
    "lo-fi bedroom, mellow cassette",
    "punk, hardcore, fast, shouted",
    "",
)


def song(number: int, title: str = "The Lamp That Nobody Lit") -> CoverSong:
    """Give the cover song of a number, each in another style."""
    prompt = PROMPTS[number % len(PROMPTS)]
    return CoverSong(f"song{number}", title, prompt, "A minor", 84 + number, PEAKS)
