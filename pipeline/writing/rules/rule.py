"""What a rule is, what it reads and what it hands back."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from pipeline.song import Severity
from pipeline.writing.lexicon import Lexicon
from pipeline.writing.rules.proof import Proof


@dataclass(frozen=True, slots=True)
class Fault:
    """One breach of a rule: `message` for people, `hint` for the model, `line` of the draft if it has one."""

    message: str
    hint: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with a stable id: what it demands, why (with the source), and the function that looks.

    `mended` says what a machine mends of it without touching the meaning; "" when only a writer can.
    """

    id: str
    name: str
    severity: Severity
    demands: str
    why: str
    check: Callable[[Proof], Iterable[Fault]]
    mended: str = ""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """What the rules go by: words, names banned from prompts, severities that differ (None: off)."""

    lexicon: Lexicon = field(default_factory=Lexicon)
    artists: tuple[str, ...] = ()
    severities: Mapping[str, Severity | None] = field(default_factory=dict)

    def severity(self, rule: Rule) -> Severity | None:
        """Give the severity of a rule as the settings have it; None when it is off."""
        return self.severities.get(rule.id, rule.severity)
