"""How long a check takes, in round trips, and whether three servers take longer than the slowest of them.

Run it with `python tests/bench/check.py`. The servers are the demo's, with TLS; every hop to them takes one
round trip R (see delay.py). The budget: all three together at most 1.2 times the slowest alone. And a server
that falls silent, whenever it does, never costs more than the time that was given.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

import anyio
from delay import Reached, start
from delayed import tell_load

from mailsetup.account import WELL_KNOWN_PORTS, Address, Protocol, Security, Server
from mailsetup.checks.check import Target, check
from mailsetup.checks.report import Report, Verdict
from mailsetup.demo import world
from mailsetup.net.door import Internet, NetSettings

ROUNDS = 7
ROUND_TRIPS = (0.04, 0.1)
BUDGET = 1.2
SECURITIES = (Security.TLS, Security.STARTTLS)

GIVEN = 1.0
"""Seconds that a check of a silent server is given."""
OVER = 0.3
"""Seconds that it may need beyond them, on a busy machine."""


@dataclass(frozen=True)
class Bench:
    """The demo's mail domain, through the relay."""

    demo: world.World
    reached: Reached

    def run(self, servers: Sequence[Server], timeout: float = 60.0) -> tuple[float, tuple[Report, ...]]:
        """Seconds of one check that remembers nothing, and what it found."""

        async def once() -> tuple[float, tuple[Report, ...]]:
            settings = NetSettings.parse(
                nameserver=self.reached.nameserver,
                connect_to=self.reached.connect_to,
                ca_file=self.demo.ca_file,
            )
            targets = [Target(server=server) for server in servers]
            address = Address.parse(self.demo.address)
            async with Internet(settings) as net:
                began = perf_counter()
                reports = await check(targets, address, net, credential=self.demo.password, timeout=timeout)
                return perf_counter() - began, reports

        return anyio.run(once)


def servers_with(security: Security, domain: str) -> list[Server]:
    """The three servers of the demo's domain."""
    hosts = {Protocol.IMAP: "imap", Protocol.POP3: "pop", Protocol.SMTP: "smtp"}
    return [
        Server(
            protocol=protocol,
            host=f"{host}.{domain}",
            port=WELL_KNOWN_PORTS[protocol, security],
            security=security,
        )
        for protocol, host in hosts.items()
    ]


def measure(bench: Bench, security: Security, round_trip: float) -> bool:
    """Measure and print one way of securing; whether it keeps the budget."""
    three = servers_with(security, Address.parse(bench.demo.address).domain.ascii)
    # Unmeasured: the first run loads our modules.
    bench.run(three)
    alone: dict[Protocol, list[tuple[float, tuple[Report, ...]]]] = {one.protocol: [] for one in three}
    together = []
    for _ in range(ROUNDS):
        for server in three:
            alone[server.protocol].append(bench.run([server]))
        seconds, reports = bench.run(three)
        together.append(seconds)
        assert all(report.verdict is Verdict.PASS for report in reports), reports
    print(f"  {security.value}")
    for protocol, runs in alone.items():
        seconds = median(seconds for seconds, _ in runs)
        print(
            f"    {protocol.value:5} {seconds * 1000:6.0f} ms, {seconds / round_trip:5.1f} R: "
            f"{_rounds(runs, round_trip)}"
        )
    slowest = max(median(seconds for seconds, _ in runs) for runs in alone.values())
    ratio = median(together) / slowest
    kept = ratio <= BUDGET
    print(
        f"    all   {median(together) * 1000:6.0f} ms, {median(together) / round_trip:5.1f} R: "
        f"{ratio:.2f} times the slowest, budget {BUDGET}{'' if kept else ': TOO SLOW'}"
    )
    return kept


def _rounds(runs: Sequence[tuple[float, tuple[Report, ...]]], round_trip: float) -> str:
    """The round trips of each step, from the reports of one server."""
    names = [step.name for step in runs[0][1][0].steps]
    parts = []
    for index, name in enumerate(names):
        seconds = median(reports[0].steps[index].seconds for _, reports in runs)
        parts.append(f"{name.value} {seconds / round_trip:.1f}")
    return ", ".join(parts)


def fall_silent(bench: Bench, security: Security) -> bool:
    """Check servers that fall silent after each of their turns; whether the deadline always holds."""
    held = True
    for server in servers_with(security, Address.parse(bench.demo.address).domain.ascii):
        longest, failed = 0.0, []
        for turns in range(30):
            bench.reached.fall_silent(turns)
            seconds, [report] = bench.run([server], timeout=GIVEN)
            longest = max(longest, seconds)
            stopped = next((step for step in report.steps if step.verdict is Verdict.FAIL), None)
            if stopped is None and seconds < GIVEN:
                break
            failed.append("goodbye" if stopped is None else stopped.name.value)
        else:
            raise AssertionError(f"{server} never came to an end")
        bench.reached.fall_silent(None)
        kept = longest <= GIVEN + OVER
        held = held and kept
        print(
            f"  {server.protocol.value:5} {security.value:8} at most {longest:.2f} s of {GIVEN:g} s"
            f"{'' if kept else ': TOO LATE'} (silent at {', '.join(dict.fromkeys(failed))})"
        )
    return held


def main() -> int:
    """Measure and print; 1 where a budget was missed."""
    kept = True
    with world.start() as demo:
        dns = int(demo.nameserver.rpartition(":")[2])
        for round_trip in ROUND_TRIPS:
            print(f"R = {round_trip * 1000:g} ms")
            with start(round_trip, dns, demo.ports) as reached:
                for security in SECURITIES:
                    kept = measure(Bench(demo, reached), security, round_trip) and kept
        print("A server that falls silent")
        with start(0.0, dns, demo.ports) as reached:
            for security in SECURITIES:
                kept = fall_silent(Bench(demo, reached), security) and kept
    print(f"medians of {ROUNDS}; {tell_load()}")
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
