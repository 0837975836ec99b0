"""Who is spoken to, when, and what comes of it. The clock is virtual."""

from dataclasses import replace

import anyio
import pytest
from tests.unit.checks.scripted import ScriptedServer, imap, pop3, smtp
from tests.unit.discovery.mail import behind
from tests.unit.discovery.world import ADA, IMAP, SMTP, found
from tests.unit.fake_net import CUT_OFF, NEVER, NO_DNS, FakeNet, addresses, mx, srv

from mailsetup.account import Address, Auth, Domain, Protocol, Security
from mailsetup.discovery.discover import discover
from mailsetup.discovery.finding import Finding, Outcome, Trust
from mailsetup.discovery.guess import (
    PORT_SECONDS,
    STAGGER_SECONDS,
    HostQuestion,
    last_questions,
    likely_hosts,
    questions,
)
from mailsetup.discovery.question import Request
from mailsetup.discovery.srv import read_answer
from mailsetup.errors import NetworkFailed, say
from mailsetup.net.failures import TlsFailed
from mailsetup.net.names import Answer, Mx, Srv

pytestmark = pytest.mark.anyio

REQUEST = Request(subject=ADA, ispdb="https://ispdb.example/", send_address=True)
GUESS = frozenset({"guess"})
NOBODY = "no-such-host-mailsetup.example.org"
STARTTLS_CAPABILITIES = [
    "* CAPABILITY IMAP4rev1 STARTTLS\r\n{tag} OK\r\n",
    "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n{tag} OK\r\n",
]
WRONG_NAME = TlsFailed(
    say("The certificate that was shown for {host} does not name it.", host="imap.example.org"),
    say("Ask."),
    verify_code=62,
)


def request_for(domain: str) -> Request:
    return replace(REQUEST, subject=Domain.parse(domain))


def starttls_imap() -> ScriptedServer:
    return imap(Security.STARTTLS, CAPABILITY=STARTTLS_CAPABILITIES)


def absent(protocol: str) -> list[Finding]:
    """The domain says in DNS that it does not offer a protocol."""
    answer = Answer("SRV", (Srv(0, 0, 0, ""),))
    return [read_answer(service, "SRV", answer) for service in (protocol, f"{protocol}s")]


async def ask(script, host: str = "imap.example.org", **more) -> Finding:
    net = script if isinstance(script, FakeNet) else FakeNet(script)
    return (await HostQuestion(protocol=Protocol.IMAP, host=host, **more).ask(net)).finding


# Who is asked


@pytest.mark.parametrize(
    ("protocol", "labels"),
    [
        (Protocol.IMAP, ["imap.", "mail.", ""]),
        (Protocol.POP3, ["pop.", "pop3.", "mail.", ""]),
        (Protocol.SMTP, ["smtp.", "mail.", ""]),
    ],
)
def test_the_likeliest_host_comes_first_and_the_domains_own_last(protocol, labels):
    hosts = likely_hosts(protocol, Domain.parse("bücher.example"))
    assert hosts == tuple(f"{label}xn--bcher-kva.example" for label in labels)


def test_a_host_whose_name_would_be_too_long_is_not_tried():
    long = ".".join(["x" * 60] * 3 + ["x" * 58]) + ".example"
    assert likely_hosts(Protocol.POP3, Domain.parse(long)) == (f"pop.{long}", long)


def test_every_protocol_is_asked_about_at_each_host():
    assert [question.text for question in last_questions(REQUEST, ())] == [
        "IMAP imap.example.org",
        "IMAP mail.example.org",
        "IMAP at the MX of example.org",
        "IMAP example.org",
        "POP3 pop.example.org",
        "POP3 pop3.example.org",
        "POP3 mail.example.org",
        "POP3 at the MX of example.org",
        "POP3 example.org",
        "SMTP smtp.example.org",
        "SMTP mail.example.org",
        "SMTP at the MX of example.org",
        "SMTP example.org",
    ]


@pytest.mark.parametrize("domain", ["co.uk", "github.io", "uk.com"])
def test_below_a_public_suffix_nobody_is_asked(domain):
    assert (questions(request_for(domain)), last_questions(request_for(domain), ())) == ((), ())


def test_who_leaves_out_the_mx_is_not_asked_about_it_here():
    asked = last_questions(replace(REQUEST, left_out=frozenset({"mx"})), ())
    assert not [question.text for question in asked if "MX" in question.text]


async def test_a_protocol_that_is_decidedly_absent_is_not_guessed_and_that_is_said():
    asked = last_questions(REQUEST, absent("pop3"))
    (skipped,) = (question for question in asked if question.text.startswith("POP3"))
    finding = (await skipped.ask(FakeNet())).finding
    assert (skipped.local, finding.outcome) == (True, Outcome.SKIPPED)
    assert finding.detail.render() == "Not guessed: POP3 is decidedly not offered for example.org."


