"""The nose: what kind of audio a file is, told by its first bytes and never by its name."""

_BY_PREFIX = ((b"ID3", "mp3"), (b"fLaC", "flac"))
_RIFF = (b"RIFF", b"RF64", b"BW64")  # RF64 and BW64 are WAVE beyond 4 GB (EBU Tech 3306, ITU-R BS.2088)
_OGG_CODECS = ((b"OpusHead", "opus"), (b"\x01vorbis", "ogg"), (b"\x7fFLAC", "ogg"))
_OGG_FIRST_PAGE = 128  # bytes: the page header and its first packet's magic lie well within


def sniff(head: bytes) -> str | None:
    """Tell the format from a file's first bytes (64 are enough): the usual extension without its dot.

    Gives "mp3", "flac", "wav", "ogg", "opus", "m4a", "aac", or None for anything that is no audio we know.
    """
    for prefix, kind in _BY_PREFIX:
        if head.startswith(prefix):
            return kind
    if head[:4] in _RIFF and head[8:12] == b"WAVE":
        return "wav"
    if head[4:8] == b"ftyp":
        return "m4a"
    if head.startswith(b"OggS"):
        return _ogg(head[:_OGG_FIRST_PAGE])
    return _mpeg(head)


def _ogg(page: bytes) -> str | None:
    return next((kind for magic, kind in _OGG_CODECS if magic in page), None)


def _mpeg(head: bytes) -> str | None:
    """Read an MPEG audio frame's header (ISO 11172-3, 2.4.1.3) or an ADTS one (ISO 13818-7)."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    layer = head[1] >> 1 & 3
    if layer == 0:
        return "aac" if head[1] & 0xF0 == 0xF0 else None
    version, bitrate, rate = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    reserved = version == 1 or bitrate == 15 or rate == 3
    return "mp3" if layer == 1 and not reserved else None
