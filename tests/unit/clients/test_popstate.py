from hypothesis import given
from hypothesis import strategies as st

from mailsetup.clients.thunderbird.popstate import Left, left_on_server

_HEAD = b"# POP3 State File\n# This is a generated file!  Do not edit.\n\n*pop.example.org ada@example.org\n"
# RFC 1939, section 7: 1 to 70 characters from 0x21 to 0x7E.
_UIDLS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=70)
_TIMES = st.integers(1, 99_999_999_999)


def test_messages_are_read_with_the_time_of_their_download():
    assert left_on_server(_HEAD + b"k one 1700000000\nk two 1800000000\n") == (
        Left(b"one", 1_700_000_000),
        Left(b"two", 1_800_000_000),
    )


def test_only_messages_that_are_to_stay_count():
    assert left_on_server(_HEAD + b"d gone 1\nf part 1\nb big 1\nk\nkeep no 1\n") == ()


def test_a_message_that_is_listed_twice_is_one_with_its_later_line():
    assert left_on_server(b"k one 5\nk one 7\n") == (Left(b"one", 7),)


def test_line_ends_of_windows_are_no_part_of_a_line():
    assert left_on_server(b"k one 5\r\nk two\r\n") == (Left(b"one", 5), Left(b"two", 0))


@given(st.dictionaries(_UIDLS, _TIMES))
def test_whatever_thunderbird_writes_is_read_back(messages):
    lines = "".join(f"k {uidl} {time}\n" for uidl, time in messages.items())

    assert left_on_server(_HEAD + lines.encode()) == tuple(
        Left(uidl.encode(), time) for uidl, time in messages.items()
    )


@given(st.binary())
def test_any_bytes_are_read_and_no_time_is_beyond_a_calendar(content):
    assert all(0 <= message.downloaded < 10**11 for message in left_on_server(content))
