"""What is chosen of the servers found, and whose yes it needs."""

from dataclasses import replace

import pytest
from tests.unit.words import ADA, candidate, discovery, server

from mailsetup.account import Address, Protocol, Retention, Security
from mailsetup.choice import (
    Wishes,
    accepted_domains,
    choose,
    domain_to_accept,
    encrypted,
    is_accepted,
    make_account,
    next_best,
    require_consent,
    require_found,
)
from mailsetup.discovery.finding import Candidate, Trust, Warn
from mailsetup.errors import MailsetupError, NothingFound, Unsafe, WrongUsage, say

DOMAIN = ADA.domain
IMAP = candidate(Protocol.IMAP)
IMAP_STARTTLS = candidate(Protocol.IMAP, Security.STARTTLS)
IMAP_PLAIN = candidate(Protocol.IMAP, Security.PLAIN)
POP3 = candidate(Protocol.POP3)
POP3_PLAIN = candidate(Protocol.POP3, Security.PLAIN)
SMTP = candidate(Protocol.SMTP)
SMTP_STARTTLS = candidate(Protocol.SMTP, Security.STARTTLS)
SMTP_PLAIN = candidate(Protocol.SMTP, Security.PLAIN)
FOREIGN = candidate(Protocol.IMAP, host="imap.mail-host.co.uk", trust=Trust.UNSIGNED)
MONTH = Retention(days=30)
GONE = Retention(keep=False)


@pytest.mark.parametrize(
    ("found", "wishes", "chosen", "retention"),
    [
        pytest.param([IMAP, POP3, SMTP], Wishes(), IMAP, None, id="IMAP by default"),
        pytest.param([POP3, IMAP, SMTP], Wishes(), IMAP, None, id="IMAP by default, ranked second"),
        pytest.param([IMAP, SMTP], Wishes(), IMAP, None, id="only IMAP"),
        pytest.param([POP3, SMTP], Wishes(), POP3, Retention(), id="only POP3: mail stays for ever"),
        pytest.param([POP3, IMAP_PLAIN, SMTP], Wishes(), POP3, Retention(), id="IMAP only in the clear"),
        pytest.param([IMAP, POP3, SMTP], Wishes(retention=MONTH), POP3, MONTH, id="a retention means POP3"),
        pytest.param([IMAP, POP3, SMTP], Wishes(retention=GONE), POP3, GONE, id="removal means POP3"),
        pytest.param([IMAP, POP3, SMTP], Wishes(retention=Retention()), POP3, Retention(), id="so does keep"),
        pytest.param(
            [IMAP, POP3, SMTP], Wishes(protocol=Protocol.POP3), POP3, Retention(), id="POP3: stays for ever"
        ),
        pytest.param(
            [IMAP, POP3, SMTP],
            Wishes(protocol=Protocol.POP3, retention=MONTH),
            POP3,
            MONTH,
            id="POP3, 30 days",
        ),
        pytest.param([POP3, IMAP, SMTP], Wishes(protocol=Protocol.IMAP), IMAP, None, id="IMAP was asked for"),
    ],
)
def test_imap_is_chosen_unless_pop3_is_wished_for_or_is_all_there_is(
    found: list[Candidate], wishes: Wishes, chosen: Candidate, retention: Retention | None
) -> None:
    choice = choose(discovery(*found), wishes)
    assert choice.incoming[0] == chosen
    assert choice.outgoing[0] == SMTP
    assert choice.retention == retention


def test_a_retention_that_a_provider_hints_at_is_not_applied() -> None:
    hinted = candidate(Protocol.POP3, retention=GONE)
    assert choose(discovery(hinted, SMTP), Wishes()).retention == Retention()


def test_the_others_of_the_same_protocol_follow_in_their_order() -> None:
    choice = choose(
        discovery(IMAP, POP3, IMAP_STARTTLS, IMAP_PLAIN, SMTP, SMTP_PLAIN, SMTP_STARTTLS), Wishes()
    )
    assert choice.incoming == (IMAP, IMAP_STARTTLS)
    assert choice.outgoing == (SMTP, SMTP_STARTTLS)


@pytest.mark.parametrize("retention", [MONTH, GONE, Retention()])
def test_imap_with_a_retention_is_wrong_usage(retention: Retention) -> None:
    with pytest.raises(WrongUsage, match="--protocol pop3"):
        Wishes(protocol=Protocol.IMAP, retention=retention)


@pytest.mark.parametrize(
    ("found", "wishes", "error", "told"),
    [
        ([], Wishes(), NothingFound, "No mail servers were found for example.org"),
        ([SMTP], Wishes(), NothingFound, "names no IMAP server"),
        ([IMAP], Wishes(), NothingFound, "No server for sending mail"),
        ([IMAP, SMTP], Wishes(protocol=Protocol.POP3), NothingFound, "use --protocol imap"),
        ([IMAP, SMTP], Wishes(retention=MONTH), NothingFound, "use --protocol imap"),
        ([POP3, SMTP], Wishes(protocol=Protocol.IMAP), NothingFound, "use --protocol pop3"),
        ([IMAP_PLAIN, SMTP], Wishes(), Unsafe, "imap.example.org only without encryption"),
        (
            [POP3_PLAIN, SMTP],
            Wishes(protocol=Protocol.POP3),
            Unsafe,
            "pop.example.org only without encryption",
        ),
        ([IMAP, SMTP_PLAIN], Wishes(), Unsafe, "smtp.example.org only without encryption"),
    ],
)
def test_what_cannot_be_chosen_is_told(
    found: list[Candidate], wishes: Wishes, error: type[MailsetupError], told: str
) -> None:
    with pytest.raises(error, match=told):
        choose(discovery(*found), wishes)


