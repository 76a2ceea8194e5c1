"""What a server's words mean."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.acestep.reasons import clean, is_sticky, last_words, trouble
from pipeline.take import Trouble

TRACEBACK = """Traceback (most recent call last):
  File "/srv/acestep/handler.py", line 12, in generate
    raise RuntimeError("boom")
torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB
"""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("5Hz LM init failed: no checkpoint", Trouble.NO_LANGUAGE_MODEL),
        ("LLM not initialized. Set ACESTEP_INIT_LLM=true", Trouble.NO_LANGUAGE_MODEL),
        ("LLM init failed: CUDA out of memory", Trouble.NO_LANGUAGE_MODEL),
        (TRACEBACK, Trouble.OUT_OF_MEMORY),
        ("Insufficient free VRAM: 5.1 GB needed", Trouble.OUT_OF_MEMORY),
        ("CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate", Trouble.OUT_OF_MEMORY),
        ("Unrecognized option 'abr'.", Trouble.EXPORT),
        ("RuntimeError: Could not load libtorchcodec", Trouble.EXPORT),
        ("No audio files generated", Trouble.EXPORT),
        ("Failed to save audio: [Errno 2] ffmpeg", Trouble.EXPORT),
        ("Music generation timed out after 600 seconds", Trouble.TIMEOUT),
        ("Generation produced NaN or Inf latents", Trouble.FAILED),
        ("", Trouble.FAILED),
    ],
)
def test_the_kind_of_trouble_is_read_from_the_words(words: str, expected: Trouble) -> None:
    assert expected is trouble(words)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Model initialization failed: no disk", True),
        ("Model not initialized", True),
        ("Error initializing model: CUDA out of memory", True),
        ("raise RuntimeError(app.state._init_error)", True),
        ("raise RuntimeError(app.state._llm_init_error)", False),
        ("5Hz LM init failed: Error initializing model", False),  # thinking can be turned off
        ("language model initialization failed", False),
        (TRACEBACK, False),
        ("", False),
    ],
)
def test_what_only_a_restart_cures_is_read_from_the_words(words: str, expected: bool) -> None:
    assert is_sticky(words) is expected


def test_a_traceback_is_told_by_its_last_line() -> None:
    assert "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB" == last_words(TRACEBACK)


def test_other_text_is_told_by_its_first_line() -> None:
    assert "queue is closed" == last_words("\n\n  queue is closed\nsee the log\n")


@pytest.mark.parametrize("blank", ["", "\n \n", "\x00\x07\u202e"])
def test_text_that_says_nothing_gives_no_words(blank: str) -> None:
    assert "" == last_words(blank)


def test_colours_and_bidi_tricks_do_not_reach_the_terminal() -> None:
    assert "red alert gnp.exe" == clean("\x1b[31mred\x1b[0m\talert\r\n \u202egnp.exe\u2066")


def test_long_words_are_cut() -> None:
    cut = clean("word " * 1000, limit=50)

    assert 50 >= len(cut)
    assert cut.endswith("…")


@given(st.text(max_size=500))
def test_any_text_becomes_one_bounded_printable_line(text: str) -> None:
    line = last_words(text)

    assert 300 >= len(line)
    assert not any(unicodedata.category(letter) in {"Cc", "Cf", "Cs"} for letter in line)
