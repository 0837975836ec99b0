"""The resolver against honest name servers on loopback."""

import anyio
import anyio.lowlevel
import dns.flags
import dns.message
import dns.rcode
import pytest
from tests.unit.net.servers import Names, Reply, Zone, answering, reply, zone

from mailsetup.net.failures import NameFailed
from mailsetup.net.names import Answer, Mx, Srv
from mailsetup.net.nameserver import Nameserver
from mailsetup.net.resolver import Resolver

pytestmark = pytest.mark.anyio


def asking(*servers: Names) -> Resolver:
    return Resolver(tuple(Nameserver("127.0.0.1", server.port) for server in servers))


def failing(code: dns.rcode.Rcode) -> Zone:
    return lambda query, tcp: reply(query, rcode=code)


async def test_srv_records_come_in_the_order_of_the_reply():
    records = {"SRV _imaps._tcp.example.org": ["10 5 993 b.example.org.", "1 0 1993 A.example.org."]}
    async with answering(zone(records)) as server:
        answer = await asking(server).srv("_imaps._tcp.example.org")
    assert answer == Answer(
        "SRV _imaps._tcp.example.org",
        (Srv(10, 5, 993, "b.example.org"), Srv(1, 0, 1993, "a.example.org")),
    )


async def test_a_service_that_is_not_offered_has_the_root_as_target():
    async with answering(zone({"SRV _imap._tcp.example.org": ["0 0 0 ."]})) as server:
        answer = await asking(server).srv("_imap._tcp.example.org")
    assert answer.records == (Srv(0, 0, 0, ""),)


async def test_a_null_mx_has_an_empty_host():
    async with answering(zone({"MX example.org": ["0 ."]})) as server:
        assert (await asking(server).mx("example.org")).records == (Mx(0, ""),)


async def test_the_strings_of_a_txt_record_are_joined():
    async with answering(zone({"TXT example.org": ['"mailconf=" "https://a.example/"']})) as server:
        assert (await asking(server).txt("example.org")).records == (b"mailconf=https://a.example/",)


async def test_a_name_that_does_not_exist_is_an_answer():
    async with answering(zone({})) as server:
        answer = await asking(server).srv("_imaps._tcp.example.org")
    assert answer == Answer("SRV _imaps._tcp.example.org", exists=False)


async def test_a_missing_service_says_nothing_of_its_neighbour():
    async with answering(zone({"SRV _pop3s._tcp.example.org": ["0 0 995 a.example.org."]})) as server:
        resolver = asking(server)
        assert not (await resolver.srv("_imaps._tcp.example.org")).exists
        assert (await resolver.srv("_pop3s._tcp.example.org")).records == (Srv(0, 0, 995, "a.example.org"),)


async def test_a_name_with_other_records_exists_and_has_none_of_these():
    async with answering(zone({"A example.org": ["192.0.2.1"]})) as server:
        answer = await asking(server).mx("example.org")
    assert (answer.records, answer.exists) == ((), True)


async def test_a_name_too_long_for_dns_does_not_exist_and_is_not_asked():
    async with answering(zone({})) as server:
        answer = await asking(server).srv("_imaps._tcp." + ".".join(["a" * 63] * 3 + ["b" * 58]))
        assert (answer.exists, server.asked) == (False, [])


async def test_both_families_are_found():
    records = {"AAAA example.org": ["2001:db8::1"], "A example.org": ["192.0.2.1", "192.0.2.2"]}
    async with answering(zone(records)) as server:
        answer = await asking(server).addresses("example.org")
    assert answer.records == ("2001:db8::1", "192.0.2.1", "192.0.2.2")


async def test_localhost_is_this_machine_and_is_not_asked():
    async with answering(zone({"A localhost": ["192.0.2.1"]})) as server:
        answer = await asking(server).addresses("localhost")
        assert (answer.records, server.asked) == (("::1", "127.0.0.1"), [])


async def test_a_family_whose_questions_are_dropped_does_not_hold_up_the_other():
    def drops_aaaa(query: dns.message.Message, tcp: bool) -> Reply:
        return reply(query, "A 192.0.2.1") if query.question[0].rdtype == dns.rdatatype.A else None

    began = anyio.current_time()
    async with answering(drops_aaaa) as server:
        answer = await asking(server).addresses("example.org")
    assert answer.records == ("192.0.2.1",)
    assert anyio.current_time() - began < 1


async def test_an_address_that_came_too_late_does_not_slip_in_when_asked_again():
    def late(query: dns.message.Message, tcp: bool) -> Reply:
        if query.question[0].rdtype == dns.rdatatype.A:
            return reply(query, "A 9.9.9.9")
        return reply(query, "AAAA ::1") if server.asked.count("AAAA example.org") > 1 else None

    async with answering(late) as server:
        resolver = asking(server)
        assert [(await resolver.addresses("example.org")).records for _ in range(2)] == [("9.9.9.9",)] * 2


