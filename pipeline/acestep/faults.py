"""How the music server fails, in the words that the rest of the room decides by. All are `BandError`s."""

from pipeline.errors import BandError

KEY_HINT = "put the server's key into ACESTEP_API_KEY"


class NotReached(BandError):  # noqa: N818 -- these names say what the server did
    """Nothing was sent. `unknown_host` is True when waiting cannot help."""

    unknown_host = False


class Silent(BandError):  # noqa: N818 -- the name says what the server did
    """The request was sent, in part or whole, and no whole answer came: nobody knows whether it was done."""


class Answered(BandError):  # noqa: N818 -- the name says what the server did
    """The server answered with an error: `status` is HTTP's or the envelope's, `reason` its own words."""

    def __init__(self, message: str, *, hint: str = "", status: int = 0, reason: str = "") -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.reason = reason


class Ailing(Answered):
    """The server itself failed (5xx, or a failure inside a 200): it may have done the work or not."""


class Refused(Answered):
    """The server does not want this request (4xx)."""


class Busy(Answered):
    """The queue is full (429); `retry_after_s` is what the server asks for, 0 when it does not say."""

    retry_after_s = 0.0


class KeyRefused(Answered):
    """The server wants a key, or another one."""


class NotAceStep(BandError):  # noqa: N818 -- the name says what the server did
    """Something else answers there: a web page, or JSON of a stranger."""
