"""A relay that puts a round trip on every hop to servers of this machine, and can fall silent at any word.

It runs in a process of its own, so that its work is not counted as ours. As in `delayed`, where the servers
are its own: two ends of one machine connect at once, so the first bytes on a connection wait for the round
trip that the handshake of TCP would have taken, and then, as all bytes, for half of one.
"""

import asyncio
import json
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

HERE = "127.0.0.1"


@dataclass(frozen=True)
class Reached:
    """How to reach the servers. nameserver, connect_to: as the options have them."""

    nameserver: str
    connect_to: tuple[str, ...]
    _process: "subprocess.Popen[str]"

    def fall_silent(self, after: int | None) -> None:
        """From now on let so many turns of a server through on each connection; None is all of them."""
        _converse(self._process, after)


@contextmanager
def start(round_trip: float, dns: int, ports: Mapping[int, int]) -> Iterator[Reached]:
    """Start the relay; it ends with the block.

    round_trip: seconds. dns: port of the name server. ports: the port of each other server, by the well-known
    one that it stands for.
    """
    with subprocess.Popen(
        [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            here = _converse(process, {"round_trip": round_trip, "dns": dns, "ports": [*ports.values()]})
            relayed = zip(ports, here["ports"], strict=True)
            yield Reached(
                f"{HERE}:{here['dns']}", tuple(f":{known}::{port}" for known, port in relayed), process
            )
        finally:
            assert process.stdin is not None
            process.stdin.close()


def _converse(process: "subprocess.Popen[str]", told: object) -> Any:
    assert process.stdin is not None
    assert process.stdout is not None
    print(json.dumps(told), file=process.stdin, flush=True)
    return json.loads(process.stdout.readline())


# From here on: the other process.


class Relay:
    """All connections to all servers."""

    def __init__(self, round_trip: float) -> None:
        self._round_trip = round_trip
        self._open: set[asyncio.Task[None]] = set()
        self.turns: int | None = None

    def connected(self, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Begin a connection to the server at this port."""
        serving = asyncio.get_running_loop().create_task(self.serve(port, reader, writer))
        self._open.add(serving)
        serving.add_done_callback(self._open.discard)

    async def close(self) -> None:
        """End all connections."""
        for serving in self._open:
            serving.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def serve(self, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection to one server."""
        connected = asyncio.get_running_loop().time() + self._round_trip
        far_reader, far_writer = await asyncio.open_connection(HERE, port)
        turns = 0
        client_spoke = True

        def from_client() -> bool:
            nonlocal client_spoke
            client_spoke = True
            return True

        def from_server() -> bool:
            nonlocal client_spoke, turns
            turns += client_spoke
            client_spoke = False
            return self.turns is None or turns <= self.turns

        await asyncio.gather(
            self._carry(reader, far_writer, connected, from_client),
            # A server hears that somebody is there half a round trip after the client does.
            self._carry(far_reader, writer, connected + self._round_trip / 2, from_server),
            return_exceptions=True,
        )

    async def _carry(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        earliest: float,
        goes_through: Callable[[], bool],
    ) -> None:
        loop = asyncio.get_running_loop()
        # A queue keeps the order even where two timers are for the same moment.
        on_the_way: deque[bytes] = deque()

        def arrive() -> None:
            if data := on_the_way.popleft():
                writer.write(data)
            else:
                writer.close()

        while data := await reader.read(65536):
            if goes_through():
                on_the_way.append(data)
                loop.call_at(max(loop.time(), earliest) + self._round_trip / 2, arrive)
        # Who is silent does not hang up either.
        if goes_through():
            on_the_way.append(b"")
            loop.call_at(max(loop.time(), earliest) + self._round_trip / 2, arrive)


class Answer(asyncio.DatagramProtocol):
    """One question on its way to the name server, and its answer on the way back."""

    def __init__(self, question: bytes, give: Callable[[bytes], object]) -> None:
        self._question = question
        self._give = give

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._transport.sendto(self._question)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._give(data)
        self._transport.close()


class Names(asyncio.DatagramProtocol):
    """What stands before the name server."""

    def __init__(self, round_trip: float, port: int) -> None:
        self._round_trip = round_trip
        self._port = port
        self._asking: set[asyncio.Task[Any]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        loop = asyncio.get_running_loop()
        arrives = loop.time() + self._round_trip

        def give(answer: bytes) -> None:
            loop.call_at(arrives, self._transport.sendto, answer, addr)

        asking = loop.create_task(
            loop.create_datagram_endpoint(lambda: Answer(data, give), remote_addr=(HERE, self._port))
        )
        self._asking.add(asking)
        asking.add_done_callback(self._asking.discard)


async def _serve(round_trip: float, dns: int, ports: list[int]) -> None:
    loop = asyncio.get_running_loop()
    relay = Relay(round_trip)
    names, _ = await loop.create_datagram_endpoint(lambda: Names(round_trip, dns), (HERE, 0))
    servers = [await asyncio.start_server(partial(relay.connected, port), HERE, 0) for port in ports]
    here = {
        "dns": names.get_extra_info("sockname")[1],
        "ports": [server.sockets[0].getsockname()[1] for server in servers],
    }
    print(json.dumps(here), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        relay.turns = json.loads(line)
        print("true", flush=True)
    await relay.close()


if __name__ == "__main__":
    asyncio.run(_serve(**json.loads(sys.stdin.readline())))
