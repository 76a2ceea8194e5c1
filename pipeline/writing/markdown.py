"""One line without its dress: markdown, emoji, typographic quotes, links and citations are taken off."""

import re
from dataclasses import dataclass

from pipeline.song import clean_line
from pipeline.writing.repairs import Repairs

_QUOTES = str.maketrans(
    {**dict.fromkeys("‘’‚‛ʼ´＇", "'"), **dict.fromkeys("“”„‟＂", '"'), "‐": "-", "‑": "-"}
)
_EMOJI = re.compile("[\u2600-\u266c\u2670-\u27bf\u2b00-\u2bff\ufe0e\ufe0f\u20e3\U0001f000-\U0001faff]+")
_ESCAPE = re.compile(r"\\(?=[!-/:-@\[-`{-~])")
_LEAD = re.compile(r"(?:> ?|[-+•·▪●◦‣] |\* |\d{1,3}[.)] (?=\S)|(#{1,6} ))+")
_BOLD = re.compile(r"(?:\d{1,3}[.)] )?(?:\*\*|__)")
_LINK = re.compile(r"\[([^\[\]]{1,200})\]\((?:https?://|www\.)[^()\s]{1,500}\)")
_CITED = re.compile(r"\[\d[\d:.,\-–† ]{0,20}\]|【\d[^【】]{0,60}】|\(?(?:https?://|www\.)[^\s()]+\)?")
_HTML = re.compile(r"</?[A-Za-z][A-Za-z0-9]{0,11} ?/?>")
_MARKS = "Markdown marks were taken off"
_IDEOGRAPH = "[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
_SPACED = re.compile(rf"{_IDEOGRAPH}(?: {_IDEOGRAPH}){{2,}}")


@dataclass(frozen=True, slots=True)
class Undressed:
    """The text of a line and what its dress said: `heading` (`#`), `bold` (`**`), `listed` (a list mark)."""

    text: str
    heading: bool = False
    bold: bool = False
    listed: bool = False


def undress(text: str, number: int, repairs: Repairs) -> Undressed:
    """Take everything off a clean line that is neither words nor a bracket, in linear time."""
    plain = _noted(text, _ESCAPE.sub("", text), _MARKS, number, repairs)
    plain = _noted(plain, plain.translate(_QUOTES), "Typographic quotes were made plain", number, repairs)
    plain = _noted(plain, _EMOJI.sub("", plain).strip(), "Emoji were taken out", number, repairs)
    cited = _HTML.sub("", _CITED.sub("", _LINK.sub(r"\1", plain)))
    plain = _noted(plain, _squeezed(cited), "Links, citations and HTML were taken out", number, repairs)
    bare = _unmarked(plain)
    _noted(plain, bare.text, _MARKS, number, repairs)
    spaced = _SPACED.sub(lambda match: match[0].replace(" ", ""), bare.text)
    _noted(bare.text, spaced, "Spaces between characters were closed", number, repairs)
    return Undressed(clean_line(spaced), bare.heading, bare.bold, bare.listed)


def _noted(before: str, after: str, what: str, number: int, repairs: Repairs) -> str:
    if before != after:
        repairs.note(what, number)
    return after


def _unmarked(text: str) -> Undressed:
    bold = _BOLD.match(text) is not None
    lead = _LEAD.match(text)
    heading = lead is not None and lead[1] is not None
    bare = text[lead.end() :] if lead else text
    bare = bare.replace("*", "").replace("`", "").rstrip("\\")
    if bare.startswith("_") or bare.endswith("_"):
        bare = bare.strip("_")
    if bold and (inner := _LEAD.match(bare)):  # **1. PROMPT:**
        bare = bare[inner.end() :]
    if heading:
        bare = bare.rstrip("#")
    return Undressed(_squeezed(bare), heading, bold, lead is not None and not heading)


def _squeezed(text: str) -> str:
    return " ".join(text.split())
