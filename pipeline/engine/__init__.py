"""The engine: the journal under every song, so that nothing is paid for twice."""
