"""Many discoveries at once, in virtual time."""

from collections.abc import Iterator

import anyio
import pytest
from tests.unit.discovery.world import IMAP, ISPDB, config
from tests.unit.fake_net import NEVER, FakeNet, NoNet, page, srv

from mailsetup.account import Domain
from mailsetup.discovery.finding import Discovery, Outcome
from mailsetup.discovery.many import AT_ONCE, Settled, discover_many
from mailsetup.errors import CheckFailed, NetworkFailed, WrongUsage
from mailsetup.net.names import Srv

pytestmark = pytest.mark.anyio

ONLY_MX = {"only": frozenset({"mx"})}


def domain(number: int) -> str:
    return f"d{number}.example"


def question(number: int) -> str:
    return f"MX {domain(number)}"


async def settle(subjects, net, **options) -> list[Settled]:
    async with discover_many(subjects, net, **{**ONLY_MX, **options}) as settled:
        return [one async for one in settled]


def subjects_of(settled: list[Settled]) -> list[str]:
    return [str(one.subject) for one in settled]


class Counting(FakeNet):
    """Knows how many of its questions were open at a time, at most."""

    open = 0
    most = 0

    async def _answer(self, question, otherwise):
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            return await super()._answer(question, otherwise)
        finally:
            self.open -= 1


async def test_they_come_in_the_order_given_though_later_ones_end_first():
    net = FakeNet(takes={question(0): 5, question(1): 1, question(2): 3})
    settled = await settle(map(domain, range(3)), net)
    assert subjects_of(settled) == [domain(0), domain(1), domain(2)]


async def test_each_comes_as_soon_as_its_turn_is_done():
    net = FakeNet(takes={question(0): 1, question(1): NEVER})
    async with discover_many([domain(0), domain(1)], net, **ONLY_MX) as settled:
        began = anyio.current_time()
        await anext(settled)
        assert anyio.current_time() - began == pytest.approx(1)


async def test_they_are_under_way_at_once():
    began = anyio.current_time()
    await settle(map(domain, range(50)), FakeNet(otherwise=1))
    assert anyio.current_time() - began == pytest.approx(1)


async def test_no_more_than_that_many_are_under_way_at_a_time():
    net = Counting(otherwise=1)
    began = anyio.current_time()
    await settle(map(domain, range(20)), net, at_once=5)
    assert net.most == 5
    assert anyio.current_time() - began == pytest.approx(4)


async def test_subjects_are_read_only_as_far_as_there_is_work_for_them():
    read = []

    def endless() -> Iterator[str]:
        number = 0
        while True:
            read.append(number)
            yield domain(number)
            number += 1

    async with discover_many(endless(), FakeNet(), at_once=2, **ONLY_MX) as settled:
        for _ in range(5):
            await anext(settled)
        await anyio.sleep(100)
    assert 5 <= len(read) <= 5 + 2 * 8 + 2


async def test_results_that_wait_for_their_turn_are_bounded():
    net = FakeNet(takes={question(0): NEVER}, otherwise=0.01)
    async with discover_many(map(domain, range(1000)), net, at_once=4, timeout=50, **ONLY_MX):
        await anyio.sleep(40)
    assert len(net.asked) <= 4 * 8


async def test_a_wrong_line_spoils_no_other():
    settled = await settle([domain(0), "ada@@example.org", domain(1)], FakeNet())
    assert [type(one.found) for one in settled] == [Discovery, WrongUsage, Discovery]
    assert settled[1].subject == "ada@@example.org"


async def test_one_that_nobody_answers_for_is_an_error_in_its_place():
    settled = await settle([domain(0)], NoNet())
    assert isinstance(settled[0].found, NetworkFailed)


async def test_one_that_fails_by_our_own_mistake_costs_the_others_nothing():
    net = FakeNet({question(0): KeyError("a mistake")})
    settled = await settle([domain(0), domain(1)], net)
    assert isinstance(settled[0].found, CheckFailed)
    assert isinstance(settled[1].found, Discovery)


async def test_who_is_named_twice_is_asked_about_once():
    net = FakeNet()
    settled = await settle([domain(0), domain(1), domain(0)], net)
    assert subjects_of(settled) == [domain(0), domain(1), domain(0)]
    assert net.asked == [question(0), question(1)]


async def test_the_timeout_is_for_each():
    net = FakeNet(takes={question(0): NEVER, question(1): 1.5}, otherwise=1)
    settled = await settle(map(domain, range(2)), net, at_once=1, timeout=2)
    assert isinstance(settled[0].found, NetworkFailed)
    assert settled[1].found.findings[0].outcome is Outcome.NOTHING


async def test_whoever_leaves_early_cancels_all_that_is_under_way():
    net = FakeNet(takes={question(0): 1}, otherwise=NEVER)
    async with discover_many(map(domain, range(10)), net, **ONLY_MX) as settled:
        await anext(settled)
    assert len(net.cancelled) == 9


async def test_what_is_raised_inside_comes_out_as_it_is():
    with pytest.raises(BrokenPipeError):
        async with discover_many([domain(0)], FakeNet(otherwise=NEVER), **ONLY_MX):
            raise BrokenPipeError


async def test_what_reading_the_subjects_raises_comes_after_those_read():
    def broken() -> Iterator[str]:
        yield domain(0)
        raise OSError("the disk")

    async with discover_many(broken(), FakeNet(), **ONLY_MX) as settled:
        assert (await anext(settled)).subject == domain(0)
        with pytest.raises(OSError, match="the disk"):
            await anext(settled)


async def test_subjects_may_come_one_after_the_other_and_be_parsed_already():
    async def slowly():
        for number in range(3):
            await anyio.sleep(1)
            yield Domain.parse(domain(number))

    assert subjects_of(await settle(slowly(), FakeNet())) == [domain(0), domain(1), domain(2)]


@pytest.mark.parametrize("options", [{"only": frozenset({"no-source"})}, {"ispdb": "ftp://x"}])
async def test_options_that_make_no_sense_are_told_before_anything_is_asked(options):
    net = FakeNet()
    with pytest.raises(WrongUsage):
        await settle([domain(0)], net, **options)
    assert net.asked == []


async def test_none_at_all_are_soon_done():
    assert await settle([], FakeNet()) == []


async def test_the_usual_options_are_those_of_one_discovery():
    net = FakeNet(
        srv("imaps", Srv(0, 1, 993, "imap.example.org")) | page(ISPDB + "example.org", config(IMAP))
    )
    async with discover_many(["ada@example.org"], net) as settled:
        [one] = [each async for each in settled]
    assert one.found.incoming[0].server.host == "imap.example.org"
    assert AT_ONCE >= 1
