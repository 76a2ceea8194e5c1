"""Money: what is recorded, and what is never spent."""

import pytest

from pipeline.errors import BalanceEmpty, CostLimit, KeyRejected, WriterError
from pipeline.llm.catalogue import ModelInfo
from pipeline.llm.limits import Limits, Price
from pipeline.llm.purse import Purse, prompt_tokens
from tests.fakes.nanogpt import PRICING, NanoGPT, Scripted, asked_models, broke, fails, frame, says, streams
from tests.llm.conftest import ASKED, Build

PRICE = Price(input=5.0, output=25.0)
USAGE = {"prompt_tokens": 1000, "completion_tokens": 2000}


def catalogue(**prices: object) -> dict[str, object]:
    return {"data": [{"id": name, "pricing": price} for name, price in prices.items()]}


def test_the_price_that_the_server_names_wins(server: NanoGPT, build: Build) -> None:
    server.script(says("x", usage=USAGE, pricing=PRICING))

    (attempt,) = build(prices={"model/one": PRICE}).ask().attempts

    assert attempt.cost_usd == 0.0123


@pytest.mark.parametrize("pricing", [{"amount": "0.02", "currency": "USD"}, {"cost": None, "amount": 0.02}])
def test_the_servers_price_is_read_in_all_its_shapes(
    server: NanoGPT, build: Build, pricing: dict[str, object]
) -> None:
    server.script(says("x", pricing=pricing))

    assert build().ask().attempts[0].cost_usd == 0.02


def test_prices_of_the_settings_times_tokens_come_next(server: NanoGPT, build: Build) -> None:
    server.script(says("x", usage=USAGE, pricing={"cost": 1, "currency": "XNO"}))

    (attempt,) = build(prices={"model/one": PRICE}).ask().attempts

    assert attempt.cost_usd == pytest.approx(0.055)


def test_the_catalogue_is_asked_once_when_a_limit_is_to_be_kept(server: NanoGPT, build: Build) -> None:
    server.offer(catalogue(**{"model/one": {"prompt": 5, "completion": 25, "unit": "per_million_tokens"}}))
    server.script(says("x", usage=USAGE), says("x", usage=USAGE))
    bench = build(max_cost_usd=1.0)

    costs = [bench.ask().attempts[0].cost_usd, bench.ask().attempts[0].cost_usd]

    assert costs == [pytest.approx(0.055)] * 2
    assert [asked.method for asked in server.asked] == ["GET", "POST", "POST"]


def test_a_server_that_takes_money_is_asked_for_its_prices() -> None:
    offers = [ModelInfo("m", price=PRICE)]

    assert Purse(Limits(), 0.0, lambda: offers).cost("m", 1000, 2000) == pytest.approx(0.055)
    assert Purse(Limits(), 0.0, lambda: offers, charges=False).cost("m", 1000, 2000) is None
    assert Purse(Limits(), 0.0, lambda: offers).cost("m", 0, 0) is None


def test_an_unknown_price_stays_unknown(server: NanoGPT, build: Build) -> None:
    server.script(says("x", usage=USAGE))

    assert build().ask().attempts[0].cost_usd is None


def test_tokens_that_only_the_bill_names_are_recorded(server: NanoGPT, build: Build) -> None:
    server.script(says("x", usage=None, pricing=PRICING))

    (attempt,) = build().ask().attempts

    assert (attempt.prompt_tokens, attempt.completion_tokens) == (40, 60)


def test_max_cost_lowers_the_budget_of_the_reply(server: NanoGPT, build: Build) -> None:
    server.script(says("x"))

    build(max_tokens=16_000, max_cost_usd=0.10, prices={"model/one": PRICE}).ask()

    sent = server.chats[0]["max_tokens"]
    assert 3900 < sent < 4000
    assert 0.0999 < PRICE.of(prompt_tokens(ASKED), sent) <= 0.10


def test_max_cost_refuses_what_would_not_hold_a_song(server: NanoGPT, build: Build) -> None:
    bench = build(max_cost_usd=0.04, prices={"model/one": PRICE})

    with pytest.raises(CostLimit, match=r"could cost 0\.4002 USD; 0\.0400 of 0\.04 USD are left"):
        bench.ask()

    assert server.chats == []


def test_what_was_spent_before_counts(server: NanoGPT, build: Build) -> None:
    bench = build(max_cost_usd=1.0, prices={"model/one": PRICE})

    with pytest.raises(CostLimit):
        bench.ask(spent_usd=0.96)
    with pytest.raises(CostLimit):
        bench.ask(spent_usd=7.0)

    assert server.chats == []


