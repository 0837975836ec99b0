"""How long a discovery takes, as a ratio to the round trips that had to be waited for.

Run it with `python tests/bench/discovery.py`. Every hop takes one round trip R (see delayed.py). The budget
is 1.25 times the needed chain; and where the best source never answers, 1.5 s after another one did.
"""

from dataclasses import dataclass
from statistics import median
from time import perf_counter

import anyio
from delayed import Reached, start, tell_load, time_raw_exchanges
from places import HOSTERS, ISPDB, Map, begin

from mailsetup.account import Address
from mailsetup.discovery.discover import discover
from mailsetup.discovery.finding import Discovery, Outcome
from mailsetup.discovery.guess import STAGGER_SECONDS
from mailsetup.discovery.run import GRACE
from mailsetup.net.door import Internet, NetSettings

ROUNDS = 7
ROUND_TRIPS = (0.04, 0.1)
BUDGET = 1.25


@dataclass(frozen=True)
class Case:
    """One kind of domain. chain: the longest one that must be waited for, in R. grace: seconds beside it."""

    name: str
    domain: str
    chain: int
    hops: str
    grace: float = 0.0
    found: bool = True


CASES = (
    Case("SRV, signed", "signed.example", 1, "DNS"),
    Case("SRV, unsigned", "srv.example", 4, "the database says no: DNS, TCP, TLS, HTTP"),
    Case("autoconfig", "file.example", 4, "DNS, TCP, TLS, HTTP"),
    Case("ISPDB", "listed.example", 4, "DNS, TCP, TLS, HTTP"),
    Case("by MX, signed", "hosted-signed.example", 5, "MX, then as autoconfig"),
    # A stranger's servers need a yes, so whoever could spare it is asked and waited for.
    Case("by MX, unsigned", "hosted.example", 6, "by MX, then as only a web site", 2 * STAGGER_SECONDS),
    Case("best one silent", "silent.example", 4, "ISPDB, while autoconfig never answers", GRACE),
    Case("nothing", "nothing.example", 5, "the database says no, then DNS for the last resorts", found=False),
    # There the web site's host is spoken to in IMAP, then in POP3 and SMTP, which are refused here at once.
    Case("only a web site", "site.example", 5, "as nothing, then three guesses", 2 * STAGGER_SECONDS, False),
)


def draw_map() -> Map:
    """The domains of the cases."""
    map = begin()
    for case in CASES:
        if case.domain != "nothing.example":
            map.domain(case.domain, HOSTERS[0] if case.domain.startswith("hosted") else "")
    map.publish_srv("signed.example", signed=True)
    map.publish_srv("srv.example")
    map.publish_file("file.example")
    map.enter_database("listed.example")
    map.signed.append("hosted-signed.example")
    map.lose_packets("autoconfig.silent.example")
    map.enter_database("silent.example")
    return map


def run(case: Case, reached: Reached) -> tuple[float, Discovery]:
    """Seconds of one discovery that remembers nothing, and what it found."""

    async def once() -> tuple[float, Discovery]:
        settings = NetSettings.parse(
            nameserver=reached.nameserver, connect_to=reached.connect_to, ca_file=reached.ca_file
        )
        async with Internet(settings) as net:
            began = perf_counter()
            found = await discover(Address.parse(f"ada@{case.domain}"), net, ispdb=ISPDB)
            return perf_counter() - began, found

    seconds, found = anyio.run(once)
    assert bool(found.incoming and found.outgoing) is case.found, (case, found)
    return seconds, found


def tell(case: Case, round_trip: float, measured: list[tuple[float, Discovery]]) -> None:
    """One line; where the budget is missed, a second one says who was waited for."""
    needed = case.chain * round_trip
    seconds = median(seconds for seconds, _ in measured)
    ratio = (seconds - case.grace) / needed
    grace = f" and {case.grace:g} s" if case.grace else ""
    print(
        f"  {case.name:15} {seconds * 1000:6.0f} ms, needed {case.chain} R{grace} ({case.hops}), "
        f"ratio {ratio:.2f}{'' if ratio <= BUDGET else ': TOO SLOW'}"
    )
    if ratio > BUDGET:
        ended = [one for one in measured[-1][1].findings if one.outcome is not Outcome.CANCELLED]
        last = max(ended, key=lambda one: one.started + one.seconds)
        print(
            f"    the last to end was {last.question}: from {last.started / round_trip:.1f} R, "
            f"for {last.seconds / round_trip:.1f} R, {last.outcome.value}"
        )


def main() -> None:
    """Measure and print."""
    for round_trip in ROUND_TRIPS:
        with start(draw_map().world(round_trip)) as reached:
            measured: dict[Case, list[tuple[float, Discovery]]] = {case: [] for case in CASES}
            # Unmeasured: the first run loads our modules and the suffix list, and the servers' certificates.
            for case in CASES:
                run(case, reached)
            raw = [time_raw_exchanges(reached, "file.example") for _ in range(ROUNDS)]
            for _ in range(ROUNDS):
                for case in CASES:
                    measured[case].append(run(case, reached))
        name, page = (median(column) / round_trip for column in zip(*raw, strict=True))
        print(f"R = {round_trip * 1000:g} ms (by hand: DNS {name:.2f} R, TCP, TLS and HTTP {page:.2f} R)")
        for case in CASES:
            tell(case, round_trip, measured[case])
    print(f"medians of {ROUNDS}, budget {BUDGET}; {tell_load()}")


if __name__ == "__main__":
    main()
