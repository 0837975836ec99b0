import pytest
from tests.unit.discovery.world import ADA, ISPDB, ISPDB_ENTRY, OWN_FILE, SITE_FILE

from mailsetup.discovery.question import Request
from mailsetup.discovery.sources import SOURCES, choose_sources, first_questions, last_questions
from mailsetup.errors import WrongUsage

NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("only", "skip", "chosen"),
    [
        (NONE, NONE, SOURCES),
        ({"mx", "srv"}, NONE, ("srv", "mx")),
        (NONE, {"ispdb"}, tuple(word for word in SOURCES if word != "ispdb")),
        ({"srv", "mx"}, {"mx"}, ("srv",)),
    ],
)
def test_only_and_skip_choose_the_sources(only, skip, chosen):
    assert choose_sources(frozenset(only), frozenset(skip)) == chosen


@pytest.mark.parametrize(("only", "skip"), [({"dns"}, NONE), (NONE, {"dns"})])
def test_an_unknown_source_is_named_with_those_there_are(only, skip):
    with pytest.raises(WrongUsage) as refusal:
        choose_sources(frozenset(only), frozenset(skip))
    assert "dns" in refusal.value.happened.render()
    assert all(word in refusal.value.fix.render() for word in SOURCES)


def test_to_leave_out_every_source_is_refused():
    with pytest.raises(WrongUsage):
        choose_sources(frozenset({"srv"}), frozenset({"srv"}))


def test_all_that_needs_no_other_answer_is_asked_at_once():
    request = Request(subject=ADA, ispdb=ISPDB, send_address=True)
    asked = [question.text for question in first_questions(request, SOURCES)]
    assert asked[6:] == [
        OWN_FILE,
        SITE_FILE,
        "https://ua-auto-config.example.org/.well-known/user-agent-configuration.json",
        "table of providers: example.org",
        ISPDB_ENTRY,
        "TXT example.org",
        "MX example.org",
        "AAAA and A no-such-host-mailsetup.example.org",
    ]


def test_the_last_resorts_stand_in_the_order_of_the_sources():
    request = Request(subject=ADA, ispdb=ISPDB, send_address=True)
    asked = last_questions(request, SOURCES, [])
    assert list(dict.fromkeys(question.source for question in asked)) == [
        "autodiscover",
        "autoconfig",
        "guess",
    ]


def test_a_source_that_was_left_out_is_no_last_resort():
    request = Request(subject=ADA, ispdb=ISPDB, send_address=True)
    assert last_questions(request, ("srv", "mx"), []) == ()
