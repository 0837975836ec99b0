"""`mailsetup discover` against Knot and nginx."""

from pathlib import Path
from typing import Any

import pytest
from tests.world.world import World

pytestmark = pytest.mark.world


def _servers(candidates: list[dict[str, Any]]) -> list[str]:
    return [f"{each['protocol']} {each['host']}:{each['port']} {each['security']}" for each in candidates]


def _sources(document: dict[str, Any]) -> set[str]:
    return {source for each in document["incoming"] + document["outgoing"] for source in each["sources"]}


def test_srv_records_alone_name_every_server(world: World, tmp_path: Path) -> None:
    outcome = world.mailsetup("discover", "ada@srv.example", "--json", home=tmp_path)
    outcome.done()
    found = outcome.json
    assert _servers(found["incoming"]) == [
        "imap mail.srv.example:993 tls",
        "imap mail.srv.example:143 starttls",
        "pop3 mail.srv.example:995 tls",
        "pop3 mail.srv.example:110 starttls",
    ]
    assert _servers(found["outgoing"]) == [
        "smtp mail.srv.example:465 tls",
        "smtp mail.srv.example:587 starttls",
    ]
    assert _sources(found) == {"srv"}


def test_an_autoconfig_file_alone_names_every_server(world: World, tmp_path: Path) -> None:
    outcome = world.mailsetup("discover", "ada@auto.example", "--json", home=tmp_path)
    outcome.done()
    found = outcome.json
    assert _servers(found["incoming"]) == ["imap mail.auto.example:993 tls", "pop3 mail.auto.example:995 tls"]
    assert _servers(found["outgoing"]) == ["smtp mail.auto.example:465 tls"]
    assert _sources(found) == {"autoconfig"}
    assert {each["trust"] for each in found["incoming"]} == {"verified"}


def test_an_mx_leads_to_the_settings_of_its_provider_and_asks_for_consent(
    world: World, tmp_path: Path
) -> None:
    outcome = world.mailsetup("discover", "ada@mxonly.example", "--json", home=tmp_path)
    outcome.done()
    found = outcome.json
    assert _servers(found["incoming"]) == [
        "imap imap.hoster.example:993 tls",
        "pop3 pop.hoster.example:995 tls",
    ]
    assert {(each["trust"], each["foreign"], each["needs_consent"]) for each in found["incoming"]} == {
        ("unsigned", True, True)
    }


def test_a_protocol_declared_absent_is_not_offered(world: World, tmp_path: Path) -> None:
    outcome = world.mailsetup("discover", "ada@poponly.example", "--json", home=tmp_path)
    outcome.done()
    assert _servers(outcome.json["incoming"]) == ["pop3 mail.poponly.example:995 tls"]
    assert "absent" in {finding["outcome"] for finding in outcome.json["findings"]}


def test_a_domain_that_publishes_nothing_is_found_by_its_usual_names(world: World, tmp_path: Path) -> None:
    outcome = world.mailsetup("discover", "ada@guessed.example", "--json", home=tmp_path)
    outcome.done()
    found = outcome.json
    assert _servers(found["incoming"]) == [
        "imap imap.guessed.example:993 tls",
        "pop3 pop.guessed.example:995 tls",
    ]
    assert _servers(found["outgoing"]) == ["smtp smtp.guessed.example:465 tls"]
    assert _sources(found) == {"guess"}
    told = {tuple(each["auth"]) for each in found["incoming"] + found["outgoing"]}
    assert told == {("password", "encrypted-password", "oauth2")}


def test_a_server_with_starttls_only_is_found_behind_a_wildcard(world: World, tmp_path: Path) -> None:
    outcome = world.mailsetup("discover", "ada@oldport.example", "--json", home=tmp_path)
    outcome.done()
    found = outcome.json
    # Every other name leads there too, and the certificate names this one alone.
    assert _servers(found["incoming"]) == [
        "imap mail.oldport.example:143 starttls",
        "pop3 mail.oldport.example:110 starttls",
    ]
    assert _servers(found["outgoing"]) == ["smtp mail.oldport.example:587 starttls"]
    assert "wildcard-dns" in {warning["code"] for warning in found["warnings"]}


def test_a_guess_sends_no_login(world: World, tmp_path: Path) -> None:
    log = world.log()
    world.mailsetup("discover", "ada@guessed.example", home=tmp_path).done()
    log.wait_for("imap-login", "no auth attempts")
    assert log.lines("ada") == []


def test_only_the_domain_is_told_to_the_web_server(world: World, tmp_path: Path) -> None:
    log = world.web_log()
    world.mailsetup("discover", "ada@auto.example", home=tmp_path).done()
    assert "GET /mail/config-v1.1.xml HTTP" in log.wait_for("GET")
    assert log.lines("ada") == []


@pytest.mark.parametrize(
    "subject",
    [
        pytest.param("ada@nowhere.example", id="a domain that does not exist"),
        pytest.param("ada@silent.example", id="a domain without mail"),
        pytest.param("ada@broken.example", id="a settings file cut off in the middle"),
    ],
)
def test_where_nothing_is_known_it_says_so(world: World, tmp_path: Path, subject: str) -> None:
    world.mailsetup("discover", subject, home=tmp_path).failed(3)


def test_a_name_server_that_is_not_there_is_a_network_failure(world: World, tmp_path: Path) -> None:
    words = ("discover", "ada@srv.example", "--nameserver", "127.0.0.99", "--timeout", "2")
    world.mailsetup(*words, home=tmp_path).failed(4)
