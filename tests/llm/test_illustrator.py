"""The illustrator: right answers, odd ones, hostile ones and none, over real HTTP."""

import base64
import json
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import BalanceEmpty, KeyRejected, WriterError
from pipeline.llm import illustrator
from pipeline.llm.endpoint import Endpoint
from pipeline.llm.faults import Fault
from pipeline.llm.illustrator import MOST_BYTES, Illustrator
from pipeline.llm.pace import Pace
from tests.fakes.gallery import FORMAT_REFUSED, Gallery, draws, hangs, picture, points
from tests.fakes.scribe import Reply, fails, page, replies
from tests.llm.conftest import KEY, NOW

WISH = "Cover art for a song: smoky, nocturnal."
PNG = picture(64)

Build = Callable[..., Illustrator]


@pytest.fixture
def server() -> Iterator[Gallery]:
    with Gallery() as running:
        yield running


@pytest.fixture
def other() -> Iterator[Gallery]:
    """Another server, on another port."""
    with Gallery() as running:
        yield running


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def build(server: Gallery, slept: list[float]) -> Build:
    """Make an illustrator on the scripted server."""

    def make(
        *,
        key: str = KEY,
        base_url: str = "",
        deadline_s: float = 20.0,
        wants_key: bool = False,
        transport: httpx2.BaseTransport | None = None,
    ) -> Illustrator:
        endpoint = Endpoint(base_url or server.base_url, key, "COVER_KEY", wants_key)
        pace = Pace(sleep=slept.append, now=lambda: NOW, jitter=lambda: 0.0)
        return Illustrator(endpoint, "brush-1", deadline_s=deadline_s, pace=pace, transport=transport)

    return make


def test_it_asks_for_one_square_picture_and_gives_its_file(server: Gallery, build: Build) -> None:
    server.script(draws(PNG))

    drawn = build().draw(WISH)

    assert PNG == drawn
    assert [
        {
            "model": "brush-1",
            "prompt": WISH,
            "n": 1,
            "size": "1024x1024",
            "response_format": "b64_json",
        }
    ] == server.asked
    assert f"Bearer {KEY}" == server.visits[0].headers["authorization"]


def test_nothing_is_told_about_this_machine(server: Gallery, build: Build) -> None:
    server.script(draws(PNG))

    build(key="").draw(WISH)

    assert {
        "host",
        "accept",
        "connection",
        "content-length",
        "content-type",
        "user-agent",
        "accept-encoding",
    } == {*server.visits[0].headers}


@pytest.mark.parametrize(
    "row",
    [
        {"b64_json": base64.encodebytes(PNG).decode()},
        {"b64_json": f"data:image/png;base64,{base64.b64encode(PNG).decode()}", "url": "http://127.0.0.1:1/"},
        {"url": f"data:image/png;base64,{base64.b64encode(PNG).decode()}"},
        {"b64_json": None, "url": f"DATA:image/png;base64,{base64.b64encode(PNG).decode()}"},
    ],
    ids=["lines", "data address", "data address as url", "capitals"],
)
def test_base64_comes_in_several_dresses(server: Gallery, build: Build, row: dict[str, object]) -> None:
    server.script(replies({"data": [row, "more"]}))

    assert PNG == build().draw(WISH)


def test_a_picture_is_never_cleaned_like_a_text(server: Gallery, build: Build) -> None:
    """Base64 can spell anything, a key as well."""
    spelt = base64.b64decode("Bearer" + "sk0000000000000000" + KEY.replace("-", "0")[:36])
    server.script(draws(spelt))

    assert spelt == build(key="sk00000000000000").draw(WISH)


# A server that refuses to be told how to answer.


def test_a_server_that_refuses_the_format_is_asked_without(
    server: Gallery, build: Build, slept: list[float]
) -> None:
    server.plain_only = True
    server.script(draws(PNG))

    drawn = build().draw(WISH)

    assert (PNG, []) == (drawn, slept)
    assert [True, False] == ["response_format" in asked for asked in server.asked]


@pytest.mark.parametrize(
    "refusal",
    [
        replies(
            {"detail": [{"loc": ["body", "response_format"], "msg": "Extra inputs are not allowed"}]}, 422
        ),
        fails(400, "Unsupported parameter"),
        fails(400, "b64_json is not available for this model"),
    ],
)
def test_a_refused_format_is_understood_in_other_words(server: Gallery, build: Build, refusal: Reply) -> None:
    server.script(refusal, draws(PNG))

    assert PNG == build().draw(WISH)


