"""What strangers can send to whoever looks for settings: over real sockets, through the whole room.

Each says what is wrong in one sentence, tells nobody more than they may know, and never a password
(Hostile.discover sees to that), and ends in an answer and not in an exception.
"""

import asyncio
import gzip
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.rcode
import pytest
import trustme
from tests.unit.discovery.hostile_world import (
    BOMB,
    DOCUMENT,
    GOOD,
    OWN,
    OWN_FILE,
    PACC,
    PACC_FILE,
    Hostile,
    codes,
    digest,
    drip,
    hostile,
    hosts,
    one,
    why,
)
from tests.unit.discovery.world import IMAP, SMTP, config, server
from tests.unit.net.servers import Reply, page, redirect, reply, serving_context, zone

from mailsetup.account import Domain, Security
from mailsetup.discovery.finding import Discovery, Outcome, Trust
from mailsetup.discovery.reading import MAX_SERVERS
from mailsetup.discovery.srv import MAX_LOOKED_UP
from mailsetup.errors import WrongUsage

pytestmark = pytest.mark.anyio

REST = {
    "SRV _pop3s._tcp.example.org": ["0 1 995 pop.example.org."],
    "SRV _submissions._tcp.example.org": ["0 1 465 smtp.example.org."],
    "A pop.example.org": ["192.0.2.1"],
    "A smtp.example.org": ["192.0.2.1"],
}
IMAPS = "SRV _imaps._tcp.example.org"

