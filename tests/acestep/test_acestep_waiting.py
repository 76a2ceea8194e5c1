"""What is told while a job waits to be handed in."""

import pytest

from pipeline.acestep.waiting import Waiting, span
from tests.fakes.acestep_world import Onlooker, Time


def test_each_cause_is_told_at_once_and_again_after_half_a_minute() -> None:
    time, watch = Time(), Onlooker()
    waiting = Waiting("http://127.0.0.1:1", watch.note, time.clock)

    waiting.down(60.0)
    waiting.full(600.0)
    time.sleep(29.0)
    waiting.full(571.0)
    time.sleep(1.0)
    waiting.full(570.0)

    assert [
        "http://127.0.0.1:1 is not up yet; trying for up to 60 s",
        "the queue of http://127.0.0.1:1 is full; asking again for up to 10 min",
        "the queue of http://127.0.0.1:1 is full; asking again for up to 9.5 min",
    ] == watch.notes


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.05, "1 s"),
        (8.0, "8 s"),
        (119.0, "119 s"),
        (120.0, "2 min"),
        (150.0, "2.5 min"),
        (900.0, "15 min"),
        (931.0, "16 min"),
        (86_400.0, "1440 min"),
    ],
)
def test_a_stretch_of_time_is_said_as_people_do(seconds: float, said: str) -> None:
    assert said == span(seconds)
