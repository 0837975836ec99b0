"""Many addresses of one host, in virtual time."""

import errno
from typing import Any

import anyio
import pytest
import trio.testing

from mailsetup.net.connect import CONNECT_SECONDS, STAGGER_SECONDS, interleave, race
from mailsetup.net.stream import Attempt

pytestmark = pytest.mark.anyio
DEAD = float("inf")


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, object]]:
    return "trio", {"clock": trio.testing.MockClock(autojump_threshold=0)}


class FakeStream:
    """Stands for a connection and remembers whether it was closed."""

    closed = False

    async def aclose(self) -> None:
        self.closed = True


class Hosts:
    """Addresses, and after how long each answers, or how it fails; remembers when each was tried."""

    def __init__(self, behaviour: dict[str, float | OSError]) -> None:
        self.behaviour = behaviour
        self.began: dict[str, float] = {}
        self.opened: dict[str, FakeStream] = {}

    async def open(self, address: str, port: int) -> Any:
        self.began[address] = anyio.current_time()
        how = self.behaviour[address]
        if isinstance(how, OSError):
            raise how
        await anyio.sleep(how)
        self.opened[address] = FakeStream()
        return self.opened[address]

    async def race(self) -> tuple[Any, tuple[Attempt, ...]]:
        return await race(list(self.behaviour), 993, self.open)


async def run(behaviour: dict[str, float | OSError]) -> tuple[Any, tuple[Attempt, ...], float]:
    began = anyio.current_time()
    stream, attempts = await Hosts(behaviour).race()
    return stream, attempts, anyio.current_time() - began


async def test_a_dead_address_costs_a_quarter_of_a_second_and_no_more():
    stream, attempts, seconds = await run({"2001:db8::1": DEAD, "192.0.2.1": 0.1})
    assert stream is not None
    assert attempts == (Attempt("2001:db8::1", "slow"), Attempt("192.0.2.1", ""))
    assert seconds == pytest.approx(STAGGER_SECONDS + 0.1)


async def test_after_a_refusal_the_next_address_is_tried_at_once():
    _, attempts, seconds = await run({"2001:db8::1": OSError(errno.ECONNREFUSED, ""), "192.0.2.1": 0.1})
    assert attempts == (Attempt("2001:db8::1", "refused"), Attempt("192.0.2.1", ""))
    assert seconds == pytest.approx(0.1)


async def test_a_slow_address_still_wins_over_one_that_is_slower():
    _, attempts, seconds = await run({"2001:db8::1": 0.3, "192.0.2.1": 0.3})
    assert attempts == (Attempt("2001:db8::1", ""),)
    assert seconds == pytest.approx(0.3)


async def test_an_address_begun_after_the_winner_is_told_where_it_failed():
    _, attempts, _ = await run({"2001:db8::1": 0.3, "192.0.2.1": OSError(errno.ECONNREFUSED, "")})
    assert attempts == (Attempt("192.0.2.1", "refused"), Attempt("2001:db8::1", ""))


async def test_silent_addresses_are_filtered_and_given_up_together():
    stream, attempts, seconds = await run({"2001:db8::1": DEAD, "192.0.2.1": DEAD})
    assert stream is None
    assert attempts == (Attempt("2001:db8::1", "filtered"), Attempt("192.0.2.1", "filtered"))
    assert seconds == pytest.approx(CONNECT_SECONDS)


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (errno.ECONNREFUSED, "refused"),
        (errno.ETIMEDOUT, "filtered"),
        (errno.EPERM, "filtered"),
        (errno.ENETUNREACH, "unreachable"),
        (errno.EHOSTUNREACH, "unreachable"),
        (errno.EADDRNOTAVAIL, "unreachable"),
    ],
)
async def test_each_failure_has_its_word(number: int, word: str):
    _, attempts, _ = await run({"192.0.2.1": OSError(number, "")})
    assert attempts == (Attempt("192.0.2.1", word),)


async def test_a_connection_that_comes_too_late_is_closed():
    class Stubborn(Hosts):
        async def open(self, address: str, port: int) -> Any:
            with anyio.CancelScope(shield=True):
                return await super().open(address, port)

    hosts = Stubborn({"2001:db8::1": 0.5, "192.0.2.1": 0.1})
    stream, _ = await hosts.race()
    assert stream is hosts.opened["192.0.2.1"]
    assert {address: opened.closed for address, opened in hosts.opened.items()} == {
        "192.0.2.1": False,
        "2001:db8::1": True,
    }


async def test_whoever_is_cancelled_tries_no_further_address():
    hosts = Hosts({f"192.0.2.{n}": DEAD for n in range(9)})
    with anyio.move_on_after(0.6):
        await hosts.race()
    await anyio.sleep(5)
    assert list(hosts.began) == ["192.0.2.0", "192.0.2.1", "192.0.2.2"]


async def test_whoever_is_cancelled_when_a_connection_just_stands_leaves_it_closed():
    class Cancelling(Hosts):
        async def open(self, address: str, port: int) -> Any:
            stream = await super().open(address, port)
            scope.cancel()
            return stream

    hosts = Cancelling({"192.0.2.1": 0.1})
    with anyio.CancelScope() as scope:
        await hosts.race()
    assert hosts.opened["192.0.2.1"].closed


def test_the_families_take_turns_and_ipv6_begins():
    addresses = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1", "2001:db8::2"]
    assert interleave(addresses) == ["2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2", "192.0.2.3"]
