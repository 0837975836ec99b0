"""Whatever strangers answer to all the questions at once, a discovery ends in time and keeps its promises."""

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import partial

import trio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.checks.scripted import ScriptedStream, imap, smtp
from tests.unit.discovery.pox_world import HOST, PLAIN, SITE, account, to_address, to_url
from tests.unit.discovery.world import DOMAIN, ISPDB, ISPDB_ENTRY, OWN_FILE, SITE_FILE, config, server
from tests.unit.fake_net import CLOSED, CUT_OFF, NEVER, NO_DNS, NO_HOST, FakeNet
from trio.testing import MockClock

from mailsetup.account import Address, Security
from mailsetup.discovery.discover import discover
from mailsetup.discovery.explain import weigh
from mailsetup.discovery.finding import Candidate, Discovery, Outcome, Trust
from mailsetup.discovery.mend import mend
from mailsetup.discovery.rank import rank
from mailsetup.discovery.srv import SERVICES
from mailsetup.errors import NetworkFailed, Unsafe, say
from mailsetup.net.http import Page
from mailsetup.net.names import Answer, Mx, Srv

ADA = Address.parse("ada.lovelace@example.org")
TIMEOUT = 10.0
MAX_FINDINGS = 150

_PACC = "https://ua-auto-config.example.org/.well-known/user-agent-configuration.json"
_LINKED = "https://files.example/config.xml"
_PROVIDER = "https://autoconfig.provider.example/mail/config-v1.1.xml"

HOSTS = (
    "imap.example.org", "smtp.example.org", "example.org", "imap.provider.example", "smtp.provider.example",
    "imap.examp1e.org", "imap.gmail.com", "smtp.gmail.com", "localhost", "co.uk", "xn--exampl-8of.org", "",
)  # fmt: skip
hosts = st.sampled_from(HOSTS)
ports = st.sampled_from([993, 143, 995, 110, 465, 587, 25, 1, 65535])
failures = st.sampled_from(
    [
        NO_DNS,
        NO_HOST,
        CUT_OFF,
        Unsafe(say("The certificate of {host} has expired.", host="x"), say("Mend it.")),
    ]
)

targets = st.builds(Srv, st.integers(0, 3), st.integers(0, 3), ports, hosts)
exchanges = st.builds(
    Mx, st.integers(0, 3), st.sampled_from(["mx.provider.example", "aspmx.l.google.com", ""])
)
servers = st.builds(
    server,
    st.sampled_from(["imap", "pop3", "smtp"]),
    st.sampled_from([host for host in HOSTS if host]),
    ports,
    st.sampled_from(Security),
)
files = st.lists(servers, max_size=5).map(lambda listed: config(*listed).encode())
DOCUMENT = json.dumps(
    {"protocols": {"imap": {"host": "imap.provider.example"}, "smtp": {"host": "x.example"}}}
)
DIGEST = b"v=UAAC1; a=sha256; d=" + base64.b64encode(hashlib.sha256(DOCUMENT.encode()).digest())
replies = st.sampled_from(
    [
        account("<Protocol><Type>IMAP</Type><Server>imap.provider.example</Server></Protocol>").encode(),
        account(to_url("https://mail.example.org/x")).encode(),
        account(to_url("https://stranger.example/x")).encode(),
        account(to_address("ada.lovelace@sub.example.org")).encode(),
        account(to_address("ada@stranger.example")).encode(),
    ]
)
bodies = files | replies | st.just(DOCUMENT.encode()) | st.binary(max_size=40) | st.just(b"<html>")


def dns(question: str, records: st.SearchStrategy) -> st.SearchStrategy:
    answers = st.builds(
        Answer,
        st.just(question),
        st.lists(records, max_size=4).map(tuple),
        exists=st.booleans(),
        signed=st.booleans(),
    )
    return answers | failures


def web(url: str) -> st.SearchStrategy:
    hops = st.sampled_from(
        [(), ("https://www.example.net/",), ("http://www.example.net/", "https://x.example/")]
    )
    pages = st.builds(
        lambda via, status, body: Page((url, *via), status, body),
        hops,
        st.sampled_from([200, 200, 200, 404, 401]),
        bodies,
    )
    return pages | failures


def posted(url: str) -> st.SearchStrategy:
    locations = st.none() | st.sampled_from(
        ["https://mail.example.org/x", "https://stranger.example/", "//["]
    )
    return st.builds(
        lambda status, body, to: Page((url,), status, body, to),
        st.sampled_from([200, 401, 403]),
        bodies,
        locations,
    )


def behind(mail: st.SearchStrategy) -> st.SearchStrategy:
    return mail.map(lambda one: partial(ScriptedStream, one())) | st.just(CLOSED)