def test_a_protocol_that_another_source_knows_to_be_absent_is_not_guessed_either():
    told = found(source="table", absent=frozenset({Protocol.IMAP}))
    assert [one.text for one in last_questions(REQUEST, [told]) if "IMAP" in one.text] == ["IMAP example.org"]


# What comes of it


async def test_a_server_that_proves_itself_is_found_and_no_more_than_guessed():
    finding = await ask(behind("imap.example.org", 993, imap()))
    assert (finding.outcome, finding.trust) == (Outcome.FOUND, Trust.GUESSED)
    (offer,) = finding.offers
    assert offer.server == replace(IMAP, auth=(Auth.PASSWORD,))


async def test_where_tls_is_not_there_starttls_is_tried():
    finding = await ask(behind("imap.example.org", 143, starttls_imap()))
    (offer,) = finding.offers
    assert (offer.server.port, offer.server.security) == (143, Security.STARTTLS)


async def test_where_tls_works_starttls_is_not_tried():
    net = FakeNet(behind("imap.example.org", 993, imap()) | behind("imap.example.org", 143, starttls_imap()))
    await ask(net)
    assert net.asked == ["AAAA and A imap.example.org", "imap.example.org:993"]


async def test_a_host_without_an_address_is_nothing_at_once():
    net = FakeNet()
    began = anyio.current_time()
    finding = await ask(net, before=("mail.example.org",))
    assert (finding.outcome, net.asked) == (Outcome.NOTHING, ["AAAA and A imap.example.org"])
    assert anyio.current_time() == began


async def test_a_host_whose_connections_the_user_leads_elsewhere_need_not_exist():
    script = behind("imap.example.org", 993, imap()) | addresses("imap.example.org")
    found = await ask(FakeNet(script, led={"imap.example.org": "127.0.0.1"}))
    assert found.outcome is Outcome.FOUND


async def test_a_wrong_certificate_is_refused_and_said():
    server = imap()
    server.refuses_tls = WRONG_NAME
    finding = await ask(behind("imap.example.org", 993, server))
    assert (finding.outcome, finding.offers) == (Outcome.REFUSED, ())
    assert finding.detail == WRONG_NAME.happened


async def test_a_port_that_hangs_costs_its_time_and_the_other_is_tried():
    net = FakeNet(behind("imap.example.org", 143, starttls_imap()), takes={"imap.example.org:993": NEVER})
    began = anyio.current_time()
    finding = await ask(net)
    assert finding.offers[0].server.port == 143
    assert anyio.current_time() - began == pytest.approx(PORT_SECONDS)


async def test_a_host_that_takes_connections_and_never_speaks_costs_twice_that_and_no_more():
    silent = behind("imap.example.org", 993, imap(greeting=None))
    began = anyio.current_time()
    finding = await ask(silent | behind("imap.example.org", 143, imap(Security.STARTTLS, greeting=None)))
    assert finding.outcome is Outcome.FAILED
    assert finding.detail.render() == "imap.example.org does not answer on port 993."
    assert anyio.current_time() - began == pytest.approx(2 * PORT_SECONDS)


async def test_closed_ports_are_a_failure_that_is_said():
    finding = await ask(addresses("imap.example.org", "192.0.2.1") | {"imap.example.org:993": CUT_OFF})
    assert (finding.outcome, finding.detail) == (Outcome.FAILED, CUT_OFF.happened)


async def test_a_name_server_that_fails_is_no_no():
    with pytest.raises(NetworkFailed):
        await ask({"AAAA and A imap.example.org": NO_DNS})


# The MX


async def test_an_mx_inside_the_domain_is_a_likely_host_too():
    script = mx(Mx(20, "a.example.org"), Mx(10, "mx.example.org")) | behind("mx.example.org", 993, imap())
    discovered = await discover(ADA, FakeNet(script), only=GUESS)
    assert [one.server.host for one in discovered.incoming] == ["mx.example.org"]


async def test_a_foreign_mx_is_never_spoken_to():
    net = FakeNet(mx(Mx(10, "mx.provider.example")) | behind("mx.provider.example", 993, imap()))
    await discover(ADA, net, only=GUESS)
    assert not [question for question in net.asked if "provider" in question]


async def test_an_mx_that_is_a_likely_host_anyway_is_spoken_to_once():
    net = FakeNet(mx(Mx(10, "mail.example.org")) | behind("mail.example.org", 993, imap()))
    await discover(ADA, net, only=GUESS, wait_for_all=True)
    assert net.asked.count("mail.example.org:993") == 1


# Wildcards


async def test_a_domain_that_answers_for_every_name_is_said_to_do_so():
    discovered = await discover(ADA, FakeNet(addresses(NOBODY, "192.0.2.9")), only=GUESS)
    assert [warning.code for warning in discovered.warnings] == ["wildcard-dns"]


async def test_a_domain_that_does_not_is_not():
    discovered = await discover(ADA, FakeNet(), only=GUESS)
    assert discovered.warnings == ()


