"""The rules of a song: a registry with stable ids, and the check that runs them. Pure."""

from collections.abc import Iterator

from pipeline.brief import Brief
from pipeline.song import Finding
from pipeline.writing.draft import Draft
from pipeline.writing.rules import hook, limits, structure, style, words
from pipeline.writing.rules.proof import HOOK_SENTENCE, Proof, lay_out
from pipeline.writing.rules.rule import Fault, Rule, Rulebook

__all__ = ["HOOK_SENTENCE", "RULES", "Fault", "Rule", "Rulebook", "check", "known_ids", "read"]

FAMILIES: tuple[tuple[str, tuple[Rule, ...]], ...] = (
    ("Structure", structure.RULES),
    ("Hook", hook.RULES),
    ("Style prompt", style.RULES),
    ("Words", words.RULES),
    ("Limits and fit", limits.RULES),
)
RULES: tuple[Rule, ...] = tuple(rule for _, rules in FAMILIES for rule in rules)


def known_ids() -> tuple[str, ...]:
    """Name every rule, for settings that set a severity of their own."""
    return tuple(rule.id for rule in RULES)


def read(draft: Draft, brief: Brief, duration_s: float, book: Rulebook) -> Proof:
    """Lay a draft out the way the rules read it."""
    return lay_out(draft, brief, duration_s, book.lexicon, book.artists)


def check(draft: Draft, brief: Brief, duration_s: float, book: Rulebook) -> tuple[Finding, ...]:
    """Judge a draft by every rule that is on; findings in the order of the lines, then of the ids.

    `duration_s` is what will be asked of the music server, in seconds. The rules on script look at the
    language of the brief and say nothing when it has none. Findings about the whole song come first.
    """
    proof = read(draft, brief, duration_s, book)
    return tuple(sorted(_findings(proof, book), key=lambda finding: (finding.line or 0, finding.rule)))


def _findings(proof: Proof, book: Rulebook) -> Iterator[Finding]:
    for rule in RULES:
        severity = book.severity(rule)
        if severity is not None:
            for fault in rule.check(proof):
                yield Finding(rule.id, severity, fault.message, fault.hint, fault.line)
