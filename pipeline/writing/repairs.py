"""The list of repairs: what was mended while a text was read, a sentence each."""


class Repairs:
    """Collect sentences with the lines they happened on; the same sentence is told once.

    >>> repairs = Repairs()
    >>> repairs.note("Markdown marks were taken off", 3)
    >>> repairs.note("Markdown marks were taken off", 7)
    >>> repairs.sentences()
    ('Markdown marks were taken off (line 3 and 1 more).',)
    """

    def __init__(self) -> None:
        self._seen: dict[str, list[int]] = {}

    def note(self, what: str, line: int = 0) -> None:
        """Add a repair; `line` counts from 1, 0 means the text as a whole."""
        self._seen.setdefault(what, []).append(line)

    def sentences(self) -> tuple[str, ...]:
        """Tell every repair in the order of its first line, each as one sentence."""
        in_order = sorted(self._seen.items(), key=lambda item: min(item[1]))
        return tuple(f"{what}{_where(min(lines), len(lines))}." for what, lines in in_order)


def _where(line: int, times: int) -> str:
    if not line:
        return ""
    return f" (line {line} and {times - 1} more)" if times > 1 else f" (line {line})"
