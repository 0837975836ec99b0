"""Reading --connect-to, and where its rules lead."""

import pytest

from mailsetup.errors import WrongUsage
from mailsetup.net.connect_to import ConnectTo, destination


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Imap.example.org:993:127.0.0.1:10993", ConnectTo("imap.example.org", 993, "127.0.0.1", 10993)),
        ("::localhost:", ConnectTo(None, None, "localhost", None)),
        (":25::587", ConnectTo(None, 25, None, 587)),
        (":::", ConnectTo(None, None, None, None)),
        ("[2001:db8::1]:993:[::1]:10993", ConnectTo("2001:db8::1", 993, "::1", 10993)),
    ],
)
def test_a_rule_has_four_parts_that_may_be_empty(text: str, rule: ConnectTo):
    assert ConnectTo.parse(text) == rule


@pytest.mark.parametrize(
    "text",
    ["", "a:1:b", "a:1:b:2:3", "a:0:b:1", "a:1:b:65536", "a:x:b:1", "::1:993:a:1", "[a]:1:b:2", "a b:1:c:1"],
)
def test_anything_else_is_wrong_usage(text: str):
    with pytest.raises(WrongUsage, match="where to connect to"):
        ConnectTo.parse(text)


@pytest.mark.parametrize(
    ("rules", "led_to"),
    [
        ([], ("imap.example.org", 993)),
        (["other.example.org:993:127.0.0.1:1"], ("imap.example.org", 993)),
        (["imap.example.org:143:127.0.0.1:1"], ("imap.example.org", 993)),
        (["imap.example.org:993:127.0.0.1:1"], ("127.0.0.1", 1)),
        ([":993::10993"], ("imap.example.org", 10993)),
        (["imap.example.org::new.example.org:"], ("new.example.org", 993)),
        ([":::1", "imap.example.org:993::2"], ("imap.example.org", 1)),
    ],
)
def test_the_first_rule_that_matches_leads_and_its_empty_parts_keep_what_was_meant(
    rules: list[str], led_to: tuple[str, int]
):
    assert destination(map(ConnectTo.parse, rules), "imap.example.org", 993) == led_to
