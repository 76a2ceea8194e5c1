"""The budget and the estimate: what songs may cost together, and what they are expected to."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.brief import Brief
from pipeline.engine.budget import Budget
from pipeline.engine.estimate import Estimate, estimate
from pipeline.engine.ledger import Entry
from pipeline.engine.order import Order
from pipeline.settings.load import load
from pipeline.settings.model import Settings


@given(
    st.floats(0, 100),
    st.integers(1, 8),
    st.lists(st.tuples(st.integers(0, 7), st.floats(0, 1)), max_size=60),
)
def test_songs_that_keep_to_their_shares_never_cost_more_than_the_budget(
    most: float, seats: int, doings: list[tuple[int, float]]
) -> None:
    budget, shares, spent = Budget(most, seats), dict[int, float](), 0.0
    for seat, part in doings:
        if seat in shares:
            cost = shares.pop(seat) * part
            budget.settle(str(seat), cost)
            spent += cost
        elif len(shares) < seats:
            shares[seat] = budget.deal(str(seat))

        assert spent + sum(shares.values()) <= most + 1e-9


def test_what_a_song_did_not_spend_goes_to_the_next_one() -> None:
    budget = Budget(1.0, seats=2)
    first, second = budget.deal("a"), budget.deal("b")

    budget.settle("a", 0.1)

    assert (0.5, 0.5, pytest.approx(0.4)) == (first, second, budget.deal("c"))


def test_a_spent_budget_deals_nothing() -> None:
    budget = Budget(0.5, seats=1)
    budget.deal("a")
    budget.settle("a", 0.75)  # a reply that cost more than anybody could foresee

    assert 0.0 == budget.deal("b")


def test_shares_dealt_at_the_same_moment_add_up() -> None:
    budget, gate, dealt = Budget(1.0, seats=8), threading.Barrier(8), list[float]()

    def take(name: str) -> None:
        gate.wait(10)
        dealt.append(budget.deal(name))

    threads = [threading.Thread(target=take, args=(str(n),)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert pytest.approx([0.125] * 8) == dealt


@pytest.fixture
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of a fresh workspace."""
    folder = tmp_path_factory.mktemp("work")
    return load(environ={}, home=folder, cwd=folder).settings


def order(**brief: object) -> Order:
    return Order(Brief.model_validate({"text": "a", **brief}))


def finished(**result: object) -> Entry:
    return Entry("id", order(), "done", "", 0.0, dict(result), None)


def test_without_a_past_the_cost_comes_from_the_prices_and_the_time_is_unknown(settings: Settings) -> None:
    price = settings.llm.prices[settings.llm.models[0]]

    found = estimate([order(), order()], [], settings)

    assert Estimate(pytest.approx(2 * (3000 * price.input + 2500 * price.output) / 1e6), None, 0) == found


def test_a_model_without_a_price_has_no_estimate(settings: Settings) -> None:
    llm = settings.llm.model_copy(update={"models": ("nobody/knows",)})

    assert estimate([order()], [], settings.model_copy(update={"llm": llm})).cost_usd is None


def test_songs_made_before_tell_cost_and_time(settings: Settings) -> None:
    past = [
        finished(cost_usd=0.02, duration_s=100.0, timings={"render_s": 50.0}),
        finished(cost_usd=0.04, duration_s=100.0, timings={"render_s": 150.0}),
        finished(cost_usd=0.0, duration_s=0.0, timings={"render_s": 3.0}),  # words only, for nothing
        finished(),
    ]

    found = estimate([order(duration=100.0), order(duration="auto", takes=2)], past, settings)

    # A second of audio took one of playing; auto counts as a full song of four minutes.
    assert Estimate(pytest.approx(0.06), pytest.approx(30.0 + 100.0 + 2 * 240.0), 4) == found


def test_music_servers_share_the_songs(settings: Settings) -> None:
    past = [finished(duration_s=10.0, timings={"render_s": 10.0})]
    two = settings.model_copy(
        update={"acestep": settings.acestep.model_copy(update={"urls": ("http://a:1", "http://b:1")})}
    )

    assert 30.0 + 100.0 == estimate([order(duration=100.0)] * 2, past, two).seconds


def test_no_songs_cost_nothing(settings: Settings) -> None:
    assert Estimate(0.0, 0.0, 0) == estimate([], [], settings)
