"""The name server, asked by dnspython."""

import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.resolver
import pytest

from mailsetup.demo.domains import PLACES, UNKNOWN, Place
from mailsetup.demo.world import World


@pytest.fixture
def resolver(world: World) -> dns.resolver.Resolver:
    found = dns.resolver.Resolver(configure=False)
    found.nameservers, found.port = ["127.0.0.1"], int(world.nameserver.split(":")[1])
    found.lifetime = 5
    return found


def ask(world: World, name: str, kind: str) -> dns.message.Message:
    query = dns.message.make_query(name, kind, use_edns=0)
    query.flags |= dns.flags.AD
    return dns.query.udp(query, "127.0.0.1", port=int(world.nameserver.split(":")[1]), timeout=5)


@pytest.mark.parametrize(
    ("service", "said"),
    [
        ("imaps", "0 1 993 imap.example.org."),
        ("pop3s", "10 1 995 pop.example.org."),
        ("submissions", "20 1 465 smtp.example.org."),
        ("imap", "30 1 143 imap.example.org."),
        ("pop3", "40 1 110 pop.example.org."),
        ("submission", "50 1 587 smtp.example.org."),
    ],
)
def test_example_org_has_an_srv_record_for_each_service(
    resolver: dns.resolver.Resolver, service: str, said: str
) -> None:
    assert [row.to_text() for row in resolver.resolve(f"_{service}._tcp.example.org", "SRV")] == [said]


def test_tcp_gives_the_same_answer_as_udp(resolver: dns.resolver.Resolver) -> None:
    name = "_imaps._tcp.example.org"
    assert resolver.resolve(name, "SRV", tcp=True).rrset == resolver.resolve(name, "SRV").rrset


def test_a_service_that_is_decidedly_absent_has_the_root_for_its_target(
    resolver: dns.resolver.Resolver,
) -> None:
    assert [row.to_text() for row in resolver.resolve("_imap._tcp.no-imap.example", "SRV")] == ["0 0 0 ."]


def test_every_host_of_the_world_is_on_this_machine(resolver: dns.resolver.Resolver) -> None:
    names = sorted({name for place in PLACES for name in place.names})
    assert [resolver.resolve(name, "A")[0].to_text() for name in names] == ["127.0.0.1"] * len(names)


def test_mx_records_come_with_their_preference(resolver: dns.resolver.Resolver) -> None:
    said = {row.to_text() for row in resolver.resolve("mx-only.example", "MX")}
    assert said == {"10 mx1.provider-mail.example.", "20 mx2.provider-mail.example."}


def test_a_domain_that_does_not_exist_is_told_so(world: World) -> None:
    assert ask(world, UNKNOWN, "MX").rcode() == dns.rcode.NXDOMAIN


def test_names_outside_the_world_do_not_exist_either(world: World) -> None:
    assert ask(world, "autoconfig.thunderbird.net", "A").rcode() == dns.rcode.NXDOMAIN


@pytest.mark.parametrize("name", ["example.org", "_tcp.example.org", "guess.example", "wildcard.example"])
def test_a_name_without_such_a_record_still_exists(world: World, name: str) -> None:
    reply = ask(world, name, "TXT")
    assert (reply.rcode(), reply.answer) == (dns.rcode.NOERROR, [])


@pytest.mark.parametrize("place", PLACES, ids=[place.domain for place in PLACES])
def test_the_domain_itself_is_no_mail_host(world: World, place: Place) -> None:
    reply = ask(world, place.domain, "A")
    assert (reply.rcode(), bool(reply.answer)) == (dns.rcode.NOERROR, place.domain in place.names)


def test_a_parked_domain_answers_for_every_name_and_no_other_does(world: World) -> None:
    assert [row.to_text() for row in ask(world, "no-such-host.wildcard.example", "A").answer[0]] == [
        "127.0.0.1"
    ]
    assert ask(world, "no-such-host.wildcard.example", "MX").answer == []
    assert ask(world, "no-such-host.guess.example", "A").rcode() == dns.rcode.NXDOMAIN


def test_a_domain_known_by_nothing_has_hosts_by_the_usual_names(resolver: dns.resolver.Resolver) -> None:
    assert resolver.resolve("imap.guess.example", "A")[0].to_text() == "127.0.0.1"


def test_there_is_no_ipv6(world: World) -> None:
    assert ask(world, "imap.example.org", "AAAA").answer == []


def test_letters_may_be_of_either_case(world: World) -> None:
    assert len(ask(world, "_IMAPS._tcp.Example.ORG", "SRV").answer) == 1


def test_no_answer_claims_to_be_signed(world: World) -> None:
    assert not ask(world, "_imaps._tcp.example.org", "SRV").flags & dns.flags.AD


def test_every_question_is_written_down(world: World) -> None:
    ask(world, "remember-me.example.org", "SRV")
    last = world.commands("dns")[-1]
    assert (last.verb, last.detail) == ("SRV", "remember-me.example.org")