async def test_nobody_waits_for_the_wildcard_question():
    (wildcard,) = questions(REQUEST)
    assert (wildcard.text, wildcard.about) == (f"AAAA and A {NOBODY}", frozenset())


async def test_a_web_server_behind_a_wildcard_is_no_mail_server():
    names = {host for protocol in Protocol for host in likely_hosts(protocol, ADA.domain)}
    script = addresses(NOBODY, "192.0.2.1")
    for name in names:
        for port in (993, 995, 465):
            web = imap(greeting="HTTP/1.1 400 Bad Request\r\n")
            web.refuses_tls = None if name == "example.org" else WRONG_NAME
            script |= behind(name, port, web)
    discovered = await discover(ADA, FakeNet(script), only=GUESS)
    assert (discovered.incoming, discovered.outgoing) == ((), ())
    assert [warning.code for warning in discovered.warnings] == ["wildcard-dns"]


# In a run


async def test_nobody_waits_for_hosts_that_dns_does_not_know():
    began = anyio.current_time()
    await discover(ADA, FakeNet(addresses("example.org", "192.0.2.1")), only=GUESS)
    # Only the domain's own host is there: IMAP is spoken to at once, then POP3, then SMTP.
    assert anyio.current_time() - began == pytest.approx(2 * STAGGER_SECONDS)


async def test_hosts_are_spoken_to_one_after_the_other():
    began = anyio.current_time()
    spoken: list[tuple[float, str]] = []

    class Clocked(FakeNet):
        async def connect(self, host, port, identity):
            spoken.append((round(anyio.current_time() - began, 3), f"{host}:{port}"))
            return await super().connect(host, port, identity)

    script = {}
    for host in ("imap", "pop", "smtp", "mail"):
        script |= addresses(f"{host}.example.org", "192.0.2.1")
    await discover(ADA, Clocked(script, takes={"imap.example.org:993": NEVER}), only=GUESS)
    assert [each for each in spoken if each[1].split(":")[1] in ("993", "995", "465")] == [
        (0.0, "imap.example.org:993"),
        (0.1, "pop.example.org:995"),
        (0.2, "smtp.example.org:465"),
        (0.3, "mail.example.org:993"),
        (0.4, "mail.example.org:465"),
        (0.5, "mail.example.org:995"),
    ]


async def test_no_host_has_more_than_one_connection_for_each_protocol_at_once():
    open_now: dict[str, int] = {}
    most = 0

    class Counted(FakeNet):
        async def connect(self, host, port, identity):
            nonlocal most
            open_now[host] = open_now.get(host, 0) + 1
            most = max(most, *open_now.values())
            try:
                return await super().connect(host, port, identity)
            finally:
                open_now[host] -= 1

    ports = [f"mail.example.org:{port}" for port in (993, 143, 995, 110, 465, 587)]
    net = Counted(addresses("mail.example.org", "192.0.2.1"), takes=dict.fromkeys(ports, NEVER))
    await discover(ADA, net, only=GUESS)
    assert (most, set(ports) <= set(net.asked)) == (len(Protocol), True)


async def test_a_domain_that_publishes_nothing_is_found_by_its_hosts():
    script = (
        behind("imap.example.org", 993, imap())
        | behind("pop.example.org", 995, pop3())
        | behind("smtp.example.org", 465, smtp())
    )
    discovered = await discover(ADA, FakeNet(script))
    assert [one.server.host for one in discovered.incoming] == ["imap.example.org", "pop.example.org"]
    assert [one.server for one in discovered.outgoing] == [replace(SMTP, auth=(Auth.PASSWORD,))]
    assert {one.trust for one in discovered.incoming} == {Trust.GUESSED}
    assert not any(one.needs_consent for one in (*discovered.incoming, *discovered.outgoing))
    assert all(one.server.username is None for one in discovered.incoming)


async def test_where_settings_are_published_no_host_is_spoken_to():
    script = srv("imaps", Srv(0, 1, 993, IMAP.host)) | srv("submissions", Srv(0, 1, 465, SMTP.host))
    net = FakeNet(script | behind(IMAP.host, 993, imap()))
    await discover(ADA, net)
    assert not [question for question in net.asked if question.endswith((":993", ":143"))]


async def test_a_guess_disagrees_with_nobody():
    script = srv("imaps", Srv(0, 1, 993, "mx1.example.org")) | srv("submissions", Srv(0, 1, 465, SMTP.host))
    script |= behind("imap.example.org", 993, imap()) | behind("mail.example.org", 993, imap())
    discovered = await discover(ADA, FakeNet(script), wait_for_all=True)
    assert [one.server.host for one in discovered.incoming] == [
        "mx1.example.org",
        "imap.example.org",
        "mail.example.org",
    ]
    assert discovered.warnings == ()


async def test_the_address_is_told_to_nobody():
    server = imap()
    await discover(Address.parse("ada@example.org"), FakeNet(behind(IMAP.host, 993, server)), only=GUESS)
    assert server.sent == ["a1 CAPABILITY", "a2 LOGOUT"]
