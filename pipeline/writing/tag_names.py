"""The names of sections: what ACE-Step knows, and what other languages call the same thing."""

# The server has no tag parser: a tag works because the model met it in training. The spellings are those of
# the 200 songs in ACE-Step-1.5 `examples/text2music` and of its Tutorial.md. Aliases are parted by spaces;
# case, spaces and hyphens inside a name do not matter.
_ALIASES = {
    "Intro": "introduction opening introducción introduccion introdução introduzione einleitung vorspiel "
    "wstęp giriş вступление вступ интро 前奏 序奏 イントロ 인트로 전주 مقدمة",
    "Verse": "vers verso estrofa strofa strophe couplet zwrotka kıta sloka säkeistö bait куплет κουπλέ "
    "主歌 歌词 詩節 aメロ ヴァース バース 절 벌스 בית مقطع अंतरा lời",
    "Pre-Chorus": "pre prerefrain prérefrain avantrefrain vorrefrain precoro preestribillo prérefrão "
    "prerefrão preritornello przedrefren предприпев передприспів 导歌 導歌 预副歌 前副歌 bメロ "
    "프리코러스",
    "Chorus": "refrain estribillo coro refrão refrao ritornello refren refrein refräng refreng omkvæd "
    "kertosäe kehrreim nakarat reff припев приспів ρεφρέν 副歌 サビ コーラス 후렴 코러스 פזמון لازمة "
    "मुखड़ा điệpkhúc",
    "Post-Chorus": "postrefrain nachrefrain postcoro postestribillo постприпев 后副歌 後副歌",
    "Bridge": "puente ponte pont brücke bruecke brug brygga bro mostek köprü бридж мост місток γέφυρα "
    "桥段 橋段 过渡 cメロ ブリッジ 브릿지 브리지 גשר",
    "Outro": "ending coda epílogo final finale schluss abspann nachspiel cierre encerramento chiusura "
    "zakończenie концовка кода аутро кінцівка 尾奏 尾声 結尾 アウトロ 아웃트로 후주 خاتمة",
    "Instrumental Break": "zwischenspiel interludio interlúdio intermezzo przerywnik проигрыш програш "
    "间奏 間奏 간주",
    "Final Chorus": "lastchorus últimoestribillo últimorefrão dernierrefrain letzterrefrain 大サビ "
    "ラストサビ",
    "Instrumental": "inst instrumentalsection 器楽 インスト инструментал 纯音乐 純音樂 연주",
    "Guitar Solo": "solodeguitarra solodeguitare gitarrensolo гитарноесоло 吉他独奏 ギターソロ 기타솔로",
}
_OTHERS = (
    *(
        "Build-Up",
        "Build",
        "Breakdown",
        "Drop",
        "Final Drop",
        "Instrumental Drop",
        "Hook",
        "Break",
        "Interlude",
    ),
    *("Solo", "Guitar Interlude", "Piano Interlude", "Outro Chorus", "Climax", "Scatting vocal sample"),
)
_ENDINGS = (
    *("Silence", "abrupt silence", "Fade Out", "Synth arpeggio fades out", "Instrumental fades out"),
    *("Song fades out", "Music fades out", "Song ends abruptly"),
)
# "Sax Solo", "Double Chorus", "Spoken Bridge": families of which the training set has many members.
_FAMILIES = frozenset(
    (
        "solo",
        "interlude",
        "break",
        "drop",
        "chorus",
        "verse",
        "bridge",
        "hook",
        "intro",
        "outro",
        "breakdown",
        "build",
    )
)
# A line that is nothing but one of these words is a tag, brackets or not; "Drop" or "Hook" alone may be sung.
_PLAIN_WORDS = frozenset(
    (
        *("intro", "verse", "prechorus", "chorus", "postchorus", "bridge", "outro", "finalchorus"),
        *("instrumental", "refrain", "couplet", "strophe", "estribillo", "estrofa", "puente", "strofa"),
        *("ritornello", "refren"),
    )
)
_RESUNG = frozenset(("Chorus", "Pre-Chorus", "Post-Chorus", "Final Chorus", "Outro Chorus", "Hook"))


def _key(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


_CANONICAL = {_key(name): name for name in (*_ALIASES, *_OTHERS, *_ENDINGS)} | {
    _key(alias): name for name, aliases in _ALIASES.items() for alias in aliases.split()
}


def exactly(name: str) -> str:
    """Spell a name without its number as the server learned it, in English; "" when it is not in the table.

    >>> exactly("prechorus"), exactly("Estribillo"), exactly("Kettle")
    ('Pre-Chorus', 'Chorus', '')
    """
    return _CANONICAL.get(_key(name), "")


def loosely(name: str) -> str:
    """Spell a name as `exactly` does, or as a member of a family ("sax solo" is "Sax Solo"); else ""."""
    words = name.split()
    if not exactly(name) and name.isascii() and 2 <= len(words) <= 3 and words[-1].lower() in _FAMILIES:
        return " ".join(word.capitalize() for word in words)
    return exactly(name)


def is_plain_word(name: str) -> bool:
    """Say whether a name without brackets or colon, alone on its line, is a tag."""
    return _key(name) in _PLAIN_WORDS or (bool(exactly(name)) and not name.isascii())


def is_ending(name: str) -> bool:
    """Say whether a spelled name describes how a song stops rather than a part of it."""
    return name in _ENDINGS


def is_resung(name: str) -> bool:
    """Say whether an empty second section of this spelled name means "the same words again"."""
    return name in _RESUNG
