"""The whole room, in virtual time, against scripted networks."""

import anyio
import pytest
from tests.unit.discovery.world import (
    ADA,
    DOMAIN,
    IMAP,
    ISPDB,
    ISPDB_ENTRY,
    OWN_FILE,
    POP3,
    SITE_FILE,
    SMTP,
    SMTP_STARTTLS,
    config,
    server,
)
from tests.unit.fake_net import NEVER, NO_DNS, FakeNet, NoNet, addresses, mx, page, srv

from mailsetup.account import Security
from mailsetup.discovery.discover import discover
from mailsetup.discovery.finding import Outcome, Trust
from mailsetup.discovery.run import GRACE
from mailsetup.discovery.sources import SOURCES
from mailsetup.errors import NetworkFailed, WrongUsage
from mailsetup.net.names import Mx, Srv

pytestmark = pytest.mark.anyio

ALL = config(IMAP, POP3, SMTP)
NO_POP3 = config(IMAP, SMTP)
PLAIN = config(server("imap", IMAP.host, 143, Security.PLAIN), server("smtp", SMTP.host, 587, Security.PLAIN))
FOREIGN_FILE = "https://autoconfig.provider.example/mail/config-v1.1.xml"
FOREIGN_ENTRY = ISPDB + "provider.example"
PROVIDER = mx(Mx(10, "mx.provider.example"))

OWN_SRV = (
    srv("imaps", Srv(0, 1, 993, IMAP.host))
    | srv("pop3s", Srv(0, 1, 995, POP3.host))
    | srv("submissions", Srv(0, 1, 465, SMTP.host))
)
SIGNED_SRV = (
    srv("imaps", Srv(0, 1, 993, IMAP.host), signed=True)
    | srv("pop3s", Srv(0, 1, 995, POP3.host), signed=True)
    | srv("submissions", Srv(0, 1, 465, SMTP.host), signed=True)
)
FOREIGN_SRV = (
    srv("imaps", Srv(0, 1, 993, "imap.provider.example"))
    | srv("submissions", Srv(0, 1, 465, "smtp.provider.example"))
)  # fmt: skip

# One round trip of 0.1 s for DNS; a page over TLS 1.3 takes four of them.
PAGES = (OWN_FILE, SITE_FILE, ISPDB_ENTRY, FOREIGN_FILE, FOREIGN_ENTRY)
PAGE_TIMES = dict.fromkeys(PAGES, 0.4)


def net(script, **takes: float) -> FakeNet:
    names = {"own": OWN_FILE, "site": SITE_FILE, "ispdb": ISPDB_ENTRY, "foreign": FOREIGN_FILE}
    slow = {names[name]: seconds for name, seconds in takes.items()}
    return FakeNet(script, takes=PAGE_TIMES | slow, otherwise=0.1)


async def timed(network: FakeNet, subject=ADA, **options):
    began = anyio.current_time()
    found = await discover(subject, network, **options)
    return found, pytest.approx(anyio.current_time() - began)


def hosts(found):
    return [one.server.host for one in (*found.incoming, *found.outgoing)]


def finding(found, question):
    (one,) = (one for one in found.findings if one.question == question)
    return one


# When to stop


async def test_when_the_domains_own_file_names_all_nothing_more_is_waited_for():
    network = net(page(OWN_FILE, ALL), ispdb=NEVER, site=NEVER)
    _, seconds = await timed(network)
    assert seconds == 0.4
    assert set(network.cancelled) == {SITE_FILE, ISPDB_ENTRY}


async def test_a_slow_source_of_high_trust_is_not_cut_off_by_a_fast_one_of_low_trust():
    own = config(server("imap", "own.example.org", 993), POP3, SMTP)
    found, seconds = await timed(net(page(ISPDB_ENTRY, ALL) | page(OWN_FILE, own), own=1.5))
    assert found.incoming[0].server.host == "own.example.org"
    assert seconds == 1.5


async def test_a_black_holed_best_source_costs_a_second_and_a_half_after_a_good_answer():
    found, seconds = await timed(net(page(ISPDB_ENTRY, ALL), own=NEVER, site=NEVER))
    assert found.incoming[0].trust is Trust.CURATED
    assert seconds == 0.4 + 1.5


async def test_the_time_that_is_left_is_not_begun_anew_by_a_second_good_answer():
    script = page(ISPDB_ENTRY, NO_POP3) | page(SITE_FILE, NO_POP3)
    _, seconds = await timed(net(script, own=NEVER, site=1.0))
    assert seconds == 0.4 + 1.5


