"""Which URLs are asked, and where a redirect may lead."""

from time import perf_counter

import pytest

from mailsetup.account import host_name
from mailsetup.net.failures import PageFailed, RedirectRefused
from mailsetup.net.urls import MAX_REDIRECTS, Url, asked, follow, is_inside, refused

HERE = asked("https://example.org/a/config.xml")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://example.org", "https://example.org/"),
        ("HTTPS://Example.ORG:443/a?b=c#d", "https://example.org/a?b=c"),
        ("http://example.org:80/", "http://example.org/"),
        ("https://example.org:8443/", "https://example.org:8443/"),
        ("https://b\u00fccher.example/\u00e4 b", "https://xn--bcher-kva.example/%C3%A4%20b"),
        (
            "https://example.org/?emailaddress=ada%40example.org",
            "https://example.org/?emailaddress=ada%40example.org",
        ),
        ("http://localhost/", "http://localhost/"),
    ],
)
def test_a_url_is_asked_in_its_plain_form(text: str, shown: str):
    assert str(asked(text)) == shown


@pytest.mark.parametrize(
    "text",
    [
        "ftp://example.org/",
        "file:///etc/passwd",
        "example.org",
        "https:///a",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://2130706433/",
        "https://ada:word@example.org/",
        "https://@example.org/",
        "https://exa_mple.org/",
        "https://example.org:0/",
        "https://example.org:65536/",
        "https://example.org:x/",
        "https://a b/",
        "https://" + "a" * 5000,
    ],
)
def test_anything_else_is_not_asked(text: str):
    with pytest.raises(RedirectRefused, match="not the address of a web page"):
        asked(text)


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("b.xml", "https://example.org/a/b.xml"),
        ("/b.xml", "https://example.org/b.xml"),
        ("//www.example.net/b", "https://www.example.net/b"),
        ("http://example.org/b", "http://example.org/b"),
        ("https://example.net:443/b", "https://example.net/b"),
        ("/a\r\nX: y", "https://example.org/aX:%20y"),
    ],
)
def test_a_redirect_is_followed(location: str, target: str):
    assert str(follow([HERE], location)) == target


@pytest.mark.parametrize(
    "location",
    [
        "https://127.0.0.1/",
        "https://169.254.169.254/latest/",
        "https://[fe80::1]/",
        "https://localhost/",
        "https://intranet/",
        "file:///etc/passwd",
        "gopher://example.net/",
        "https://ada@example.net/",
        "https://example.net:8443/",
        "https://example.net:25/",
        "http://[",
    ],
)
def test_a_redirect_to_what_is_no_web_server_of_the_world_is_refused(location: str):
    with pytest.raises(RedirectRefused, match="which is not followed"):
        follow([HERE], location)


def test_a_redirect_may_stay_on_the_port_that_was_asked():
    here = asked("https://example.org:8443/")
    assert follow([here], "https://www.example.org:8443/").port == 8443


def test_a_circle_is_noticed():
    hops = [HERE, asked("https://www.example.org/a")]
    with pytest.raises(PageFailed, match="in a circle"):
        follow(hops, str(HERE))


def test_redirects_are_counted():
    hops = [asked(f"https://example.org/{n}") for n in range(MAX_REDIRECTS + 1)]
    assert follow(hops[:-1], "/next").target == "/next"
    with pytest.raises(PageFailed, match="more than 5 times"):
        follow(hops, "/next")


@pytest.mark.parametrize(
    "location", ["https://www.example.org/", "http://example.org/a", "https://example.net/"]
)
def test_what_is_meant_for_one_host_goes_to_no_other(location: str):
    with pytest.raises(RedirectRefused):
        follow([HERE], location, same_host=True)


def test_what_is_meant_for_one_host_may_move_there():
    assert follow([HERE], "/b", same_host=True) == Url("https", "example.org", 443, "/b")


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("127.0.0.1", True),
        ("10.1.2.3", True),
        ("192.168.1.1", True),
        ("169.254.169.254", True),
        ("100.64.0.1", True),
        ("0.0.0.0", True),
        ("224.0.0.1", True),
        ("::1", True),
        ("fe80::1", True),
        ("fd00::1", True),
        ("::ffff:127.0.0.1", True),
        ("9.9.9.9", False),
        ("2620:fe::fe", False),
        ("::ffff:9.9.9.9", False),
    ],
)
def test_addresses_of_private_networks_are_told_from_those_of_the_world(address: str, inside: bool):
    assert is_inside(address) is inside


@pytest.mark.parametrize(
    "label",
    ["ü" * 100_000, "漢" * 100_000, "\u0660\u06f0" * 50_000, "\u0d15\u0d4d\u200d" * 30_000, "\ufdfa" * 253],
)
def test_a_huge_international_label_is_refused_at_once(label: str):
    began = perf_counter()
    with pytest.raises(ValueError, match="not a host name"):
        host_name(f"{label}.example.org")
    assert perf_counter() - began < 0.2


def test_of_where_a_redirect_leads_no_more_is_shown_than_one_reads():
    refusal = refused(asked("https://example.org/"), "ftp://example.org/" + "a" * 50_000)
    assert len(refusal.happened.render()) < 400
