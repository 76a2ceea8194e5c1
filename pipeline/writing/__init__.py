"""The writing room: prompts out, replies in, rules in between. Pure: no I/O, no clock, no randomness."""
