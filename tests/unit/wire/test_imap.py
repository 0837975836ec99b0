import pytest

from mailsetup.wire.faults import NotUnderstood
from mailsetup.wire.imap import capabilities_in, parse_response, quotas_in, quoted, refusal
from mailsetup.wire.refusals import Refusal


def test_a_status_response_is_read_with_its_code_and_its_words():
    response = parse_response(b"a1 NO [AUTHENTICATIONFAILED] wrong password")
    assert (response.tag, response.word, response.code, response.text) == (
        "a1",
        "NO",
        "AUTHENTICATIONFAILED",
        "wrong password",
    )


def test_a_count_is_read_with_its_number():
    response = parse_response(b"* 23 EXISTS")
    assert (response.word, response.number) == ("EXISTS", 23)


@pytest.mark.parametrize("line", [b"* CAPABILITY IMAP4rev1 idle", b"* OK [CAPABILITY IMAP4rev1 idle] ready"])
def test_capabilities_are_read_from_a_response_and_from_a_code(line):
    assert capabilities_in(parse_response(line)) == {"IMAP4REV1", "IDLE"}


def test_a_server_that_lists_no_capabilities_is_told_from_one_that_lists_none():
    assert capabilities_in(parse_response(b"* OK ready")) is None


def test_a_quota_is_read_with_what_is_used_and_what_there_is():
    assert quotas_in(parse_response(b'* QUOTA "" (STORAGE 10 512 MESSAGE 3 100)')) == {
        "STORAGE": (10, 512),
        "MESSAGE": (3, 100),
    }


def test_a_quota_root_that_came_as_a_literal_does_not_hide_the_quota():
    assert quotas_in(parse_response(b"* QUOTA user root (STORAGE 10 512)")) == {"STORAGE": (10, 512)}


def test_a_quoted_string_cannot_be_left_by_a_quote_or_a_backslash():
    assert quoted('a"b\\c') == '"a\\"b\\\\c"'


@pytest.mark.parametrize("line", [b"", b"*", b"\xff OK", b"HTTP/1.1", b" OK"])
def test_what_is_no_imap_is_not_understood(line):
    with pytest.raises(NotUnderstood):
        parse_response(line)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"a1 NO [AUTHENTICATIONFAILED] no", Refusal.CREDENTIALS),
        (b"a1 NO [UNAVAILABLE] backend is down", Refusal.TEMPORARY),
        (b"a1 NO [INUSE] locked", Refusal.IN_USE),
        (b"a1 NO [LIMIT] slow down", Refusal.LIMITED),
        (b"a1 NO [EXPIRED] old", Refusal.EXPIRED),
        (b"a1 NO [CONTACTADMIN] blocked", Refusal.SWITCHED_OFF),
        (b"a1 NO [ALERT] Application-specific password required: see", Refusal.APP_PASSWORD),
        (b"a1 NO Too many simultaneous connections", Refusal.LIMITED),
        (b"* BYE shutting down", Refusal.TEMPORARY),
        (b"a1 BAD what?", Refusal.OTHER_WAY),
    ],
)
def test_each_refusal_is_told_apart(line, why):
    assert refusal(parse_response(line)) is why


def test_the_words_of_a_response_are_as_the_server_wrote_them():
    assert parse_response(b"a1 NO [limit of it] later").said == "[limit of it] later"