def test_the_format_is_left_out_once_and_not_again(server: Gallery, build: Build) -> None:
    server.script(*[fails(400, FORMAT_REFUSED)] * 3)

    with pytest.raises(WriterError, match="Unknown parameter"):
        build().draw(WISH)

    assert 2 == len(server.asked)


# A picture that lies somewhere.


def test_a_picture_that_lies_on_the_same_server_is_fetched_with_the_key(
    server: Gallery, build: Build
) -> None:
    server.script(points(server.hang(hangs(PNG)) + "?signature=abc"))

    drawn = build().draw(WISH)

    assert PNG == drawn
    assert ("GET", "/kept/picture.png?signature=abc") == (server.visits[1].method, server.visits[1].path)
    assert f"Bearer {KEY}" == server.visits[1].headers["authorization"]


def test_another_server_is_not_told_the_key(server: Gallery, other: Gallery, build: Build) -> None:
    server.script(points(other.hang(hangs(PNG))))

    drawn = build().draw(WISH)

    (visit,) = other.visits
    assert PNG == drawn
    assert {"host", "accept", "connection", "user-agent", "accept-encoding"} == {*visit.headers}


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/picture.png",
        "http://",
        "http://[::1",
        "http://127.0.0.1:0/x",
        "http://127.0.0.1:99999/x",
        "http://user:word@127.0.0.1/x",
        "picture.png",
        "http://127.0.0.1/\x00",
        "http://127.0.0.1/" + "x" * 9000,
    ],
)
def test_a_picture_is_fetched_from_the_web_only(server: Gallery, build: Build, url: str) -> None:
    server.script(points(url))

    with pytest.raises(WriterError, match="no address of the web"):
        build().draw(WISH)

    assert 1 == len(server.visits)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "printer", "nas.local", "169.254.169.254", "10.0.0.1", "[::1]"),
        *("127.1", "2130706433", "0x7f.0x1", "[::ffff:127.0.0.1]", "0.0.0.0", "router.lan."),  # noqa: S104 -- asked, not bound
    ],
)
def test_a_server_on_the_internet_sends_nobody_around_in_the_house(build: Build, host: str) -> None:
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url))
        return httpx2.Response(200, json={"data": [{"url": f"http://{host}/picture.png"}]})

    distant = build(base_url="https://pictures.example.org/v1", transport=httpx2.MockTransport(answer))

    with pytest.raises(WriterError, match="a machine of this network"):
        distant.draw(WISH)

    assert ["https://pictures.example.org/v1/images/generations"] == asked


def test_a_server_on_the_internet_may_keep_its_pictures_elsewhere_there(build: Build) -> None:
    seen: dict[str, str | None] = {}

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen[request.url.host] = request.headers.get("authorization")
        if request.method == "GET":
            return httpx2.Response(200, content=PNG)
        return httpx2.Response(200, json={"data": [{"url": "https://files.example.net/a.png?sig=1"}]})

    distant = build(base_url="https://pictures.example.org/v1", transport=httpx2.MockTransport(answer))

    assert PNG == distant.draw(WISH)
    assert {"pictures.example.org": f"Bearer {KEY}", "files.example.net": None} == seen


@pytest.mark.parametrize(
    ("hung", "words"),
    [
        (Reply(b"", 302), "does not lie where it is said to lie"),
        (Reply(b"gone", 404), r"cannot be fetched \(404\)"),
        (Reply(b"", 200), "the picture is empty"),
        (page(), "a web page came instead of a picture"),
        (hangs(PNG, status=500), r"cannot be fetched \(500\)"),
        (hangs(PNG, hang_up=True), "broke off"),
        (hangs(b"\x89PNG" + bytes(MOST_BYTES)), "larger than 20 MB"),
    ],
    ids=["redirect", "gone", "empty", "page", "broken", "cut", "huge"],
)
def test_a_picture_that_cannot_be_fetched_is_told(
    server: Gallery, build: Build, hung: Reply, words: str
) -> None:
    server.script(points(server.hang(hung)))

    with pytest.raises(WriterError, match=rf"the picture was drawn, but .*{words}") as told:
        build().draw(WISH)

    assert "the song itself is not affected" in told.value.hint
    assert 1 == len(server.asked)


