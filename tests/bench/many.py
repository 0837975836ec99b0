"""What a thousand domains cost, many at once against one after another.

Run it with `python tests/bench/many.py`; with numbers after it, those are tried as the number in flight
(`many.py 16 32 64`). Every hop takes 40 ms (see delayed.py). Each run is a process of its own, which has
discovered one domain before it is measured. One after another takes minutes, so a sample of the same mix is
measured and scaled; like the thousand it shares one Internet, so what was answered once is not asked again.

Budgets: 10 times faster, 20 ms of processor time a domain, 150 MB.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import anyio
from delayed import Reached, start, tell_load
from places import HOSTERS, ISPDB, Map, begin

from mailsetup.discovery.finding import Discovery
from mailsetup.discovery.many import AT_ONCE, discover_many
from mailsetup.net.door import Internet, NetSettings

ROUND_TRIP = 0.04
DOMAINS = 1000
SAMPLE = 60
TIMES_FASTER = 10
PROCESSOR_MS = 20
MEGABYTES = 150

MIX = ("srv", "file", "srv", "hosted", "srv", "file", "none", "hosted", "srv", "file")
"""Of ten domains: 40 % SRV, 30 % autoconfig, 20 % at a hoster whom the MX names, 10 % nothing."""


def name_domains() -> Iterator[str]:
    """All of them, mixed."""
    return (f"{MIX[number % len(MIX)]}{number}.example" for number in range(DOMAINS))


def draw_map() -> Map:
    """What they have."""
    map = begin()
    map.domain("warm.example").publish_srv("warm.example")
    for number, domain in enumerate(name_domains()):
        hoster = HOSTERS[number % len(HOSTERS)] if domain.startswith("hosted") else ""
        map.domain(domain, hoster)
        if domain.startswith("srv"):
            map.publish_srv(domain)
        elif domain.startswith("file"):
            map.publish_file(domain)
    return map


def measure(in_flight: int, count: int, reached: Reached) -> dict[str, float]:
    """Of a run in a fresh process: seconds, processor milliseconds a domain, MB, and domains found."""
    command = [sys.executable, __file__, "--child", str(in_flight), str(count)]
    network = {
        "nameserver": reached.nameserver,
        "connect_to": reached.connect_to,
        "ca_file": str(reached.ca_file),
    }
    done = subprocess.run(command, input=json.dumps(network), stdout=subprocess.PIPE, text=True, check=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


async def discover_all(network: dict[str, Any], in_flight: int, count: int) -> dict[str, float]:
    """The child's work."""
    ca_file = Path(network.pop("ca_file"))
    async with Internet(NetSettings.parse(**network, ca_file=ca_file)) as net:
        await count_found(["warm.example"], net, in_flight)
        wall, processor = time.perf_counter(), time.process_time()
        found = await count_found(islice(name_domains(), count), net, in_flight)
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "seconds": wall,
        "processor": processor / count * 1000,
        # KiB, but on macOS, where it is bytes.
        "memory": peak / (1 << 20 if sys.platform == "darwin" else 1 << 10),
        "found": found,
    }


async def count_found(domains: Iterable[str], net: Internet, in_flight: int) -> int:
    """Discover all; of how many an incoming server was found."""
    found = 0
    async with discover_many(domains, net, ispdb=ISPDB, at_once=in_flight) as settled:
        async for one in settled:
            assert isinstance(one.found, Discovery), one
            found += bool(one.found.incoming)
    return found


def tell(name: str, value: float, budget: float, met: bool) -> None:
    """One number and its budget."""
    print(f"  {name:32} {value:7.1f}, budget {budget}{'' if met else ': MISSED'}")


def main() -> None:
    """Measure and print."""
    numbers = [int(word) for word in sys.argv[1:]] or [AT_ONCE]
    with start(draw_map().world(ROUND_TRIP)) as reached:
        sample = measure(1, SAMPLE, reached)
        apart = sample["seconds"] / SAMPLE * DOMAINS
        print(
            f"one after another: {SAMPLE} domains in {sample['seconds']:.1f} s, so {DOMAINS} in {apart:.0f} s"
        )
        for in_flight in numbers:
            reached.asked()
            told = measure(in_flight, DOMAINS, reached)
            asked = ", ".join(f"{count} {kind}" for kind, count in reached.asked().items())
            print(
                f"{DOMAINS} domains, {in_flight} at once: {told['seconds']:.1f} s, "
                f"{told['found']} found; asked: {asked}; {tell_load()}"
            )
            faster, processor, memory = apart / told["seconds"], told["processor"], told["memory"]
            tell("times faster", faster, TIMES_FASTER, faster >= TIMES_FASTER)
            tell("processor time a domain, ms", processor, PROCESSOR_MS, processor < PROCESSOR_MS)
            tell("peak memory, MB", memory, MEGABYTES, memory < MEGABYTES)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        print(json.dumps(anyio.run(discover_all, json.load(sys.stdin), *map(int, sys.argv[2:]))))
    else:
        main()