async def test_signed_records_that_name_all_end_it_after_one_round_trip():
    _, seconds = await timed(net(SIGNED_SRV))
    assert seconds == 0.1


async def test_of_one_answer_the_rest_is_not_waited_for_when_it_can_better_nothing():
    network = FakeNet(SIGNED_SRV, takes=PAGE_TIMES | {"SRV _imap._tcp.example.org": NEVER}, otherwise=0.1)
    _, seconds = await timed(network)
    assert seconds == 0.1


async def test_the_outgoing_server_of_the_same_answer_is_not_bettered_by_another_answers_tls():
    own = config(IMAP, POP3, SMTP_STARTTLS)
    _, seconds = await timed(net(page(OWN_FILE, own), site=NEVER, ispdb=NEVER))
    assert seconds == 0.4


async def test_unsigned_records_wait_until_the_more_trusted_have_said_no():
    _, seconds = await timed(net(OWN_SRV | PROVIDER, foreign=NEVER))
    assert seconds == 0.4


async def test_a_protocol_that_is_missing_is_waited_for():
    script = page(OWN_FILE, NO_POP3) | page(ISPDB_ENTRY, ALL)
    found, _ = await timed(net(script, ispdb=1.0))
    assert [one.server.host for one in found.incoming] == [IMAP.host, POP3.host]


async def test_a_server_that_needs_a_yes_is_not_good_enough_to_stop_waiting():
    _, seconds = await timed(net(FOREIGN_SRV, own=NEVER), timeout=6)
    assert seconds == 6


async def test_a_server_without_encryption_is_not_good_enough_to_stop_waiting():
    _, seconds = await timed(net(page(OWN_FILE, PLAIN), ispdb=NEVER), timeout=6)
    assert seconds == 6


async def test_an_incoming_server_alone_is_not_good_enough_to_stop_waiting():
    _, seconds = await timed(net(page(OWN_FILE, config(IMAP, POP3)), ispdb=NEVER), timeout=6)
    assert seconds == 6


async def test_whoever_wants_all_answers_waits_for_them():
    found, seconds = await timed(net(SIGNED_SRV | page(ISPDB_ENTRY, ALL), ispdb=3), wait_for_all=True)
    assert seconds == 3
    assert finding(found, ISPDB_ENTRY).outcome is Outcome.FOUND


async def test_what_is_still_open_at_the_end_is_cancelled_and_kept():
    found, _ = await timed(net(page(OWN_FILE, ALL), ispdb=NEVER))
    assert finding(found, ISPDB_ENTRY).outcome is Outcome.CANCELLED


async def test_nothing_at_all_takes_as_long_as_the_slowest_no_and_that_of_the_last_resorts():
    found, seconds = await timed(net({}))
    assert (found.incoming, found.outgoing) == ((), ())
    assert seconds == pytest.approx(0.4 + 0.1)


async def test_a_guess_has_a_moment_where_all_else_needs_a_yes():
    host = "imap.example.org"
    slow = {f"AAAA and A {host}": NEVER}
    network = FakeNet(FOREIGN_SRV | addresses(host, "192.0.2.1"), takes=PAGE_TIMES | slow, otherwise=0.1)
    found, seconds = await timed(network)
    guesses = {one.outcome for one in found.findings if one.source == "guess"}
    assert guesses == {Outcome.NOTHING, Outcome.CANCELLED}
    # The moment begins when the slowest "no" of the rest is in.
    assert seconds == pytest.approx(0.4 + 0.1 + GRACE)


# What comes of it


async def test_srv_records_in_the_domain_are_enough():
    found, _ = await timed(net(OWN_SRV))
    assert hosts(found) == [IMAP.host, POP3.host, SMTP.host]
    assert not any(one.needs_consent for one in (*found.incoming, *found.outgoing))


async def test_a_domain_known_by_its_mx_only_takes_one_round_trip_more():
    found, seconds = await timed(net(PROVIDER | page(FOREIGN_ENTRY, ALL)))
    assert found.incoming[0].sources == ("mx",)
    assert seconds == 0.1 + 0.4


async def test_what_an_unsigned_mx_leads_to_needs_a_yes_where_it_is_foreign():
    file = config(server("imap", "imap.provider.example", 993), domain="provider.example")
    found, _ = await timed(net(PROVIDER | page(FOREIGN_FILE, file)))
    assert [(one.trust, one.needs_consent) for one in found.incoming] == [(Trust.UNSIGNED, True)]


async def test_an_unsigned_null_target_drops_what_only_an_mx_leads_to():
    absent = srv("pop3s", Srv(0, 0, 0, "")) | srv("pop3", Srv(0, 0, 0, ""))
    found, _ = await timed(net(absent | PROVIDER | page(FOREIGN_ENTRY, ALL)))
    assert [one.server.host for one in found.incoming] == [IMAP.host]