@pytest.mark.parametrize("passing", [Reply(b"", 503), hangs(PNG, hang_up=True)])
def test_fetching_is_tried_again_and_drawing_is_not(server: Gallery, build: Build, passing: Reply) -> None:
    server.script(points(server.hang(passing, hangs(PNG))))

    assert PNG == build().draw(WISH)
    assert ["POST", "GET", "GET"] == [visit.method for visit in server.visits]


def test_the_address_of_a_picture_is_not_repeated(server: Gallery, build: Build) -> None:
    server.script(points(server.hang(Reply(b"", 404)) + "?signature=secretsignature"))

    with pytest.raises(WriterError) as told:
        build().draw(WISH)

    assert "secretsignature" not in "".join([told.value.hint, *traceback.format_exception(told.value)])


# Faults.


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"[1, 2]", "not what the API promises"),
        (b"null", "not what the API promises"),
        (b"", "not what the API promises"),
        (b"[" * 100_000, "not what the API promises"),
        (b"{}", "holds no picture"),
        (b'{"data": []}', "holds no picture"),
        (b'{"data": {"b64_json": "aaaa"}}', "holds no picture"),
        (b'{"data": [[]]}', "holds no picture"),
        (b'{"data": [{"b64_json": "", "url": ""}]}', "holds no picture"),
        (b'{"data": [{"b64_json": 7, "url": ["x"]}]}', "holds no picture"),
        (b'{"data": [{"b64_json": "not base64!"}]}', "not written in base64"),
        (b'{"data": [{"b64_json": "aaa"}]}', "not written in base64"),
        (b'{"data": [{"url": "data:image/png;base64,"}]}', "the picture is empty"),
        (b'{"data": [{"b64_json": "PHN2Zy8+"}]}', "a web page came"),
        (b'{"error": {"message": "out of memory"}}', "out of memory"),
    ],
)
def test_what_is_no_picture_is_told_in_a_line(server: Gallery, build: Build, body: bytes, words: str) -> None:
    server.script(Reply(body), Reply(body))

    with pytest.raises(WriterError, match=words) as told:
        build().draw(WISH)

    assert len(str(told.value)) < 400


def test_a_web_page_is_told_from_an_answer(server: Gallery, build: Build) -> None:
    server.script(page())

    with pytest.raises(WriterError, match="a web page came") as told:
        build().draw(WISH)

    assert f"finish.cover.base_url ({server.base_url})" in told.value.hint


def test_a_rejected_key_names_its_variable(server: Gallery, build: Build) -> None:
    server.script(fails(401, f"key {KEY} is revoked"))

    with pytest.raises(KeyRejected, match="COVER_KEY") as told:
        build().draw(WISH)

    assert KEY not in "".join([told.value.hint, *traceback.format_exception(told.value)])


@pytest.mark.parametrize(
    "answer", [fails(400, f"no, {KEY}"), fails(500, KEY), replies({"error": {"message": f"no {KEY}"}})]
)
def test_no_error_repeats_the_key(server: Gallery, build: Build, answer: Reply) -> None:
    server.script(answer, answer)

    with pytest.raises(WriterError, match=r"\[key\]") as told:
        build().draw(WISH)

    assert KEY not in "".join([told.value.hint, *traceback.format_exception(told.value)])


def test_a_key_repeated_by_a_server_that_keeps_pictures_is_masked_too(
    server: Gallery, other: Gallery, build: Build
) -> None:
    server.script(points(f"{other.hang(Reply(KEY.encode(), 400))}?token={KEY}"))

    with pytest.raises(WriterError) as told:
        build().draw(WISH)

    assert KEY not in "".join([told.value.hint, *traceback.format_exception(told.value)])


def test_without_the_key_that_is_wanted_nothing_is_sent(server: Gallery, build: Build) -> None:
    with pytest.raises(KeyRejected, match="there is no key") as told:
        build(key="", wants_key=True).draw(WISH)

    assert ("export COVER_KEY=…", []) == (told.value.hint, server.visits)


@pytest.mark.parametrize("answer", [fails(402, "no credit"), replies({"error": "no credit"}, 402)])
def test_an_empty_account_is_told(server: Gallery, build: Build, answer: Reply) -> None:
    server.script(answer)

    with pytest.raises(BalanceEmpty, match=r"holds too little: .*no credit") as told:
        build().draw(WISH)

    assert "set finish.cover to null" in told.value.hint
    assert 1 == len(server.asked)


