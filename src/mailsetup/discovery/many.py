"""Many discoveries at once: in the order given, so many at a time, the answers of one Net shared by all."""

from collections import OrderedDict
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import anyio
from anyio.abc import TaskGroup

from mailsetup.account import Subject, parse_subject
from mailsetup.discovery import ispdb as database
from mailsetup.discovery.discover import discover
from mailsetup.discovery.finding import Discovery
from mailsetup.discovery.sources import choose_sources
from mailsetup.errors import CheckFailed, MailsetupError, say
from mailsetup.net.door import Net

AT_ONCE = 64
"""How many discoveries are under way at a time."""

_AHEAD = 8
"""How many times as many may be done, or under way, while the first of them is waited for."""

_REMEMBERED = 256
"""How many results are kept for whoever is named again."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one subject.

    subject: as it was given. found: an empty Discovery too; an error where nobody could be asked.
    """

    subject: Subject | str
    found: Discovery | MailsetupError


@asynccontextmanager
async def discover_many(
    subjects: Iterable[Subject | str] | AsyncIterable[Subject | str],
    net: Net,
    *,
    at_once: int = AT_ONCE,
    ispdb: str = database.DEFAULT,
    only: frozenset[str] = frozenset(),
    skip: frozenset[str] = frozenset(),
    send_address: bool = True,
    timeout: float = 10.0,
    wait_for_all: bool = False,
    offline: bool = False,
) -> AsyncIterator[AsyncIterator[Settled]]:
    """Discover the servers of many addresses or domains, in the order given.

        async with discover_many(addresses, net) as settled:
            async for one in settled:
                ...

    subjects: read only as far as there is work for them; a text that is no address is settled with its
    WrongUsage, and spoils no other. at_once: how many are under way at a time. timeout: seconds for each.
    The rest is as in `discover`. Whoever leaves the block early cancels all that is under way.

    Raises WrongUsage for options that make no sense, and what reading the subjects raises.
    """
    choose_sources(only, skip)
    database.check_place(ispdb)
    find = partial(
        discover,
        net=net,
        ispdb=ispdb,
        only=only,
        skip=skip,
        send_address=send_address,
        timeout=timeout,
        wait_for_all=wait_for_all,
        offline=offline,
    )
    fault: Exception | None = None
    async with anyio.create_task_group() as group:
        many = _Many(find, at_once, group)
        group.start_soon(many.read, subjects)
        try:
            yield many
        except Exception as error:
            # Inside the group it would become a group of exceptions.
            fault = error
        group.cancel_scope.cancel()
    many.close()
    if fault is not None:
        raise fault


@dataclass(slots=True, eq=False)
class _Work:
    """One discovery, for all who named its subject."""

    done: anyio.Event = field(default_factory=anyio.Event)
    found: Discovery | MailsetupError | None = None


class _Many:
    """The subjects on their way, and the iterator over what became of them."""

    def __init__(
        self, find: Callable[[Subject], Awaitable[Discovery]], at_once: int, group: TaskGroup
    ) -> None:
        self._find = find
        self._group = group
        self._slots = anyio.Semaphore(at_once)
        self._room = anyio.Semaphore(at_once * _AHEAD)
        self._send, self._turns = anyio.create_memory_object_stream[tuple[Subject | str, _Work]](
            at_once * _AHEAD
        )
        self._works: OrderedDict[Subject, _Work] = OrderedDict()
        self._broken: Exception | None = None

    def __aiter__(self) -> "_Many":
        return self

    async def __anext__(self) -> Settled:
        try:
            subject, work = await self._turns.receive()
        except anyio.EndOfStream:
            if self._broken is not None:
                raise self._broken from None
            raise StopAsyncIteration from None
        await work.done.wait()
        self._room.release()
        assert work.found is not None
        return Settled(subject, work.found)

    def close(self) -> None:
        """Nothing more will be read or told."""
        self._send.close()
        self._turns.close()

    async def read(self, subjects: Iterable[Subject | str] | AsyncIterable[Subject | str]) -> None:
        """Begin one after the other, as soon as there is room."""
        async with self._send:
            try:
                if isinstance(subjects, AsyncIterable):
                    async for subject in subjects:
                        await self._begin(subject)
                else:
                    for subject in subjects:
                        await self._begin(subject)
            except Exception as fault:
                # Told when its turn comes, and not by a group of exceptions.
                self._broken = fault

    async def _begin(self, subject: Subject | str) -> None:
        await self._room.acquire()
        await self._send.send((subject, await self._work_for(subject)))

    async def _work_for(self, subject: Subject | str) -> _Work:
        try:
            parsed = parse_subject(subject) if isinstance(subject, str) else subject
        except MailsetupError as fault:
            work = _Work(found=fault)
            work.done.set()
            return work
        if parsed not in self._works:
            await self._slots.acquire()
            self._works[parsed] = _Work()
            self._group.start_soon(self._discover, parsed, self._works[parsed])
        self._works.move_to_end(parsed)
        if len(self._works) > _REMEMBERED:
            self._works.popitem(last=False)
        return self._works[parsed]

    async def _discover(self, subject: Subject, work: _Work) -> None:
        try:
            work.found = await self._find(subject)
        except MailsetupError as fault:
            work.found = fault
        except Exception as fault:
            work.found = _own_fault(fault)
        finally:
            self._slots.release()
            work.done.set()


def _own_fault(fault: Exception) -> CheckFailed:
    """One that fails by our own mistake costs the others nothing. Only the kind is told, as in cli.main."""
    while isinstance(fault, ExceptionGroup):
        fault = fault.exceptions[0]
    failed = CheckFailed(
        say("mailsetup itself failed here ({kind}).", kind=type(fault).__name__),
        say("Run mailsetup discover --debug for this one alone, and report what it shows."),
    )
    failed.__cause__ = fault
    return failed
