"""What is kept of a run: asked once, within bounds."""

from collections.abc import Awaitable, Callable

import anyio
import anyio.lowlevel
import pytest

from mailsetup.errors import NetworkFailed, say
from mailsetup.net.kept import Kept

pytestmark = pytest.mark.anyio
FAILED = NetworkFailed(say("It failed."), say("Try again."))


class World:
    """Answers every question with itself, twice over, and counts."""

    def __init__(self, room: int = 100) -> None:
        self.kept: Kept[str] = Kept(room, len)
        self.asked: list[str] = []
        self.fails: set[str] = set()
        self.gate = anyio.Event()
        self.gate.set()

    def question(self, text: str) -> Callable[[], Awaitable[str]]:
        async def ask() -> str:
            self.asked.append(text)
            await self.gate.wait()
            if text in self.fails:
                raise FAILED
            return text * 2

        return ask

    async def get(self, text: str) -> str:
        return await self.kept.get(text, self.question(text))


async def test_what_is_in_hand_is_not_asked_again():
    world = World()
    assert [await world.get("a") for _ in range(3)] == ["aa"] * 3
    assert world.asked == ["a"]


async def test_those_who_ask_at_once_share_one_question():
    world = World()
    world.gate = anyio.Event()
    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(world.get, "a")
        await anyio.lowlevel.checkpoint()
        world.gate.set()
    assert world.asked == ["a"]


async def test_what_failed_is_not_kept():
    world = World()
    world.fails.add("a")
    with pytest.raises(NetworkFailed):
        await world.get("a")
    world.fails.clear()
    assert await world.get("a") == "aa"


async def test_the_one_unused_for_longest_gives_way():
    world = World(room=6)
    for text in ("a", "b", "c", "a", "d"):
        await world.get(text)
    world.asked.clear()
    for text in ("a", "c", "d", "b"):
        await world.get(text)
    assert world.asked == ["b"]


async def test_an_answer_larger_than_all_the_room_is_given_and_not_kept():
    world = World(room=3)
    assert [await world.get("abc") for _ in range(2)] == ["abcabc"] * 2
    assert world.asked == ["abc"] * 2


async def test_a_hundred_thousand_answers_take_no_more_than_the_room():
    kept: Kept[bytes] = Kept(100_000, len)

    async def ask() -> bytes:
        return b"x" * 1000

    for n in range(100_000):
        await kept.get(str(n), ask)
    assert len(kept._answers) == 100


async def test_whoever_waits_for_one_who_gave_up_asks_anew():
    world = World()
    world.gate = anyio.Event()

    async def impatient() -> None:
        with anyio.move_on_after(0.01):
            await world.get("a")
        world.gate.set()

    async with anyio.create_task_group() as group:
        group.start_soon(impatient)
        await anyio.lowlevel.checkpoint()
        assert await world.get("a") == "aa"
    assert (world.asked, world.kept._asking) == (["a", "a"], {})
