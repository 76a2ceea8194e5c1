"""The rehearsal studio: a small songwriter and a numpy band behind two real HTTP servers on loopback."""
