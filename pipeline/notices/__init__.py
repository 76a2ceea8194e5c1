"""Notices: telling people and watchdogs how the song of the day went."""
