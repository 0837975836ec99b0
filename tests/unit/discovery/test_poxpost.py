from contextlib import suppress
from itertools import pairwise

import pytest
from tests.unit.discovery.pox_world import (
    ALL,
    EXCHANGE,
    HOST,
    MAIL,
    PATH,
    PLAIN,
    RECORD,
    SITE,
    STRANGER,
    Net,
    account,
    answers,
    ask,
    codes,
    posts,
    redirects,
    to_address,
    to_url,
    told,
)
from tests.unit.discovery.world import ADA
from tests.unit.fake_net import CUT_OFF, page

from mailsetup.account import Address, Protocol
from mailsetup.discovery.finding import Evidence, Outcome, Trust
from mailsetup.discovery.pox import request_body
from mailsetup.errors import NetworkFailed
from mailsetup.net.http import Page

pytestmark = pytest.mark.anyio

# What an own host answers


async def test_the_reply_of_an_own_host_is_proven():
    site, host, *_ = await ask(Net(answers(HOST)))
    assert site.outcome is Outcome.NOTHING
    assert (host.outcome, host.trust) == (Outcome.FOUND, Trust.VERIFIED)
    assert [offer.server.protocol for offer in host.offers] == [Protocol.IMAP, Protocol.SMTP]
    assert host.evidence == (
        Evidence(asked=f"POST {HOST}", answer=f"HTTP 200, {len(account(ALL))} bytes", secure=True),
    )


@pytest.mark.parametrize(("status", "body"), [(401, ""), (401, "<html>Login</html>"), (403, "")])
async def test_a_login_that_is_wanted_means_exchange_and_is_never_tried(status, body):
    net = Net({f"POST {HOST}": Page((HOST,), status, body.encode())})
    _, host, *_ = await ask(net)
    assert host.outcome is Outcome.NOTHING
    assert codes([host]) == ["exchange"]
    assert "administrator" in told(host)
    assert posts(net) == [SITE, HOST]


@pytest.mark.parametrize(("status", "body"), [(403, "<html>Go away</html>"), (404, ""), (405, ""), (500, "")])
async def test_any_other_status_is_nothing(status, body):
    _, host, *_ = await ask(Net({f"POST {HOST}": Page((HOST,), status, body.encode())}))
    assert (host.outcome, host.warnings) == (Outcome.NOTHING, ())
    assert str(status) in told(host)


async def test_two_hosts_that_want_a_login_give_one_and_the_same_warning():
    findings = await ask(Net(answers(SITE, "", status=401) | answers(HOST, "", status=401)))
    assert len({str(warning.text) for finding in findings for warning in finding.warnings}) == 1


async def test_exchange_alone_is_said():
    _, host, *_ = await ask(Net(answers(HOST, EXCHANGE)))
    assert (host.outcome, codes([host])) == (Outcome.NOTHING, ["exchange"])


async def test_exchange_beside_imap_is_no_reason_to_warn():
    _, host, *_ = await ask(Net(answers(HOST, EXCHANGE + ALL)))
    assert (host.outcome, host.warnings) == (Outcome.FOUND, ())


async def test_an_error_is_told_in_the_servers_words():
    error = "<Error><ErrorCode>600</ErrorCode><Message>Invalid Request</Message></Error>"
    body = f"<Autodiscover><Response>{error}</Response></Autodiscover>".encode()
    _, host, *_ = await ask(Net({f"POST {HOST}": Page((HOST,), 200, body)}))
    assert host.outcome is Outcome.NOTHING
    assert "(error 600: “Invalid Request”)" in told(host)


@pytest.mark.parametrize(
    ("body", "warned"),
    [
        ("<!doctype html><html></html>", []),
        ("<html/>", []),
        ("", []),
        ("no such page", []),
        ("<Autodiscover><cut", ["unreadable"]),
        ("<Autodiscover/>", ["unreadable"]),
    ],
)
async def test_a_broken_reply_is_worth_a_warning_and_a_web_page_is_not(body, warned):
    _, host, *_ = await ask(Net({f"POST {HOST}": Page((HOST,), 200, body.encode())}))
    assert (host.outcome, codes([host])) == (Outcome.NOTHING, warned)


async def test_where_an_own_host_is_cut_off_that_is_the_failure():
    with pytest.raises(NetworkFailed):
        await ask(Net({f"POST {SITE}": CUT_OFF}))


# Redirects of a POST


REDIRECTS = pytest.mark.parametrize("by", ["http", "xml"])


def led(by: str, url: str, target: str) -> dict[str, Page]:
    return redirects(url, target) if by == "http" else answers(url, to_url(target))


@REDIRECTS
async def test_a_redirect_inside_the_domain_is_followed_and_stays_proven(by):
    net = Net(led(by, SITE, MAIL) | answers(MAIL))
    site, *_ = await ask(net)
    assert posts(net)[:2] == [SITE, MAIL]
    assert (site.outcome, site.trust) == (Outcome.FOUND, Trust.VERIFIED)
    assert site.evidence[0].answer == f"redirect to {MAIL}"


async def test_a_relative_redirect_is_followed():
    net = Net(redirects(SITE, "/mail/a.xml") | answers("https://example.org/mail/a.xml"))
    site, *_ = await ask(net)
    assert site.outcome is Outcome.FOUND


