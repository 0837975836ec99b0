import pytest

from mailsetup.wire.faults import NotUnderstood
from mailsetup.wire.pop3 import parse_capabilities, parse_listed, parse_reply, parse_stat, refusal
from mailsetup.wire.refusals import Refusal


def test_a_reply_is_read_with_its_response_code():
    reply = parse_reply(b"-ERR [IN-USE] another session")
    assert (reply.ok, reply.code, reply.text) == (False, "IN-USE", "another session")


def test_the_words_of_a_reply_keep_its_code():
    assert parse_reply(b"-ERR [IN-USE] another session").said == "[IN-USE] another session"


@pytest.mark.parametrize("line", [b"+ERR no", b"+OKAY", b"OK", b"", b"-ok", b"* OK IMAP4"])
def test_what_is_neither_ok_nor_err_is_not_understood(line):
    with pytest.raises(NotUnderstood):
        parse_reply(line)


def test_capabilities_are_read_with_their_arguments():
    assert parse_capabilities([b"SASL PLAIN LOGIN", b"uidl", b"EXPIRE 7 USER", b""]) == {
        "SASL": ("PLAIN", "LOGIN"),
        "UIDL": (),
        "EXPIRE": ("7", "USER"),
    }


def test_stat_counts_messages_and_octets():
    assert parse_stat(parse_reply(b"+OK 2 320")) == (2, 320)


def test_stat_without_numbers_is_not_understood():
    with pytest.raises(NotUnderstood):
        parse_stat(parse_reply(b"+OK two messages"))


def test_a_line_of_a_listing_is_a_number_and_a_word():
    assert parse_listed(b"12 whqtswO00WBw418f9t5JxYwZ") == (12, b"whqtswO00WBw418f9t5JxYwZ")


def test_a_line_of_a_listing_without_its_word_is_not_understood():
    with pytest.raises(NotUnderstood):
        parse_listed(b"12")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"-ERR [AUTH] wrong", Refusal.CREDENTIALS),
        (b"-ERR [IN-USE] locked", Refusal.IN_USE),
        (b"-ERR [LOGIN-DELAY] too soon", Refusal.TOO_SOON),
        (b"-ERR [SYS/TEMP] later", Refusal.TEMPORARY),
        (b"-ERR [SYS/PERM] Your account is not enabled for POP access.", Refusal.SWITCHED_OFF),
        (b"-ERR too many connections from your address", Refusal.LIMITED),
    ],
)
def test_each_refusal_is_told_apart(line, why):
    assert refusal(parse_reply(line)) is why


def test_the_words_of_a_reply_are_as_the_server_wrote_them():
    assert parse_reply(b"-ERR [sys/temp of it] later").said == "[sys/temp of it] later"