async def test_a_family_that_fails_does_not_hide_the_other():
    def fails_aaaa(query: dns.message.Message, tcp: bool) -> Reply:
        if query.question[0].rdtype == dns.rdatatype.A:
            return reply(query, "A 192.0.2.1")
        return reply(query, rcode=dns.rcode.SERVFAIL)

    async with answering(fails_aaaa) as server:
        assert (await asking(server).addresses("example.org")).records == ("192.0.2.1",)


async def test_what_was_answered_is_not_asked_again():
    async with answering(zone({"MX example.org": ["5 a.b."]})) as server:
        resolver = asking(server)
        assert await resolver.mx("example.org") == await resolver.mx("Example.org")
        assert server.asked == ["MX example.org"]


async def test_what_failed_is_asked_again():
    async with answering(failing(dns.rcode.SERVFAIL)) as server:
        resolver = asking(server)
        for _ in range(2):
            with pytest.raises(NameFailed):
                await resolver.mx("example.org")
        assert server.asked == ["MX example.org"] * 2


async def test_of_many_thousand_answers_only_so_much_is_kept(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("mailsetup.net.resolver.KEPT_BYTES", 10_000)
    async with answering(zone({f"MX d{n}.org": ["5 a.b."] for n in range(100)})) as server:
        resolver = asking(server)
        for n in range(100):
            await resolver.mx(f"d{n}.org")
        assert 0 < len(resolver._kept._answers) < 20


async def test_two_who_ask_at_once_share_one_question():
    async with answering(zone({"MX example.org": ["5 a.b."]})) as server:
        resolver = asking(server)
        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(resolver.mx, "example.org")
        assert server.asked == ["MX example.org"]


async def test_two_who_ask_at_once_share_a_failure():
    failures = []

    async def ask() -> None:
        try:
            await resolver.mx("example.org")
        except NameFailed as failure:
            failures.append(failure)

    async with answering(failing(dns.rcode.SERVFAIL)) as server:
        resolver = asking(server)
        async with anyio.create_task_group() as group:
            group.start_soon(ask)
            group.start_soon(ask)
        assert (len(failures), server.asked) == (2, ["MX example.org"])


async def test_whoever_waits_for_somebody_elses_question_gets_an_answer_though_that_one_gave_up():
    def slow_at_first(query: dns.message.Message, tcp: bool) -> Reply:
        return reply(query, "MX 5 a.b.") if len(server.asked) > 1 else None

    async def impatient() -> None:
        with anyio.move_on_after(0.1):
            await resolver.mx("example.org")

    async with answering(slow_at_first) as server:
        resolver = asking(server)
        async with anyio.create_task_group() as group:
            group.start_soon(impatient)
            await anyio.lowlevel.checkpoint()
            with anyio.fail_after(1):
                assert (await resolver.mx("example.org")).records == (Mx(5, "a.b"),)


async def test_a_cancelled_question_leaves_nothing_behind():
    async with answering(lambda query, tcp: None) as server:
        resolver = asking(server)
        with anyio.move_on_after(0.1) as scope:
            await resolver.mx("example.org")
        assert (scope.cancelled_caught, resolver._kept._asking) == (True, {})


def vouching(query: dns.message.Message, tcp: bool) -> Reply:
    return reply(query, "MX 5 a.b.", flags=dns.flags.AD)


async def test_a_resolver_on_this_machine_is_asked_for_dnssec_and_believed():
    async with answering(vouching) as server:
        assert (await asking(server).mx("example.org")).signed
        asked = server.queries[0]
        assert asked.flags & dns.flags.AD
        assert asked.ednsflags & dns.flags.DO


async def test_without_the_ad_bit_an_answer_is_not_signed():
    async with answering(zone({"MX example.org": ["5 a.b."]})) as server:
        assert not (await asking(server).mx("example.org")).signed


async def test_that_a_name_does_not_exist_can_be_signed_too():
    def absent(query: dns.message.Message, tcp: bool) -> Reply:
        return reply(query, rcode=dns.rcode.NXDOMAIN, flags=dns.flags.AD)

    async with answering(absent) as server:
        answer = await asking(server).srv("_imaps._tcp.example.org")
    assert (answer.exists, answer.signed) == (False, True)


async def test_addresses_are_signed_only_where_both_families_are():
    def half(query: dns.message.Message, tcp: bool) -> Reply:
        if query.question[0].rdtype == dns.rdatatype.A:
            return reply(query, "A 192.0.2.1", flags=dns.flags.AD)
        return reply(query, "AAAA 2001:db8::1")

    async with answering(half) as server:
        assert not (await asking(server).addresses("example.org")).signed


async def test_a_name_server_may_be_given_by_name():
    async with answering(zone({"MX example.org": ["5 a.b."]})) as server:
        resolver = Resolver((Nameserver("localhost", server.port),))
        assert (await resolver.mx("example.org")).records == (Mx(5, "a.b"),)


async def test_a_name_server_that_is_not_found_is_a_failure_with_a_sentence():
    with pytest.raises(NameFailed, match=r"name server nowhere\.invalid was not found"):
        await Resolver((Nameserver("nowhere.invalid"),)).mx("example.org")
