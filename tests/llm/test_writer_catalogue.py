"""What a server tells about itself: its models, its balance, its address."""

import httpx2
import pytest

from pipeline.errors import KeyRejected, SettingsError, WriterError
from pipeline.llm.balance import balance
from pipeline.llm.catalogue import ModelInfo, models, nearest
from pipeline.llm.endpoint import Endpoint
from pipeline.llm.limits import Price
from tests.fakes.nanogpt import NanoGPT, Scripted, fails, packed
from tests.llm.conftest import KEY

DETAILED = {
    "id": "openai/gpt-5.2",
    "name": "GPT 5.2",
    "max_output_tokens": 128000,
    "pricing": {"prompt": 1.75, "completion": 14, "currency": "USD", "unit": "per_million_tokens"},
}


def test_models_are_read_with_their_limits_and_prices(server: NanoGPT) -> None:
    server.offer({"data": [DETAILED]})

    assert models(Endpoint(server.base_url, KEY)) == [
        ModelInfo("openai/gpt-5.2", "GPT 5.2", 128000, Price(1.75, 14))
    ]
    assert server.asked[0].path == "/api/v1/models"


def test_nulls_and_strangers_in_the_list_do_no_harm(server: NanoGPT) -> None:
    nothing = {"name": None, "max_output_tokens": None}
    server.offer(
        {
            "data": [
                {"id": "a", "pricing": None, **nothing},
                {
                    "id": "b",
                    "pricing": {"prompt": None, "completion": "x"},
                },
                {"id": None},
                {"id": ""},
                {"id": "half \ud800"},
                {"id": "two\nlines"},
                {"id": "x" * 201},
                "c",
                {
                    "id": "d",
                    "pricing": {"prompt": 1, "completion": 2, "unit": "per_million", "currency": "EUR"},
                },
                {"id": "e", "pricing": {"prompt": 0.5, "completion": 1}},
            ]
        }
    )

    assert models(Endpoint(server.base_url)) == [
        ModelInfo("a"),
        ModelInfo("b"),
        ModelInfo("d"),
        ModelInfo("e"),
    ]


def test_a_bare_list_and_prices_per_token_are_understood(server: NanoGPT) -> None:
    server.offer([{"id": "a", "pricing": {"prompt": "0.000005", "completion": "0.000025"}}])

    (info,) = models(Endpoint(server.base_url))

    assert info.price == Price(pytest.approx(5.0), pytest.approx(25.0))  # type: ignore[arg-type]


@pytest.mark.parametrize("body", [{"error": "no"}, {"data": None}, "hello", None])
def test_a_server_that_lists_nothing_is_told(server: NanoGPT, body: object) -> None:
    server.offer(body)

    with pytest.raises(WriterError, match="lists no models"):
        models(Endpoint(server.base_url))


def test_a_server_that_is_not_there_is_told() -> None:
    with NanoGPT() as gone:
        base_url = gone.base_url

    with pytest.raises(WriterError, match="does not answer") as told:
        models(Endpoint(base_url), timeout_s=2.0)

    assert base_url in told.value.hint


def test_a_server_that_only_listens_is_told_in_time(server: NanoGPT) -> None:
    server.models_answer = Scripted((5.0,), content_type="application/json")

    with pytest.raises(WriterError, match="does not answer"):
        models(Endpoint(server.base_url), timeout_s=0.2)


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("claude-opus-4.5", ("anthropic/claude-opus-4.6",)),
        ("openai/GPT-5.3", ("openai/gpt-5.2",)),
        ("zzz", ()),
    ],
)
def test_the_nearest_models(asked: str, meant: tuple[str, ...]) -> None:
    assert nearest(asked, ["anthropic/claude-opus-4.6", "openai/gpt-5.2", "gemini-2.5-pro"]) == meant


def test_the_balance_is_asked_beside_the_api_with_the_key(server: NanoGPT) -> None:
    server.hold({"usd_balance": "129.46956147", "nano_balance": "26.1"})

    assert balance(Endpoint(server.base_url, KEY)) == 129.46956147
    assert (server.asked[0].method, server.asked[0].path) == ("POST", "/api/check-balance")
    assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("body", [None, {"usd_balance": None}, {"usd_balance": "NaN"}, [1]])
def test_a_balance_that_is_not_told_is_unknown(server: NanoGPT, body: object) -> None:
    server.hold(body)

    assert balance(Endpoint(server.base_url, KEY)) is None


def test_a_rejected_key_is_not_an_unknown_balance(server: NanoGPT) -> None:
    server.balance_answer = fails(401, "bad key")

    with pytest.raises(KeyRejected, match="bad key"):
        balance(Endpoint(server.base_url, KEY))


@pytest.mark.parametrize(
    ("given", "used", "beside"),
    [
        ("https://nano-gpt.com/api/v1/", "https://nano-gpt.com/api/v1", "https://nano-gpt.com/api/b"),
        (" https://h/v1/chat/completions ", "https://h/v1", "https://h/b"),
        ("https://h/api/v1legacy", "https://h/api/v1legacy", "https://h/api/b"),
        ("https://h/api/subscription/v1", "https://h/api/subscription/v1", "https://h/api/b"),
        ("http://localhost:11434", "http://localhost:11434", "http://localhost:11434/b"),
        ("http://h/v1?key=x#y", "http://h/v1", "http://h/b"),
    ],
)
def test_addresses_are_made_usable(given: str, used: str, beside: str) -> None:
    endpoint = Endpoint(given)

    assert (endpoint.base_url, endpoint.beside("b")) == (used, beside)


@pytest.mark.parametrize(
    "address", ["", "nano-gpt.com/api", "ftp://h/v1", "http://", "http://[x", "http://h:99999"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match=r"llm\.base_url"):
        Endpoint(address)


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(SettingsError) as told:
        Endpoint("https://me:hunter2@h/v1")

    assert "hunter2" not in str(told.value)


@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("http://127.0.0.1:1/v1", True),
        ("http://[::1]:1/v1", True),
        ("http://localhost/v1", True),
        ("http://a.localhost/v1", True),
        ("http://10.0.0.1/v1", False),
        ("https://nano-gpt.com/api/v1", False),
    ],
)
def test_a_proxy_never_stands_before_this_machine(address: str, here: bool) -> None:
    assert Endpoint(address).loopback is here


def test_an_endpoint_does_not_show_its_key() -> None:
    assert KEY not in repr(Endpoint("http://h/v1", KEY))


def test_a_bug_in_the_transport_is_not_called_a_silent_server() -> None:
    def broken(request: httpx2.Request) -> httpx2.Response:
        raise ZeroDivisionError(request.url)

    with pytest.raises(ZeroDivisionError):
        models(Endpoint("http://127.0.0.1:1/v1"), transport=httpx2.MockTransport(broken))


def test_a_body_without_end_is_not_swallowed() -> None:
    endless = httpx2.MockTransport(lambda _: httpx2.Response(200, content=(b" " * 2**20 for _ in range(100))))

    with pytest.raises(WriterError, match="not what the API promises"):
        models(Endpoint("http://127.0.0.1:1/v1"), transport=endless)


def test_a_packed_list_is_refused(server: NanoGPT) -> None:
    server.models_answer = packed(b"{}", content_type="application/json")

    with pytest.raises(WriterError, match=r"packs its replies \('gzip'\)"):
        models(Endpoint(server.base_url, KEY))
    assert server.asked[0].headers["accept-encoding"] == "identity"
