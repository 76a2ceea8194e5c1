"""songpipe: one line of text in, one finished, tagged song out."""

__version__ = "0.1.0"
