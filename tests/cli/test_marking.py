"""What is wrong with a sidecar is told when a song is to be marked, and is no bug of songpipe's."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.cli.marking import demand_same_sound
from pipeline.errors import ShelfError
from tests.fakes import audio_files, tracks


def test_a_sidecar_whose_chosen_take_is_not_there_is_told_with_what_to_do(tmp_path: Path) -> None:
    file = audio_files.make(tmp_path, "mp3", 0.5, name="song")
    track = replace(tracks.track(tracks.take(1, file)), chosen_take=9, file=str(file), hashes={})

    with pytest.raises(ShelfError, match="names take 9 as the song") as told:
        demand_same_sound(track, file)

    assert "songpipe pick" in str(told.value.hint)