def test_a_domain_that_does_not_exist_is_told_as_such() -> None:
    nobody = replace(discovery(), warnings=(Warn("no-such-domain", say("It does not exist.")),))
    with pytest.raises(NothingFound, match=r"The domain example\.org does not exist"):
        require_found(nobody)


def test_servers_in_the_clear_are_left_out_where_there_are_others() -> None:
    assert encrypted((IMAP_PLAIN, IMAP_STARTTLS), DOMAIN) == (IMAP_STARTTLS,)


@pytest.mark.parametrize(
    ("host", "trust", "needed"),
    [
        ("imap.mail-host.example", Trust.GUESSED, True),
        ("imap.mail-host.example", Trust.UNSIGNED, True),
        ("imap.mail-host.example", Trust.CURATED, False),
        ("imap.mail-host.example", Trust.VERIFIED, False),
        ("imap.example.org", Trust.UNSIGNED, False),
        ("imap.example.org", Trust.GUESSED, False),
        ("example.org", Trust.UNSIGNED, False),
        ("imap.badexample.org", Trust.UNSIGNED, True),
        ("example.org.mail-host.example", Trust.UNSIGNED, True),
    ],
)
def test_a_yes_is_needed_for_a_foreign_host_that_nobody_vouches_for(
    host: str, trust: Trust, needed: bool
) -> None:
    found = candidate(Protocol.IMAP, host=host, trust=trust)
    assert is_accepted(found, frozenset()) is not needed
    if not needed:
        require_consent([found], DOMAIN, frozenset())
        return
    with pytest.raises(Unsafe, match=f"at {host}"):
        require_consent([found], DOMAIN, frozenset())


@pytest.mark.parametrize(
    ("accepted", "agreed"),
    [
        ("imap.mail-host.co.uk", True),
        ("mail-host.co.uk", True),
        ("MAIL-HOST.co.uk.", True),
        ("pop.mail-host.co.uk", False),
        ("host.co.uk", False),
        ("mail-host.example", False),
        ("example.org", False),
    ],
)
def test_a_yes_counts_for_the_domain_named_and_what_is_below_it(accepted: str, agreed: bool) -> None:
    assert is_accepted(FOREIGN, accepted_domains([accepted])) is agreed


def test_the_refusal_names_the_option_that_agrees() -> None:
    with pytest.raises(Unsafe, match=r"--accept mail-host\.co\.uk\."):
        require_consent([IMAP, FOREIGN], DOMAIN, frozenset())
    require_consent([IMAP, FOREIGN], DOMAIN, accepted_domains(["mail-host.co.uk"]))


@pytest.mark.parametrize(
    ("host", "owner"),
    [
        ("imap.mail-host.co.uk", "mail-host.co.uk"),
        ("mail-host.co.uk", "mail-host.co.uk"),
        ("a.b.mail-host.example", "mail-host.example"),
        ("someone.github.io", "someone.github.io"),
        ("mailhost", "mailhost"),
    ],
)
def test_the_domain_to_agree_to_has_one_owner(host: str, owner: str) -> None:
    assert domain_to_accept(host) == owner


@pytest.mark.parametrize("suffix", ["co.uk", "github.io", "CO.UK."])
def test_a_public_suffix_cannot_be_agreed_to(suffix: str) -> None:
    with pytest.raises(WrongUsage, match="shared by many owners"):
        accepted_domains(["mail-host.example", suffix])


@pytest.mark.parametrize("wrong", ["com", "", "imap mail-host", "*.mail-host.example", "127.0.0.1"])
def test_what_is_no_domain_cannot_be_agreed_to(wrong: str) -> None:
    with pytest.raises(WrongUsage):
        accepted_domains([wrong])


def test_domains_agreed_to_are_known_as_dns_knows_them() -> None:
    assert accepted_domains(["Bücher.example", "xn--bcher-kva.example"]) == {"xn--bcher-kva.example"}


def test_a_server_that_failed_gives_way_to_the_next() -> None:
    assert next_best((IMAP, IMAP_STARTTLS), IMAP, frozenset()) == IMAP_STARTTLS
    assert next_best((IMAP, IMAP_STARTTLS), IMAP_STARTTLS, frozenset()) is None


def test_a_server_that_needs_a_yes_takes_no_place_without_it() -> None:
    order = (IMAP, FOREIGN, IMAP_STARTTLS)
    assert next_best(order, IMAP, frozenset()) == IMAP_STARTTLS
    assert next_best(order[:2], IMAP, frozenset()) is None
    assert next_best(order, IMAP, frozenset({"mail-host.co.uk"})) == FOREIGN


def test_the_account_logs_in_with_the_names_that_the_servers_have() -> None:
    account = make_account(
        ADA,
        "Ada",
        server(Protocol.IMAP, username="ada"),
        server(Protocol.SMTP, username="ada@mail-host.example"),
        None,
    )
    assert account.incoming.username == "ada"
    assert account.outgoing.username == "ada@mail-host.example"
    assert (account.address, account.name, account.retention) == (ADA, "Ada", None)


def test_where_nobody_published_a_user_name_it_is_the_address_as_servers_know_it() -> None:
    address = Address.parse("ada@bücher.example")
    account = make_account(
        address,
        "",
        server(Protocol.POP3, username=None),
        server(Protocol.SMTP, username=None),
        MONTH,
    )
    assert account.incoming.username == "ada@xn--bcher-kva.example"
    assert account.outgoing.username == "ada@xn--bcher-kva.example"
    assert account.retention == MONTH