def test_an_unknown_price_refuses_and_says_how_to_give_one(server: NanoGPT, build: Build) -> None:
    with pytest.raises(CostLimit, match="nobody says what 'model/one' costs") as told:
        build(max_cost_usd=1.0).ask()

    assert "llm.prices" in told.value.hint
    assert server.chats == []


def test_a_free_model_needs_no_money(server: NanoGPT, build: Build) -> None:
    server.script(says("x"))

    build(max_cost_usd=0.0, prices={"model/one": Price(0, 0)}).ask()

    assert server.chats[0]["max_tokens"] == 16_000


def test_an_attempt_that_broke_off_counts_with_its_worst_case(server: NanoGPT, build: Build) -> None:
    server.script(streams(frame({"content": "half"}), done=False), says("x"))
    bench = build(max_tokens=4000, max_cost_usd=0.12, prices={"model/one": PRICE})

    with pytest.raises(CostLimit):
        bench.ask()

    assert bench.outcomes == ["truncated"]


def test_an_attempt_that_was_turned_down_costs_nothing(server: NanoGPT, build: Build) -> None:
    server.script(fails(503), fails(429), says("x"))

    build(max_tokens=4000, max_cost_usd=0.12, prices={"model/one": PRICE}).ask()

    assert [chat["max_tokens"] for chat in server.chats] == [4000] * 3


def test_a_longer_reply_is_asked_for_only_when_it_can_be_paid(server: NanoGPT, build: Build) -> None:
    cut = says("half", finish="length", usage={"prompt_tokens": 40, "completion_tokens": 4000})
    server.script(cut, says("x"))
    prices = {"a": PRICE, "b": Price(0, 0)}

    reply = build(["a", "b"], max_tokens=4000, max_cost_usd=0.19, prices=prices).ask()

    assert reply.model == "b"
    assert asked_models(server.chats) == ["a", "b"]


def test_what_an_attempt_counts_is_its_cost_or_else_its_worst_case(server: NanoGPT, build: Build) -> None:
    server.script(fails(503), streams(frame({"content": "half"}), done=False), says("x", pricing=PRICING))

    attempts = build(max_tokens=4000, max_cost_usd=1.0, prices={"model/one": PRICE}).ask().attempts

    worst = PRICE.of(prompt_tokens(ASKED), 4000)
    assert [attempt.counted_usd for attempt in attempts] == [0.0, worst, 0.0123]


@pytest.mark.parametrize(("pricing", "counted"), [(PRICING, 0.0123), (None, 0.0)])
def test_without_a_limit_only_what_is_known_counts(
    server: NanoGPT, build: Build, pricing: dict[str, object] | None, counted: float
) -> None:
    server.script(says("x", usage=None, pricing=pricing))

    assert build().ask().attempts[0].counted_usd == counted


def test_tokens_counted_in_the_middle_of_a_reply_are_not_its_bill(server: NanoGPT, build: Build) -> None:
    early = frame({"content": "half"}, usage={"prompt_tokens": 40, "completion_tokens": 1})
    server.script(streams(early, done=False), says("x"))

    attempts = build(max_tokens=4000, max_cost_usd=1.0, prices={"model/one": PRICE}).ask().attempts

    assert (attempts[0].cost_usd, attempts[0].counted_usd) == (None, PRICE.of(prompt_tokens(ASKED), 4000))


@pytest.mark.parametrize(
    ("end", "kind"), [(fails(401), KeyRejected), (broke(), BalanceEmpty), (fails(400), WriterError)]
)
def test_an_ask_that_failed_tells_what_it_counts(
    server: NanoGPT, build: Build, end: Scripted, kind: type[WriterError]
) -> None:
    server.script(says("", pricing=PRICING), end)

    with pytest.raises(kind) as told:
        build().ask()

    assert told.value.spent_usd == 0.0123


def test_several_asks_of_a_silent_biller_never_go_over_the_limit(server: NanoGPT, build: Build) -> None:
    half = streams(frame({"content": "half"}), done=False)
    server.script(*[says("x", usage=None), half, half, half, half] * 10)
    bench = build(max_tokens=4000, max_cost_usd=1.0, prices={"model/one": PRICE})
    spent = 0.0

    while True:
        try:
            spent += sum(attempt.counted_usd for attempt in bench.ask(spent_usd=spent).attempts)
        except CostLimit as over:
            spent += over.spent_usd
            break
        except WriterError as failed:
            spent += failed.spent_usd

    worst = sum(PRICE.of(prompt_tokens(ASKED), chat["max_tokens"]) for chat in server.chats)
    assert 0.9 < worst <= 1.0
    assert spent == pytest.approx(worst)
