"""Every way songpipe fails, and the exit code that a script sees.

The direct children of `SongpipeError` are the families of the contract: one meaning, one exit code.
Their children only say more. A message says what happened and to which thing; `hint` says what to do now.
"""


class SongpipeError(Exception):
    """The root: a failure that was foreseen, told in one line.

    >>> str(SongpipeError("it broke", hint="mend it"))
    'it broke'
    """

    exit_code = 70

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle with the hint: failures cross process and journal borders."""
        return (_revive, (type(self), self.message, self.hint))


def _revive(kind: type[SongpipeError], message: str, hint: str) -> SongpipeError:
    return kind(message, hint=hint)


class InputError(SongpipeError):
    """The user's words, flags or files cannot be used as they are."""

    exit_code = 2


class SettingsError(InputError):
    """A setting is unknown, of the wrong type or out of range."""


class BriefError(InputError):
    """A brief is empty, too long or contradicts itself."""


class DraftError(SongpipeError):
    """No draft kept the rules; the drafts are saved."""

    exit_code = 3


class WriterError(SongpipeError):
    """The model could not be reached, or refused. `spent_usd`: what the attempts may have cost, at most."""

    exit_code = 4
    spent_usd = 0.0


class KeyRejected(WriterError):
    """The writer's server does not accept the key, or there is none."""


class BalanceEmpty(WriterError):
    """The account of the writer's server holds too little."""


class CostLimit(WriterError):
    """Going on could cost more than `--max-cost` allows."""


class BandError(SongpipeError):
    """The music server could not be reached, or failed."""

    exit_code = 5


class TakesError(SongpipeError):
    """No take passed the listening; every take is kept."""

    exit_code = 6


class ShelfError(SongpipeError):
    """The library or the disk failed."""

    exit_code = 7


class Interrupted(SongpipeError):
    """Ctrl-C: what was in flight can be resumed."""

    exit_code = 130
