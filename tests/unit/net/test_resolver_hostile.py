"""The resolver against name servers on loopback that fail, forge and flood."""

import asyncio
import socket

import anyio
import anyio.lowlevel
import dns.flags
import dns.message
import dns.rcode
import pytest
from tests.unit.net.servers import Datagrams, Names, Reply, Zone, answering, listening, reply, says, zone

from mailsetup.net.failures import NameFailed
from mailsetup.net.names import Answer, Mx, Srv
from mailsetup.net.nameserver import Nameserver
from mailsetup.net.records import MAX_RECORDS
from mailsetup.net.resolver import Resolver

pytestmark = pytest.mark.anyio


def asking(*servers: Names) -> Resolver:
    return Resolver(tuple(Nameserver("127.0.0.1", server.port) for server in servers))


def truncating(query: dns.message.Message, tcp: bool) -> Reply:
    if tcp:
        return reply(query, *(f"SRV {n} 0 993 host{n}.example.org." for n in range(500)))
    return reply(query, flags=dns.flags.TC)


async def test_an_answer_that_was_cut_is_asked_for_again_over_tcp():
    async with answering(truncating) as server:
        answer = await asking(server).srv("_imaps._tcp.example.org")
        assert server.asked == ["SRV _imaps._tcp.example.org", "SRV _imaps._tcp.example.org (TCP)"]
    assert answer.records[0] == Srv(0, 0, 993, "host0.example.org")


async def test_of_five_hundred_records_only_the_first_few_count():
    async with answering(truncating) as server:
        answer = await asking(server).srv("_imaps._tcp.example.org")
    assert len(answer.records) == MAX_RECORDS


@pytest.mark.parametrize(
    "target", [r"a\007b.example.org.", r"a\.b.example.org.", "a_b.example.org.", r"\034.x."]
)
async def test_a_target_that_is_no_host_name_is_dropped(target: str):
    records = {"SRV _imaps._tcp.example.org": [f"0 0 993 {target}", "9 0 993 good.example.org."]}
    async with answering(zone(records)) as server:
        answer = await asking(server).srv("_imaps._tcp.example.org")
    assert answer.records == (Srv(9, 0, 993, "good.example.org"),)


async def test_a_packet_with_a_label_of_64_octets_is_ignored():
    def broken(query: dns.message.Message, tcp: bool) -> Reply:
        wire = reply(query, "SRV 0 0 993 a.example.org.").to_wire()
        return wire.replace(b"\x01a\x07example", b"\x40a\x07example")

    async with answering(broken) as server:
        with anyio.move_on_after(0.3) as waited:
            await asking(server).srv("_imaps._tcp.example.org")
    assert waited.cancelled_caught


async def test_a_circle_of_aliases_is_no_answer_and_others_go_on():
    def circle(query: dns.message.Message, tcp: bool) -> Reply:
        if query.question[0].name.to_text() == "good.example.org.":
            return reply(query, "MX 5 mail.example.org.")
        return reply(query, "a.example.org. CNAME b.example.org.", "b.example.org. CNAME a.example.org.")

    async with answering(circle) as server:
        resolver = asking(server)
        with pytest.raises(NameFailed):
            await resolver.mx("a.example.org")
        assert (await resolver.mx("good.example.org")).records == (Mx(5, "mail.example.org"),)


async def test_too_many_aliases_are_no_answer():
    def chain(query: dns.message.Message, tcp: bool) -> Reply:
        return reply(query, *(f"a{n}.example.org. CNAME a{n + 1}.example.org." for n in range(40)))

    async with answering(chain) as server:
        with pytest.raises(NameFailed):
            await asking(server).mx("a0.example.org")


def forged_first(query: dns.message.Message, tcp: bool) -> list[Reply]:
    forged = reply(query, "MX 1 evil.example.net.")
    forged.id = (query.id + 1) % 65536
    return [b"\x00", forged, reply(query, "MX 5 mail.example.org.")]


async def test_a_forged_packet_that_comes_first_is_ignored():
    async with answering(forged_first) as server:
        assert (await asking(server).mx("example.org")).records == (Mx(5, "mail.example.org"),)


def wrong_question_first(query: dns.message.Message, tcp: bool) -> list[Reply]:
    other = dns.message.make_query("example.net.", "MX")
    other.id = query.id
    return [reply(other, "MX 1 evil.example.net."), reply(query, "MX 5 mail.example.org.")]


async def test_a_packet_that_answers_another_question_is_ignored():
    async with answering(wrong_question_first) as server:
        assert (await asking(server).mx("example.org")).records == (Mx(5, "mail.example.org"),)


