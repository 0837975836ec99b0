"""Where a registrable domain begins."""

import pytest

from mailsetup.account import Domain
from mailsetup.net.suffixes import is_foreign, is_public_suffix, registrable


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("mx1.mail.example.com", "example.com"),
        ("example.com", "example.com"),
        ("mx.example.co.uk", "example.co.uk"),
        ("a.ada.github.io", "ada.github.io"),
        ("mx.xn--bcher-kva.xn--fiqs8s", "xn--bcher-kva.xn--fiqs8s"),
        ("com", None),
        ("co.uk", None),
        ("github.io", None),
    ],
)
def test_a_registrable_domain_is_a_public_suffix_and_one_label(host: str, domain: str | None):
    assert registrable(host) == domain


@pytest.mark.parametrize(("host", "is_suffix"), [("com", True), ("co.uk", True), ("example.co.uk", False)])
def test_below_a_public_suffix_everyone_may_have_a_name(host: str, is_suffix: bool):
    assert is_public_suffix(host) is is_suffix


@pytest.mark.parametrize(
    ("host", "domain", "foreign"),
    [
        ("example.org", "example.org", False),
        ("imap.example.org", "example.org", False),
        ("badexample.org", "example.org", True),
        ("imap.example.com", "example.org", True),
        ("uk.com", "uk.com", False),
        ("attacker.uk.com", "uk.com", True),
        ("attacker.github.io", "github.io", True),
        ("imap.mail.ovh.net", "ovh.net", False),
        ("x.attacker.hosting.ovh.net", "ovh.net", True),
    ],
)
def test_a_host_below_the_mail_domain_is_its_own_unless_anybody_can_be_there(
    host: str, domain: str, foreign: bool
):
    assert is_foreign(host, Domain.parse(domain)) is foreign
