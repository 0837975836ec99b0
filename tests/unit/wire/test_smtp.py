import pytest

from mailsetup.wire.faults import NotUnderstood
from mailsetup.wire.refusals import Refusal
from mailsetup.wire.smtp import Reply, parse_extensions, parse_line, refusal


@pytest.mark.parametrize(
    ("line", "read"),
    [
        (b"250-SIZE 100", (250, True, "SIZE 100")),
        (b"250 AUTH PLAIN", (250, False, "AUTH PLAIN")),
        (b"250", (250, False, "")),
    ],
)
def test_a_line_says_whether_another_follows(line, read):
    assert parse_line(line) == read


@pytest.mark.parametrize("line", [b"", b"25", b"199 no", b"650 no", b"2500 no", b"+OK ready", b"250\tx"])
def test_what_is_no_smtp_is_not_understood(line):
    with pytest.raises(NotUnderstood):
        parse_line(line)


def test_extensions_are_read_with_their_parameters():
    assert parse_extensions(["SIZE 100", "auth PLAIN LOGIN", ""]) == {
        "SIZE": ("100",),
        "AUTH": ("PLAIN", "LOGIN"),
    }


def test_the_old_way_to_write_auth_adds_to_the_new_one():
    assert parse_extensions(["AUTH PLAIN", "AUTH=LOGIN"]) == {"AUTH": ("PLAIN", "LOGIN")}


@pytest.mark.parametrize(
    ("code", "text", "why"),
    [
        (535, "5.7.8 Error: authentication failed", Refusal.CREDENTIALS),
        (535, "Incorrect authentication data", Refusal.CREDENTIALS),
        (534, "5.7.9 Application-specific password required", Refusal.APP_PASSWORD),
        (534, "5.7.9 Authentication mechanism is too weak", Refusal.OTHER_WAY),
        (504, "5.5.4 Unrecognized authentication type", Refusal.OTHER_WAY),
        (432, "4.7.12 A password transition is needed", Refusal.EXPIRED),
        (454, "4.7.0 Temporary authentication failure", Refusal.TEMPORARY),
        (421, "4.7.0 Too many login attempts", Refusal.LIMITED),
    ],
)
def test_each_refusal_is_told_apart(code, text, why):
    assert refusal(Reply(code, (text,))) is why