async def test_a_packet_from_another_port_is_ignored():
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as real,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other,
    ):
        real.bind(("127.0.0.1", 0))
        answers: list[Answer[Mx]] = []

        async def ask() -> None:
            resolver = Resolver((Nameserver("127.0.0.1", real.getsockname()[1]),))
            answers.append(await resolver.mx("example.org"))

        async with anyio.create_task_group() as group:
            group.start_soon(ask)
            await anyio.wait_readable(real)
            wire, whoever = real.recvfrom(512)
            query = dns.message.from_wire(wire)
            other.sendto(reply(query, "MX 1 evil.example.net.").to_wire(), whoever)
            await anyio.sleep(0.05)
            real.sendto(reply(query, "MX 5 mail.example.org.").to_wire(), whoever)
    assert answers[0].records == (Mx(5, "mail.example.org"),)


async def test_every_question_goes_out_from_a_port_of_its_own():
    ports = set()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as real:
        real.bind(("127.0.0.1", 0))
        resolver = Resolver((Nameserver("127.0.0.1", real.getsockname()[1]),))
        async with anyio.create_task_group() as group:
            for n in range(8):
                group.start_soon(resolver.mx, f"d{n}.example.org")
            for _ in range(8):
                await anyio.wait_readable(real)
                ports.add(real.recvfrom(512)[1])
            group.cancel_scope.cancel()
    assert len(ports) == 8


async def test_an_answer_that_is_cut_over_tcp_too_is_none():
    def cut(query: dns.message.Message, tcp: bool) -> Reply:
        return reply(query, "MX 5 a.b.", flags=dns.flags.TC)

    async with answering(cut) as server:
        with pytest.raises(NameFailed):
            await asking(server).mx("example.org")
        assert server.asked == ["MX example.org", "MX example.org (TCP)"]


@pytest.mark.parametrize("over_tcp", [b"", b"\x00", b"\xff\xff" + b"x" * 12, b"\x00\x0c" + b"x" * 12])
async def test_after_a_server_that_breaks_off_over_tcp_the_next_one_is_asked(over_tcp: bytes):
    async with listening(says(over_tcp)) as port, answering(zone({"MX example.org": ["5 a.b."]})) as good:

        def cutting(data: bytes) -> list[bytes]:
            return [reply(dns.message.from_wire(data), flags=dns.flags.TC).to_wire()]

        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: Datagrams(lambda data, tcp: cutting(data)), local_addr=("127.0.0.1", port)
        )
        resolver = Resolver((Nameserver("127.0.0.1", port), Nameserver("127.0.0.1", good.port)))
        assert (await resolver.mx("example.org")).records == (Mx(5, "a.b"),)
        transport.close()


async def test_where_no_name_server_runs_the_next_one_is_asked_at_once():
    async with answering(zone({})) as gone:
        pass
    async with answering(zone({"MX example.org": ["5 a.b."]})) as good:
        with anyio.fail_after(1):
            assert (await asking(gone, good).mx("example.org")).records == (Mx(5, "a.b"),)


async def test_of_a_flood_of_addresses_only_the_first_few_count():
    def flood(query: dns.message.Message, tcp: bool) -> Reply:
        if not tcp:
            return reply(query, flags=dns.flags.TC)
        if query.question[0].rdtype == dns.rdatatype.A:
            return reply(query, *(f"A 192.0.{n // 250}.{n % 250}" for n in range(3000)))
        return reply(query, *(f"AAAA 2001:db8::{n:x}" for n in range(1500)))

    async with answering(flood) as server:
        answer = await asking(server).addresses("example.org")
    assert len(answer.records) == 2 * MAX_RECORDS


def failing(code: dns.rcode.Rcode) -> Zone:
    return lambda query, tcp: reply(query, rcode=code)


@pytest.mark.parametrize("code", [dns.rcode.SERVFAIL, dns.rcode.REFUSED, dns.rcode.FORMERR])
async def test_a_server_that_cannot_answer_is_a_failure_with_a_sentence(code: dns.rcode.Rcode):
    async with answering(failing(code)) as server:
        with pytest.raises(NameFailed, match=r"could not answer a question about example\.org"):
            await asking(server).mx("example.org")


async def test_after_a_failing_server_the_next_one_is_asked():
    async with (
        answering(failing(dns.rcode.SERVFAIL)) as bad,
        answering(zone({"MX example.org": ["5 a.b."]})) as good,
    ):
        assert (await asking(bad, good).mx("example.org")).records == (Mx(5, "a.b"),)