Make = Callable[..., AbstractAsyncContextManager[Hostile]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(ca: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture
def world(ca: trustme.CA, ca_file: Path) -> Make:
    return partial(hostile, ca, ca_file)


async def ask(world: Make, *told: Any, **more: Any) -> Discovery:
    """What is found in a world."""
    async with world(*told, **more) as made:
        return await made.discover()


# DNS


async def test_a_service_that_is_denied_is_neither_offered_nor_guessed(world: Make):
    denied = {"SRV _imap._tcp.example.org": ["0 0 0 ."], IMAPS: ["0 0 0 ."]}
    async with world({**denied, **REST, "A imap.example.org": ["192.0.2.1"]}) as made:
        found = await made.discover(wait_for_all=True, timeout=2.0)
    assert hosts(found) == ["pop.example.org:995", "smtp.example.org:465"]
    assert one(found, IMAPS).outcome is Outcome.ABSENT
    assert why(one(found, IMAPS)) == "The domain says that it does not offer this service."
    assert why(one(found, "IMAP example.org")).startswith("Not guessed: IMAP is decidedly not offered")
    assert "A imap.example.org" not in made.names.asked


async def test_port_465_of_submission_is_tls_from_the_first_byte(world: Make):
    records = {
        **REST,
        "SRV _submission._tcp.example.org": ["0 1 465 mail.example.org."],
        "SRV _submissions._tcp.example.org": ["9 1 465 smtp.example.org."],
        "A mail.example.org": ["192.0.2.1"],
    }
    found = await ask(world, records)
    (best, *_) = found.outgoing
    assert (best.server.host, best.server.security) == ("mail.example.org", Security.TLS)


async def test_a_circle_of_aliases_is_no_answer_and_the_others_go_on(world: Make):
    rest = zone(REST)

    def circle(query: dns.message.Message, tcp: bool) -> Any:
        name = query.question[0].name.to_text()
        if not name.startswith("_imaps"):
            return rest(query, tcp)
        return reply(query, "CNAME a.example.org.", f"a.example.org. CNAME {name}")

    found = await ask(world, circle)
    assert hosts(found) == ["pop.example.org:995", "smtp.example.org:465"]
    assert one(found, IMAPS).outcome is Outcome.FAILED
    assert "could not answer a question about _imaps._tcp.example.org" in why(one(found, IMAPS))


def five_hundred(query: dns.message.Message, tcp: bool) -> Reply:
    if not query.question[0].name.to_text().startswith("_imaps"):
        return reply(query)
    if not tcp:
        return reply(query, flags=dns.flags.TC)
    return reply(query, *(f"SRV {n} 0 993 host{n:03}.example.org." for n in range(500)))


async def test_of_an_answer_that_was_cut_the_whole_is_asked_for(world: Make):
    async with world(five_hundred) as made:
        found = await made.discover(only=frozenset({"srv"}))
    assert f"{IMAPS} (TCP)" in made.names.asked
    assert found.findings[0].offers[0].server.host == "host000.example.org"


async def test_of_five_hundred_records_the_best_few_count_and_fewer_are_looked_up(world: Make):
    async with world(five_hundred) as made:
        found = await made.discover(only=frozenset({"srv"}), wait_for_all=True)
    assert len(one(found, IMAPS).offers) == MAX_SERVERS
    looked_up = [asked for asked in made.names.asked if asked.startswith("A host")]
    assert looked_up == [f"A host{n:03}.example.org" for n in range(MAX_LOOKED_UP)]
    assert len(found.warnings) <= MAX_LOOKED_UP


async def test_a_forged_packet_that_comes_first_is_ignored(world: Make):
    def forging(query: dns.message.Message, tcp: bool) -> Any:
        forged = reply(query, "SRV 0 0 993 imap.attacker.example.")
        forged.id ^= 1
        if query.question[0].name.to_text().startswith("_imaps"):
            return [forged, reply(query, "SRV 0 1 993 imap.example.org.")]
        return reply(query, "A 192.0.2.1") if query.question[0].rdtype == 1 else reply(query)

    found = await ask(world, forging)
    assert hosts(found) == ["imap.example.org:993"]


async def test_a_name_server_that_fails_for_one_name_is_said_and_the_others_count(world: Make):
    rest = zone(REST)

    def failing(query: dns.message.Message, tcp: bool) -> Any:
        failed = query.question[0].name.to_text().startswith("_imaps")
        return reply(query, rcode=dns.rcode.SERVFAIL) if failed else rest(query, tcp)

    found = await ask(world, failing)
    assert hosts(found) == ["pop.example.org:995", "smtp.example.org:465"]
    assert "The name servers could not answer" in why(one(found, IMAPS))


async def test_a_service_that_does_not_exist_hides_no_other(world: Make):
    found = await ask(world, REST)
    assert one(found, IMAPS).outcome is Outcome.NOTHING
    assert hosts(found) == ["pop.example.org:995", "smtp.example.org:465"]


async def test_a_wildcard_that_leads_to_a_web_server_finds_nothing(world: Make, ca: trustme.CA):
    def wildcard(query: dns.message.Message, tcp: bool) -> Reply:
        return reply(query, "A 127.0.0.1") if query.question[0].rdtype == 1 else reply(query)

    # Its certificate is for the web site alone, as it is where a domain is parked.
    site = serving_context(ca.issue_cert("example.org"))
    async with world(wildcard, otherwise=page(b"<!doctype html><p>Buy it!"), context=site) as made:
        found = await made.discover()
    assert hosts(found) == []
    assert one(found, OWN_FILE).outcome is Outcome.REFUSED
    assert "wildcard-dns" in codes(found)
    assert not any("Host: autoconfig" in told for told in made.plain.told)


async def test_a_null_mx_is_said(world: Make):
    found = await ask(world, {"MX example.org": ["0 ."]})
    assert (hosts(found), codes(found)) == ([], {"null-mx"})
    assert why(one(found, "MX example.org")) == "The domain example.org says that it takes no mail (null MX)."


async def test_a_foreign_host_that_plain_dns_names_waits_for_a_yes_and_is_not_spoken_to(world: Make):
    foreign = {
        "SRV _imaps._tcp.example.org": ["0 1 993 imap.attacker.example."],
        "SRV _submissions._tcp.example.org": ["0 1 465 smtp.attacker.example."],
    }
    async with world(foreign, mail_led=True) as made:
        found = await made.discover(skip=frozenset({"guess"}))
    assert [each.needs_consent for each in (*found.incoming, *found.outgoing)] == [True, True]
    assert made.mail == []


@pytest.mark.parametrize(
    "target", [r"a\007b.example.org.", r"\027[31m.example.org.", "a_b.example.org.", "com."]
)
async def test_a_target_that_is_no_host_is_dropped(world: Make, target: str):
    found = await ask(world, {**REST, IMAPS: [f"0 0 993 {target}"]})
    assert hosts(found) == ["pop.example.org:995", "smtp.example.org:465"]
    assert one(found, IMAPS).outcome is Outcome.NOTHING


async def test_a_packet_with_a_label_of_64_octets_counts_for_nothing(world: Make):
    rest = zone(REST)

    def broken(query: dns.message.Message, tcp: bool) -> Any:
        if not query.question[0].name.to_text().startswith("_imaps"):
            return rest(query, tcp)
        return (
            reply(query, "SRV 0 0 993 a.example.org.")
            .to_wire()
            .replace(b"\x01a\x07example", b"\x40a\x07example")
        )

    found = await ask(world, broken)
    assert hosts(found) == ["pop.example.org:995", "smtp.example.org:465"]


@pytest.mark.parametrize(
    "label", ["\u00fc" * 40_000, "\u0660" * 40_000, "a\u0301" * 40_000, "xn--" + "a" * 80_000]
)
async def test_a_huge_label_is_refused_fast(world: Make, label: str):
    began = time.process_time()
    with pytest.raises(WrongUsage):
        Domain.parse(f"{label}.example")
    body = GOOD.replace(IMAP.host.encode(), f"{label}.example.org".encode())
    found = await ask(world, {}, {OWN: page(body)})
    assert hosts(found) == ["pop.example.org:995", "smtp.example.org:465"]
    assert time.process_time() - began < 2


# The web


async def test_a_page_that_drips_costs_the_deadline_and_no_more(world: Make):
    began = time.monotonic()
    async with world({}, {OWN: drip}) as made:
        found = await made.discover(timeout=1.0)
    assert time.monotonic() - began < 3
    assert one(found, OWN_FILE).outcome is Outcome.CANCELLED
    assert why(one(found, OWN_FILE)) == "No answer within 1 seconds."


async def megabyte_header(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1_000_000 + b"\r\n\r\n")
    await writer.drain()


@pytest.mark.parametrize(
    ("answer", "outcome", "sentence"),
    [
        pytest.param(
            page(gzip.compress(b"\0" * 50_000_000), 200, "Content-Encoding: gzip"),
            Outcome.FAILED, "is larger than 262144 bytes", id="a gzip bomb",
        ),
        pytest.param(redirect(f"https://{OWN}"), Outcome.FAILED, "redirects in a circle", id="a circle"),
        pytest.param(
            page(b"", 401, 'WWW-Authenticate: Basic realm="password, please"'),
            Outcome.NOTHING, "answered with HTTP status 401", id="a login",
        ),
        pytest.param(
            page(b"<!DOCTYPE html><html><body>Welcome!"),
            Outcome.NOTHING, "The answer is a web page, not mail settings.", id="a web page",
        ),
        pytest.param(megabyte_header, Outcome.FAILED, "gave no proper answer", id="a megabyte of header"),
        *(
            pytest.param(redirect(to), Outcome.REFUSED, f"redirects to {to}, which is not followed", id=to)
            for to in (
                "https://127.0.0.1/", "http://localhost/", "https://[::1]/", "http://169.254.169.254/latest/",
                "file:///etc/passwd", "https://router/", "https://www.example.net:22/",
            )
        ),
    ],
)  # fmt: skip
async def test_a_web_server_that_is_of_no_use_is_said_to_be_so(
    world: Make, answer: Any, outcome: Outcome, sentence: str
):
    found = await ask(world, {}, {OWN: answer})
    finding = one(found, OWN_FILE)
    assert (hosts(found), finding.outcome) == ([], outcome)
    assert sentence in why(finding)


async def test_a_web_page_for_all_paths_is_no_reason_to_warn(world: Make):
    found = await ask(world, {}, otherwise=page(b"<html><body>Welcome!"))
    assert (hosts(found), codes(found)) == ([], set())


async def test_one_plain_hop_on_the_way_makes_it_unsigned(world: Make):
    body = GOOD.replace(IMAP.host.encode(), b"imap.attacker.example")
    back = {"www.example.net/a": redirect("https://www.example.net/b")}
    async with world(
        {}, {OWN: redirect("http://www.example.net/a"), "www.example.net/b": page(body)}, plain=back
    ) as made:
        found = await made.discover()
    finding = one(found, OWN_FILE)
    assert (finding.outcome, finding.trust) == (Outcome.FOUND, Trust.UNSIGNED)
    assert [seen.secure for seen in finding.evidence] == [True, False, True]
    assert [each.server.host for each in found.incoming if each.needs_consent] == ["imap.attacker.example"]


async def test_an_expired_certificate_leads_to_no_plain_http(world: Make, ca: trustme.CA):
    yesterday = datetime.now(UTC) - timedelta(days=1)
    old = serving_context(ca.issue_cert("autoconfig.example.org", "example.org", not_after=yesterday))
    async with world({}, {OWN: page(GOOD)}, plain={OWN: page(GOOD)}, context=old) as made:
        found = await made.discover()
    assert (hosts(found), one(found, OWN_FILE).outcome) == ([], Outcome.REFUSED)
    assert "expired" in why(one(found, OWN_FILE))
    assert "https-refused" in codes(found)
    assert not any("/mail/config" in told for told in made.plain.told)


# Files


EXTERNAL = (
    b"""<!DOCTYPE a [<!ENTITY x SYSTEM "https://www.example.net/taken">]><clientConfig>&x;</clientConfig>"""
)


@pytest.mark.parametrize(
    ("body", "sentence", "warned"),
    [
        pytest.param(BOMB, "declares a document type, which mail settings never need", True, id="entities"),
        pytest.param(EXTERNAL, "declares a document type", True, id="an external entity"),
        pytest.param(b"<a>" * 80_000, "more deeply nested", False, id="80,000 levels"),
        pytest.param(b"<a>" * 50 + b"</a>" * 50, "more deeply nested", False, id="50 levels"),
        pytest.param(
            b"<clientConfig>" + b"<b/>" * 60_000, "longer than", True, id="60,000 elements"
        ),
        pytest.param(GOOD[:-40], "The answer is not XML", True, id="cut off"),
        pytest.param(b"<settings/>", "holds no mail settings", False, id="another root"),
        pytest.param(b"<clientConfig/>", "holds no mail settings", True, id="nothing in it"),
    ],
)  # fmt: skip
async def test_a_file_that_is_broken_or_means_harm_is_refused_and_fetches_nothing(
    world: Make, body: bytes, sentence: str, warned: bool
):
    async with world({}, {OWN: page(body)}) as made:
        found = await made.discover()
    assert (hosts(found), one(found, OWN_FILE).outcome) == ([], Outcome.NOTHING)
    assert sentence in why(one(found, OWN_FILE))
    assert codes(found) == ({"unreadable"} if warned else set())
    assert not any("/taken" in told for told in made.web.told)


async def test_an_unknown_way_to_encrypt_gives_way_to_the_next(world: Make):
    body = GOOD.replace(b"<socketType>SSL", b"<socketType>QUANTUM</socketType><socketType>SSL")
    found = await ask(world, {}, {OWN: page(body)})
    assert [each.server.security for each in found.incoming] == [Security.TLS, Security.TLS]


@pytest.mark.parametrize(
    "instead",
    [
        b"<port>0</port>", b"<port>65536</port>", b"<port>imap</port>", b"<port>99999999999999999999</port>",
        b"<port>993</port><hostname>imap/x.example.org</hostname>", b"<port>-1</port>", b"<port></port>",
    ],
)  # fmt: skip
@pytest.mark.parametrize("host", [b"imap.example.org"])
async def test_a_port_that_is_none_drops_only_its_server(world: Make, instead: bytes, host: bytes):
    body = GOOD.replace(b"<port>993</port>", instead)
    if b"hostname" in instead:
        body = body.replace(b"<hostname>imap.example.org</hostname>", b"", 1)
    found = await ask(world, {}, {OWN: page(body)})
    assert hosts(found) == ["pop.example.org:995", "smtp.example.org:465"]


@pytest.mark.parametrize(
    "host",
    [
        "imap/x.example.org", "127.0.0.1", "::1", "localhost", "x.localhost", "router", "co.uk",
        "a b.example", "imap.example.org:993", "-imap.example.org", "\u202eimap.example.org", "",
        "%EMAILLOCALPART%.attacker.example", "%EMAILADDRESS%.attacker.example",
    ],
)  # fmt: skip
async def test_a_host_that_is_none_drops_only_its_server(world: Make, host: str):
    body = GOOD.replace(b"imap.example.org", host.encode())
    found = await ask(world, {}, {OWN: page(body)})
    assert hosts(found) == ["pop.example.org:995", "smtp.example.org:465"]


async def test_servers_without_encryption_stand_last_and_are_warned_of(world: Make):
    plain = config(
        server("imap", "imap.example.org", 143, Security.PLAIN),
        server("smtp", "smtp.example.org", 587, Security.PLAIN),
    )
    found = await ask(world, {}, {OWN: page(plain.encode())})
    assert hosts(found) == ["imap.example.org:143", "smtp.example.org:587"]
    assert "plain-only" in codes(found)
    assert [[each.code for each in candidate.warnings] for candidate in found.incoming] == [["plain"]]


async def test_a_file_for_another_domain_is_warned_of(world: Make):
    body = config(IMAP, SMTP, domain="another.example").encode()
    found = await ask(world, {}, {OWN: page(body)})
    assert "other-domain" in codes(found)
    (text,) = (warning.text.render() for warning in found.warnings if warning.code == "other-domain")
    assert text.endswith("say that they are for another.example, not for example.org.")


async def test_a_document_whose_digest_is_another_is_refused(world: Make):
    found = await ask(world, digest(b"what it was before"), {PACC_FILE: page(DOCUMENT)})
    assert (hosts(found), one(found, PACC).outcome) == ([], Outcome.REFUSED)
    assert "their digest is not the one at _ua-auto-config.example.org in DNS" in why(one(found, PACC))
    assert "digest" in codes(found)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000, b'{"a":' * 40_000, b'{"protocols": {"imap": {"host": ' + b"9" * 200_000 + b"}}}",
        b'{"protocols": {"imap": {"host": "localhost"}}}', b"\xff\xfe", b"null",
    ],
)  # fmt: skip
async def test_json_of_any_shape_is_no_more_than_nothing(world: Make, body: bytes):
    found = await ask(world, digest(body), {PACC_FILE: page(body)})
    assert (hosts(found), one(found, PACC).outcome) == ([], Outcome.NOTHING)
    assert why(one(found, PACC))