@REDIRECTS
@pytest.mark.parametrize("status", [401, 404])
async def test_a_stranger_never_gets_the_address(by, status):
    net = Net(led(by, SITE, STRANGER + "?Email=ada@example.org") | page(STRANGER, status=status))
    site, *_ = await ask(net)
    assert posts(net) == [SITE, HOST]
    assert STRANGER in net.asked
    assert site.outcome is Outcome.NOTHING
    assert "outlook.office365.com, which is a stranger" in told(site)
    assert codes([site]) == (["exchange"] if status == 401 else [])


@REDIRECTS
@pytest.mark.parametrize(
    "target",
    [
        "http://mail.example.org/autodiscover/autodiscover.xml",
        "https://mail.example.org:8443/autodiscover/autodiscover.xml",
        "https://192.0.2.1/",
        "https://user@mail.example.org/",
        "ftp://mail.example.org/",
        "file:///etc/passwd",
        "https://[broken/",
        "javascript:1",
        "https://mail.example.org/" + "x" * 9000,
    ],
)
async def test_where_no_https_of_a_host_is_the_address_does_not_go(by, target):
    net = Net(led(by, SITE, target))
    site, *_ = await ask(net)
    assert posts(net) == [SITE, HOST]
    assert site.outcome is Outcome.NOTHING
    assert "nothing was sent" in told(site)
    assert len(told(site)) < 500


@REDIRECTS
@pytest.mark.parametrize(
    "host", ["org", "notexample.org", "example.org.evil.example", "example.com", "autodiscover.org"]
)
async def test_who_only_looks_like_the_domain_is_a_stranger(by, host):
    net = Net(led(by, SITE, f"https://{host}{PATH}"))
    await ask(net)
    assert posts(net) == [SITE, HOST]


@REDIRECTS
async def test_a_circle_ends(by):
    net = Net(led(by, SITE, MAIL) | led(by, MAIL, SITE))
    site, *_ = await ask(net)
    assert posts(net) == [SITE, MAIL, HOST]
    assert "circle" in told(site)


@REDIRECTS
async def test_ten_posts_along_one_chain_are_enough(by):
    chain = [SITE, *(f"https://h{n}.example.org/" for n in range(30))]
    script = {}
    for here, following in pairwise(chain):
        script |= led(by, here, following)
    net = Net(script)
    await ask(net)
    assert posts(net) == [*chain[:10], HOST]


# Another address of the mailbox


async def test_another_address_of_the_domain_is_asked_about_at_its_own_hosts():
    other = Address.parse("lovelace@example.org")
    net = Net(answers(HOST, to_address(str(other))))
    await ask(net)
    assert net.posted == [
        (SITE, request_body(ADA)),
        (HOST, request_body(ADA)),
        (SITE, request_body(other)),
        (HOST, request_body(other)),
    ]


async def test_an_address_below_the_domain_is_asked_about_at_the_hosts_there():
    other = Address.parse("ada@mail.example.org")
    net = Net(answers(HOST, to_address(str(other))) | answers(MAIL))
    findings = await ask(net)
    assert net.posted[2:] == [
        (MAIL, request_body(other)),
        (f"https://autodiscover.mail.example.org{PATH}", request_body(other)),
    ]
    (found,) = [finding for finding in findings if finding.outcome is Outcome.FOUND]
    assert found.trust is Trust.VERIFIED
    assert found.evidence[0].answer == "redirect to ada@mail.example.org"


async def test_the_other_address_is_the_user_name_where_the_reply_has_none():
    script = answers(HOST, to_address("ada@mail.example.org"))
    named = "<Protocol><Type>POP3</Type><Server>pop.example.org</Server><LoginName>ada</LoginName></Protocol>"
    findings = await ask(Net(script | answers(MAIL, ALL + named)))
    (found,) = [finding for finding in findings if finding.outcome is Outcome.FOUND]
    names = [offer.server.username for offer in found.offers]
    assert names == ["ada@mail.example.org", "ada@mail.example.org", "ada"]


async def test_without_another_address_the_user_name_is_left_open():
    _, host, *_ = await ask(Net(answers(HOST)))
    assert {offer.server.username for offer in host.offers} == {None}


@pytest.mark.parametrize("other", ["ada@example.onmicrosoft.com", "ada@org.example", "ada@notexample.org"])
async def test_an_address_of_another_domain_is_told_and_nothing_is_sent_there(other):
    net = Net(answers(HOST, to_address(other)))
    _, host, *_ = await ask(net)
    assert net.asked == [f"POST {SITE}", f"POST {HOST}", PLAIN, RECORD]
    assert f"this mailbox is {other}" in told(host)


async def test_addresses_that_redirect_to_each_other_end():
    everywhere = (SITE, HOST)
    script = {}
    for url in everywhere:
        script |= answers(url, to_address("ada@example.org"))
    net = Net(script)
    findings = await ask(net)
    assert posts(net) == [SITE, HOST]
    assert "circle" in told(findings[0])


async def test_another_address_at_the_end_of_ten_posts_is_not_asked_about():
    chain = [SITE, *(f"https://h{n}.example.org/" for n in range(9))]
    script = answers(chain[-1], to_address("lovelace@example.org"))
    for here, following in pairwise(chain):
        script |= redirects(here, following)
    net = Net(script)
    await ask(net)
    assert posts(net) == [*chain, HOST]


async def test_ever_new_addresses_end():
    class Endless(Net):
        async def post(self, url, body, media_type):
            with suppress(NetworkFailed):
                await super().post(url, body, media_type)
            return answers(url, to_address(f"ada{len(self.posted)}@example.org"))[f"POST {url}"]

    net = Endless()
    await ask(net)
    # Two places for each of three addresses, and two of these wherever one is redirected.
    assert len(net.posted) == 2 + 4 + 8