URLS = (
    OWN_FILE, SITE_FILE, ISPDB_ENTRY, _PACC, _LINKED, _PROVIDER, ISPDB + "provider.example", PLAIN,
    OWN_FILE.replace("https", "http"), SITE_FILE.replace("https", "http"), f"{OWN_FILE}?emailaddress={ADA}",
)  # fmt: skip
records = st.sampled_from([f"mailconf={_LINKED}".encode(), b"mailconf=http://x.example/", b"v=spf1", b"\xff"])
QUESTIONS: dict[str, st.SearchStrategy] = {
    **{name: dns(name, targets) for name in (f"SRV _{label}._tcp.example.org" for label in SERVICES)},
    "SRV _autodiscover._tcp.example.org": dns("SRV", st.builds(Srv, ports, ports, st.just(443), hosts)),
    "MX example.org": dns("MX", exchanges),
    "TXT example.org": dns("TXT", records),
    "TXT _ua-auto-config.example.org": dns(
        "TXT _ua-auto-config.example.org", st.sampled_from([DIGEST, b"x"])
    ),
    **{
        f"AAAA and A {host}": dns("A", st.sampled_from(["192.0.2.1", "9.9.9.9", "127.0.0.1"]))
        for host in (*HOSTS, "no-such-host-mailsetup.example.org", "files.example")
        if host
    },
    **{url: web(url) for url in URLS},
    **{f"POST {url}": posted(url) for url in (SITE, HOST, "https://mail.example.org/x")},
    "imap.example.org:993": behind(st.just(imap)),
    "smtp.example.org:465": behind(st.just(smtp)),
}
scripts = st.fixed_dictionaries({}, optional=QUESTIONS)
times = st.dictionaries(st.sampled_from(sorted(QUESTIONS)), st.sampled_from([0.1, 0.4, 2.0, 6.0, NEVER]))


def look(net: FakeNet, **options: object) -> tuple[Discovery | None, float]:
    """A discovery in virtual time, None where there was no network; and how long it took."""

    async def begin() -> tuple[Discovery | None, float]:
        began = trio.current_time()
        try:
            found = await discover(ADA, net, timeout=TIMEOUT, **options)  # type: ignore[arg-type]
        except NetworkFailed:
            found = None
        return found, trio.current_time() - began

    return trio.run(begin, clock=MockClock(autojump_threshold=0))


def is_proven(candidate: Candidate, found: Discovery) -> bool:
    """Whether somebody whose whole way was proven, or our own table, names this server.

    Of a PACC document HTTPS is the proof; its digest in DNS need not be signed.
    """
    return any(
        finding.trust >= Trust.CURATED
        and all(seen.secure for seen in finding.evidence if not seen.asked.startswith("TXT _ua-auto-config"))
        for finding in found.findings
        for offer in finding.offers
        if finding.outcome is Outcome.FOUND
        and (offer.server.host, offer.server.port) == (candidate.server.host, candidate.server.port)
    )


def keeps_ada_private(net: FakeNet) -> None:
    told = [question for question in net.asked if "lovelace" in question]
    assert set(told) <= {f"{OWN_FILE}?emailaddress={ADA}"}
    for url, body in net.posted:
        host = url.removeprefix("https://").partition("/")[0]
        assert DOMAIN.holds(host), url
        assert b"lovelace" in body


def spoken_to(net: FakeNet) -> set[str]:
    """The hosts whose mail ports were connected to."""
    return {host for host, colon, port in (one.rpartition(":") for one in net.asked) if port.isdigit()}


def stands(candidate: Candidate) -> tuple[bool, int]:
    return candidate.server.security is Security.PLAIN, -candidate.trust


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(scripts, times, st.booleans(), st.booleans())
def test_any_answers_make_a_discovery_that_keeps_every_promise(
    script: Mapping[str, object], takes: Mapping[str, float], wait_for_all: bool, send_address: bool
):
    net = FakeNet(script, takes=takes)  # type: ignore[arg-type]
    found, seconds = look(net, wait_for_all=wait_for_all, send_address=send_address)
    assert seconds <= TIMEOUT + 0.001
    keeps_ada_private(net)
    assert send_address or not net.posted
    assert all(DOMAIN.holds(host) for host in spoken_to(net))
    if found is None:
        return
    everyone = (*found.incoming, *found.outgoing)
    assert len(found.findings) <= MAX_FINDINGS
    for candidate in everyone:
        mine = DOMAIN.holds(candidate.server.host)
        assert mine or candidate.needs_consent or is_proven(candidate, found)
    for way in (found.incoming, found.outgoing):
        assert list(map(stands, way)) == sorted(map(stands, way))
    assert rank(ADA, found.findings) == found
    assert len(weigh(found)) == len(found.findings)
    assert all(advice.whole.render() for advice in mend(found))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(scripts, st.sampled_from(["SRV", "MX", "TXT", "AAAA", "http:"]))
def test_whoever_forges_what_is_not_signed_puts_no_proven_server_out_of_the_way(
    script: Mapping[str, object], forged: str
):
    """With the domain's own file proven, its servers stand first, whatever else is unsigned."""
    own = config(server("imap", "imap.provider.example", 993), server("smtp", "smtp.provider.example", 465))
    unsigned = {
        question: Answer(answer.question, answer.records, answer.exists)
        if isinstance(answer, Answer)
        else answer
        for question, answer in script.items()
        if question.startswith(forged)
    }
    net = FakeNet({**unsigned, OWN_FILE: Page((OWN_FILE,), 200, own.encode())})  # type: ignore[arg-type]
    found, _ = look(net, wait_for_all=True)
    assert found is not None
    for best, host in (
        (found.incoming[0], "imap.provider.example"),
        (found.outgoing[0], "smtp.provider.example"),
    ):
        assert (best.server.host, best.trust, best.needs_consent) == (host, Trust.VERIFIED, False)
