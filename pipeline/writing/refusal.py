"""Refusals: how models decline, so that another one can be asked."""

import re

_LONGEST_OPENING = 600  # characters; who refuses does so at once
_APOSTROPHES = str.maketrans("’‘ʼ", "'''")
_TAGGED = re.compile(r"^[^\w\n\[]{0,8}\[[^\]\n]{1,60}\]", re.MULTILINE)

_DO = (
    r"(?:\w+ ){0,4}?(?:help|assist|comply|fulfill?|continue|discuss|engage|do (?:that|this)"
    r"|(?:writ|creat|provid|generat|compos|produc|complet)(?:e|ing))\b"
)
_REFUSAL = re.compile(
    rf"\bi (?:can't|cannot|can not|won't|will not|shouldn't|must decline to|have to decline to) {_DO}"
    rf"|\bi(?:'m| am) (?:unable|not (?:able|comfortable|allowed|willing|going)) (?:to |with )?{_DO}"
    r"|\bi (?:must|have to|need to) (?:respectfully )?decline\b|\bdeclin(?:e|ing) (?:this|your|that) request"
    r"|\bas an ai\b|\bagainst my (?:guidelines|polic(?:y|ies)|programming)\b"
    r"|\bviolates? (?:my|our|the) (?:\w+ )?polic"
    r"|\blo siento,? (?:pero )?no puedo\b|\bdésolée?,? (?:mais )?je ne peux pas\b"
    r"|\btut mir leid,? (?:aber )?(?:ich kann|das kann ich)\b|抱歉.{0,20}(?:无法|不能)|申し訳",
    re.IGNORECASE,
)


def is_refusal(text: str) -> bool:
    """Say whether text declines to write: its opening says so, and no section tag follows.

    >>> is_refusal("I'm sorry, but I can't help with that."), is_refusal("[Verse]\\nSorry, I can't write you")
    (True, False)
    """
    opening = text.lstrip()[:_LONGEST_OPENING].translate(_APOSTROPHES)
    return _REFUSAL.search(opening) is not None and _TAGGED.search(text) is None
