"""The bytes that travel, and the words that stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.channels.envelope import dot_stuffed, fault_of_message
from announcer.channels.reply import LONGEST_REPLY, words


@given(st.lists(st.text(alphabet="a. ", max_size=6), max_size=8))
def test_no_line_of_a_stuffed_message_ends_the_message(lines: list[str]) -> None:
    message = "\r\n".join(lines).encode()
    travelling = dot_stuffed(message)

    assert travelling.endswith(b"\r\n")
    assert b"." not in travelling.split(b"\r\n")
    received = [line[1:] if line[:1] == b"." else line for line in travelling.split(b"\r\n")]
    assert b"\r\n".join(received).rstrip(b"\r\n") == message.rstrip(b"\r\n")


@given(st.binary(max_size=60))
def test_what_passes_has_only_whole_line_ends(message: bytes) -> None:
    if not fault_of_message(message):
        rest = message.replace(b"\r\n", b"")
        assert not {0, 10, 13} & set(rest)


@pytest.mark.parametrize("message", [b"A: b\r\n\r\nc\r\n", b"A: b\r\n c\r\n\r\n", b"\r\n\r\n", b""])
def test_whole_line_ends_pass(message: bytes) -> None:
    assert fault_of_message(message) == ""


@given(st.binary(max_size=900))
def test_words_of_any_server_are_one_printable_line(said: bytes) -> None:
    line = words(550, said)

    assert len(line) <= LONGEST_REPLY
    assert "\n" not in line
    assert "\r" not in line
    assert "\0" not in line


def test_the_lines_of_a_reply_become_one_without_addresses() -> None:
    said = "5.1.1 <åsa.ek@kommun.example>:\nfinns inte (rcpt=x+y@z.example)".encode()

    assert words(550, said) == "550 5.1.1 <…>: finns inte (…)"
