"""A server's catalogue, asked once and only when something depends on it."""

from threading import Lock

import httpx2

from pipeline.errors import WriterError
from pipeline.llm.catalogue import ModelInfo, models
from pipeline.llm.endpoint import Endpoint


class Offers:
    """What one server offers, as far as it tells. Safe to share between threads."""

    def __init__(self, endpoint: Endpoint, transport: httpx2.BaseTransport | None = None) -> None:
        self._endpoint = endpoint
        self._transport = transport
        self._listed: tuple[ModelInfo, ...] | None = None
        self._lock = Lock()

    def listed(self) -> tuple[ModelInfo, ...]:
        """List the models, asked once; a server that does not tell offers nothing."""
        with self._lock:
            if self._listed is None:
                try:
                    self._listed = tuple(models(self._endpoint, transport=self._transport))
                except WriterError:
                    self._listed = ()
            return self._listed

    def most_tokens(self, model: str) -> int | None:
        """Give the longest reply of a model if the list is here already: nobody waits for it."""
        lengths = (info.max_output_tokens for info in self._listed or () if info.id == model)
        return next(lengths, None)