@pytest.mark.parametrize(
    "answer",
    [
        fails(404, "the model 'brush-1' does not exist", "model_not_found"),
        fails(400, "brush-1 is a chat model"),
        replies({"data": []}),
    ],
)
def test_a_model_that_will_not_do_is_told_with_its_setting(
    server: Gallery, build: Build, answer: Reply
) -> None:
    server.script(answer)

    with pytest.raises(WriterError) as told:
        build().draw(WISH)

    assert "set finish.cover.model to an image model" in told.value.hint
    assert 1 == len(server.asked)


def test_a_refused_wish_is_not_asked_twice(server: Gallery, build: Build) -> None:
    server.script(fails(400, "flagged", "content_policy_violation"))

    with pytest.raises(WriterError, match="flagged") as told:
        build().draw(WISH)

    assert "the song itself is not affected" in told.value.hint
    assert 1 == len(server.asked)


@pytest.mark.parametrize("passing", [fails(500, "oops"), fails(429, "busy"), fails(503, "loading")])
def test_what_passes_is_tried_once_more(
    server: Gallery, build: Build, passing: Reply, slept: list[float]
) -> None:
    server.script(passing, draws(PNG))

    assert (PNG, [1.0]) == (build().draw(WISH), slept)


def test_what_does_not_pass_ends_after_two_tries(server: Gallery, build: Build) -> None:
    server.script(*[fails(500, "oops")] * 3)

    with pytest.raises(WriterError, match="oops"):
        build().draw(WISH)

    assert 2 == len(server.asked)


def test_what_may_have_been_drawn_and_billed_is_not_asked_for_again(server: Gallery, build: Build) -> None:
    cut = Reply(draws(PNG).body, hang_up=True)
    server.script(cut, draws(PNG))

    with pytest.raises(WriterError, match="broke off"):
        build().draw(WISH)

    assert 1 == len(server.asked)


def test_a_server_that_asks_for_more_time_than_there_is_is_not_waited_for(
    server: Gallery, build: Build, slept: list[float]
) -> None:
    server.script(fails(429, "later", retry_after="3600"))

    with pytest.raises(WriterError, match="later"):
        build().draw(WISH)

    assert ([], 1) == (slept, len(server.asked))


def test_a_server_that_is_not_there_is_told(build: Build) -> None:
    with Gallery() as gone:
        address = gone.base_url

    with pytest.raises(WriterError, match="no connection") as told:
        build(base_url=address).draw(WISH)

    assert "check that the server runs" in told.value.hint


@pytest.mark.parametrize("slow", [Reply(b"{}", wait_s=30.0), Reply(b" " * 10_000, trickle_s=0.05)])
def test_a_slow_server_is_left_at_the_deadline(server: Gallery, build: Build, slow: Reply) -> None:
    server.script(slow)

    with pytest.raises(WriterError, match="longer than its deadline"):
        build(deadline_s=0.4).draw(WISH)


def test_fetching_shares_the_deadline(server: Gallery, build: Build) -> None:
    server.script(points(server.hang(hangs(PNG, trickle_s=0.05))))

    with pytest.raises(WriterError, match="longer than its deadline"):
        build(deadline_s=0.4).draw(WISH)


@pytest.mark.parametrize(
    "flood",
    [
        Reply(b'{"data": [{"b64_json": "' + b"a" * (MOST_BYTES * 3 // 2 + 8) + b'"}]}'),
        Reply(b'{"data": [{"b64_json": "' + b"a" * (MOST_BYTES * 4 // 3 // 4 * 4 + 8) + b'"}]}'),
    ],
    ids=["before decoding", "after it"],
)
def test_a_picture_that_is_too_large_is_refused(server: Gallery, build: Build, flood: Reply) -> None:
    server.script(flood)

    with pytest.raises(WriterError, match="larger than 20 MB"):
        build().draw(WISH)


def test_an_endless_answer_is_cut_off(server: Gallery, build: Build) -> None:
    server.script(Reply(b'{"data": "' + b"a" * 70_000_000 + b'"}'))

    with pytest.raises(WriterError, match="not what the API promises"):
        build().draw(WISH)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["data", "b64_json", "url", "error", "code"]), inner)
    ),
    max_leaves=20,
)


@given(JSON)
def test_any_answer_is_a_picture_an_address_or_a_fault(answer: Any) -> None:
    try:
        found = illustrator._read(json.loads(json.dumps(answer)))
    except Fault:
        return

    assert found
