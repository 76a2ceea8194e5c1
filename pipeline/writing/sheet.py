"""The sheet of one song: its title, tempo and key, the lines of its prompt and of its lyrics."""

from dataclasses import dataclass, field

from pipeline.writing import fields
from pipeline.writing.fields import Field, Label
from pipeline.writing.lines import Line
from pipeline.writing.repairs import Repairs


@dataclass(slots=True)
class Sheet:
    """What has been found of a song so far; `labelled` holds the fields that had a label of their own."""

    title: str = ""
    title_number: int = 0
    bpm: int | None = None
    key: str = ""
    prompt: list[Line] = field(default_factory=list)
    lyrics: list[Line] = field(default_factory=list)
    labelled: set[Field] = field(default_factory=set)

    @property
    def is_prompted(self) -> bool:
        """Say whether the prompt has words yet; its label may stand on a line of its own."""
        return any(line.words for line in self.prompt)

    def name(self, title: str, number: int) -> None:
        """Set the title; the first one stays."""
        if title and not self.title:
            self.title, self.title_number = title, number

    def tune(self, label: Label) -> bool:
        """Set the tempo or the key from its label, the first one stays; False when the value is none."""
        bpm, key = setting(label)
        self.bpm = self.bpm or bpm
        self.key = self.key or key
        return bool(bpm or key)

    def prompt_text(self, repairs: Repairs) -> str:
        """Give the prompt as one line."""
        if len(self.prompt) == 1 and self.prompt[0].exact:
            return self.prompt[0].words
        pieces = [line.words for line in self.prompt if line.words]
        text = fields.value(pieces, ", " if any(line.dress.listed for line in self.prompt) else " ")
        if [text] != pieces and text:
            repairs.note("The prompt was made one plain line", self.prompt[0].number)
        return text


def setting(label: Label) -> tuple[int | None, str]:
    """Read the tempo or the key behind a label; (None, "") for any other label or value."""
    bpm = fields.bpm(label.rest) if label.field is Field.BPM else None
    return bpm, fields.key(label.rest) if label.field is Field.KEY else ""
