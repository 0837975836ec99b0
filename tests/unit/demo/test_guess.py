"""The domains that say nothing, discovered over real connections."""

from functools import partial

import anyio

from mailsetup.account import Address
from mailsetup.demo.world import World
from mailsetup.discovery.discover import discover
from mailsetup.discovery.finding import Discovery, Outcome
from mailsetup.net.door import Internet, NetSettings


async def find(world: World, address: str, **options: object) -> Discovery:
    settings = NetSettings.parse(
        nameserver=world.nameserver, connect_to=world.connect_to, ca_file=world.ca_file
    )
    async with Internet(settings) as net:
        return await discover(Address.parse(address), net, ispdb=world.ispdb, **options)


def test_a_domain_known_by_nothing_is_found_by_its_usual_names(world: World) -> None:
    found = anyio.run(partial(find, world, "ada@guess.example"))
    assert [(one.server.host, one.server.port) for one in (*found.incoming, *found.outgoing)] == [
        ("imap.guess.example", 993),
        ("pop.guess.example", 995),
        ("smtp.guess.example", 465),
    ]
    assert {one.sources for one in found.incoming} == {("guess",)}


def test_a_guess_says_nothing_that_tells_who_asks(world: World) -> None:
    anyio.run(partial(find, world, "ada@guess.example"))
    assert world.logins() == ()
    said = {(each.server, each.verb) for each in world.commands() if each.server not in ("dns", "https")}
    assert said == {
        ("imap", "CAPABILITY"),
        ("imap", "LOGOUT"),
        ("pop3", "CAPA"),
        ("pop3", "QUIT"),
        ("smtp", "EHLO"),
        ("smtp", "QUIT"),
    }


def test_a_parked_domain_has_no_mail_servers(world: World) -> None:
    found = anyio.run(partial(find, world, "ada@wildcard.example"))
    assert (found.incoming, found.outgoing) == ((), ())
    assert "wildcard-dns" in [warning.code for warning in found.warnings]
    guesses = [one for one in found.findings if one.source == "guess" and "MX" not in one.question]
    refused = [one.question for one in guesses if one.outcome is Outcome.REFUSED]
    assert "IMAP imap.wildcard.example" in refused


def test_where_settings_are_published_a_guess_comes_last_and_is_no_disagreement(world: World) -> None:
    found = anyio.run(partial(find, world, "ada@example.org", wait_for_all=True))
    trusts = [one.trust for one in found.incoming]
    assert trusts == sorted(trusts, reverse=True)
    assert found.incoming[-1].sources == ("guess",)
    assert "disagreement" not in [warning.code for warning in found.warnings]
