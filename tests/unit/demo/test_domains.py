"""What the domains publish, as data."""

import re

import pytest
from publicsuffixlist import PublicSuffixList

from mailsetup.demo.domains import PLACES, Place

BY_NAME = {place.domain: place for place in PLACES}


def registrable(host: str) -> str | None:
    return PublicSuffixList().privatesuffix(host)


def test_every_domain_is_there_once() -> None:
    assert len(BY_NAME) == len(PLACES)


def test_every_mail_server_that_a_page_names_with_encryption_exists() -> None:
    names = {name for place in PLACES for name in place.names}
    settings = [
        page for place in PLACES if place.domain != "plain-only.example" for page in place.pages.values()
    ]
    hosts = {host.decode() for page in settings for host in re.findall(rb"<hostname>([^<]+)<", page)}
    assert hosts
    assert hosts - names == set()


def test_no_name_can_belong_to_anybody() -> None:
    names = {name for place in PLACES for name in place.names}
    assert {name for name in names if not name.endswith((".example", "example.org"))} == set()


@pytest.mark.parametrize("place", PLACES, ids=[place.domain for place in PLACES])
def test_every_mail_domain_is_a_registrable_one(place: Place) -> None:
    assert registrable(place.domain) == place.domain


@pytest.mark.parametrize(
    ("domain", "host", "owner"),
    [
        ("mx-only.example", "mx1.provider-mail.example", "provider-mail.example"),
        ("mx-ispdb.example", "mx.hosting-mail.example", "hosting-mail.example"),
        ("foreign.example", "imap.mail-host.example", "mail-host.example"),
    ],
)
def test_a_foreign_host_is_registered_to_somebody_else(domain: str, host: str, owner: str) -> None:
    assert host in BY_NAME[domain].names
    assert registrable(host) == owner


def test_every_page_is_served_over_https() -> None:
    assert {url.partition(":")[0] for place in PLACES for url in place.pages} == {"https"}
