"""The hook, on the audio: does the take keep the 10-second rule that its words were written by?"""

from typing import Literal

from pipeline.take import Hook

Kept = Literal["kept", "broken", "unsure"]
RULE_S = 10.0
SURE = 0.5  # certainty from which the ear's word about a voice counts
_AT_ONCE_S = 2.0  # of silence, at most, before something is heard
# An opening without a voice keeps the rule when it is nearly as loud as the song and something is going on.
_LOUD_LU, _BUSY_ONSETS = -8.0, 8


def judge(hook: Hook) -> tuple[Kept, str]:
    """Judge the first ten seconds, with the reason in a sentence."""
    if hook.first_sound_s is None or hook.first_sound_s > _AT_ONCE_S:
        return "broken", "nothing is heard at once"
    sings = hook.voice_s is not None and hook.voice_s <= RULE_S
    if sings and hook.certainty >= SURE:
        return "kept", f"a voice is heard after {hook.voice_s:.1f} s"
    if hook.onsets >= _BUSY_ONSETS and (hook.loudness_lu is None or hook.loudness_lu >= _LOUD_LU):
        return "kept", f"the opening is loud and busy: {hook.onsets} onsets"
    if hook.certainty < SURE:
        return "unsure", "there may be a voice in the first ten seconds, or not"
    return "broken", "the first ten seconds are quiet, and nobody sings"
