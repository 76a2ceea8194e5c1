"""The review: a text as the rules see it, after everything was mended that a machine may mend."""

from dataclasses import dataclass

from pipeline.brief import Brief
from pipeline.song import Finding, Severity
from pipeline.writing import fit, parse
from pipeline.writing.draft import Draft, NoSong
from pipeline.writing.mend import mend
from pipeline.writing.rules import Rulebook, check


@dataclass(frozen=True, slots=True)
class Review:
    """A draft with what is left to say about it, or the fault that there is no song in the text."""

    draft: Draft | None
    findings: tuple[Finding, ...] = ()
    fault: str = ""

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that stop the song."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)

    @property
    def verdict(self) -> str:
        """What stops the song, in a few words; "" when nothing does."""
        return self.fault or "; ".join(f"{error.rule} {error.message}" for error in self.errors[:3])


def review(text: str, brief: Brief, duration_s: float, book: Rulebook) -> Review:
    """Read, check and mend a text. `duration_s` is the wanted length; `auto` takes the words' own length."""
    try:
        draft = parse.song(text)
    except NoSong as fault:
        return Review(None, fault=str(fault))
    seconds = fit.duration_for(draft.song) if brief.duration == "auto" else duration_s
    mended = mend(draft, check(draft, brief, seconds, book), brief, seconds, book)
    return Review(mended, check(mended, brief, seconds, book))