async def test_a_domain_that_does_not_exist_is_said():
    found, _ = await timed(net(mx(exists=False)))
    assert [warning.code for warning in found.warnings] == ["no-such-domain"]


async def test_no_network_is_told_from_nothing_found():
    with pytest.raises(NetworkFailed):
        await discover(ADA, NoNet())


async def test_a_network_where_nobody_answers_in_time_is_no_network():
    with pytest.raises(NetworkFailed):
        await timed(FakeNet(otherwise=NEVER), timeout=3)


async def test_one_answer_in_the_negative_is_a_network():
    found, _ = await timed(net(dict.fromkeys(PAGES, NO_DNS)))
    assert found.incoming == ()


async def test_a_folder_serves_without_a_network(tmp_path):
    (tmp_path / "example.org").write_text(ALL)
    found = await discover(ADA, NoNet(), ispdb=str(tmp_path))
    assert hosts(found) == [IMAP.host, POP3.host, SMTP.host]


async def test_a_folder_without_an_entry_does_not_hide_that_there_is_no_network(tmp_path):
    with pytest.raises(NetworkFailed):
        await discover(ADA, NoNet(), ispdb=str(tmp_path))


async def test_a_folder_alone_without_an_entry_is_nothing_found(tmp_path):
    found = await discover(ADA, NoNet(), ispdb=str(tmp_path), only=frozenset({"ispdb"}))
    assert found.incoming == ()


# What is asked of whom


async def test_a_source_that_is_left_out_is_not_asked_and_is_a_skipped_finding():
    network = net(page(OWN_FILE, ALL))
    found, _ = await timed(network, only=frozenset({"autoconfig"}))
    assert set(network.asked) == {OWN_FILE, SITE_FILE}
    skipped = {one.source for one in found.findings if one.outcome is Outcome.SKIPPED}
    assert skipped == {word for word in SOURCES if word != "autoconfig"}


async def test_to_skip_the_database_keeps_it_from_being_asked_about_the_mx_too():
    network = net(PROVIDER)
    await timed(network, skip=frozenset({"ispdb"}))
    assert not [url for url in network.pages_asked if url.startswith(ISPDB)]


async def test_to_want_the_mx_only_still_asks_where_it_leads():
    network = net(PROVIDER)
    await timed(network, only=frozenset({"mx"}))
    assert set(network.asked) == {"MX example.org", FOREIGN_FILE, FOREIGN_ENTRY}


async def test_the_address_goes_to_nobody_but_the_domains_own_host():
    bad = {url: page(url, status=400)[url] for url in PAGES}
    network = net(PROVIDER | bad)
    await timed(network)
    assert [url for url in network.asked if "ada" in url] == [OWN_FILE + "?emailaddress=ada@example.org"]


async def test_a_bare_domain_is_asked_about_like_an_address():
    found, _ = await timed(net(page(OWN_FILE, ALL)), DOMAIN)
    assert found.incoming[0].server.username == "%EMAILADDRESS%"


async def test_words_and_places_that_make_no_sense_are_refused_before_anything_is_asked():
    network = net({})
    for options in ({"only": frozenset({"dns"})}, {"skip": frozenset({"dns"})}, {"ispdb": "nowhere/at/all"}):
        with pytest.raises(WrongUsage):
            await discover(ADA, network, **options)
    assert network.asked == []


async def test_who_watches_sees_every_finding_once():
    seen = []
    found, _ = await timed(net(page(OWN_FILE, ALL), ispdb=NEVER), watch=seen.append)
    asked = [one.question for one in found.findings if one.outcome is not Outcome.SKIPPED]
    assert sorted(one.question for one in seen) == sorted(asked)


# The last resorts, and no network at all


async def test_offline_the_network_is_left_alone_and_each_source_there_says_so(tmp_path):
    (tmp_path / "example.org").write_text(ALL)
    network = FakeNet()
    found = await discover(ADA, network, ispdb=str(tmp_path), offline=True)
    assert network.asked == []
    assert hosts(found) == [IMAP.host, POP3.host, SMTP.host]
    told = {one.source: one.detail.render() for one in found.findings if one.outcome is Outcome.SKIPPED}
    assert "--offline" in told["srv"]


async def test_offline_with_no_entry_is_nothing_found_and_no_failure(tmp_path):
    found = await discover(ADA, NoNet(), ispdb=str(tmp_path), offline=True)
    assert found.incoming == ()
