"""The web server, asked by the standard library's HTTPS client."""

import http.client
import ssl
from collections.abc import Callable
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from mailsetup.demo.domains import ISPDB, PLACES, own_page, well_known_page
from mailsetup.demo.world import World

Get = Callable[[str], tuple[int, bytes]]


@pytest.fixture
def get(world: World, verified: Callable[[str], ssl.SSLContext]) -> Get:
    def ask(url: str) -> tuple[int, bytes]:
        parts = urlsplit(url)
        host = parts.hostname or ""
        client = http.client.HTTPSConnection("127.0.0.1", world.ports[443], context=verified(host), timeout=5)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        client.request("GET", target, headers={"Host": host})
        reply = client.getresponse()
        body = reply.read()
        client.close()
        return reply.status, body

    return ask


@pytest.mark.parametrize(
    "url",
    [
        own_page("example.org"),
        own_page("autoconfig-only.example"),
        own_page("provider-mail.example"),
        well_known_page("well-known-only.example"),
        f"{ISPDB}ispdb-only.example",
        f"{ISPDB}hosting-mail.example",
    ],
)
def test_a_settings_file_lists_all_six_servers(get: Get, url: str) -> None:
    status, body = get(url)
    root = ElementTree.fromstring(body)
    ports = [int(port.text or "") for port in root.findall("emailProvider/*/port")]
    assert (status, ports) == (200, [993, 143, 995, 110, 465, 587])


def test_an_address_in_the_query_changes_nothing_and_is_written_down(world: World, get: Get) -> None:
    url = own_page("example.org")
    assert get(f"{url}?emailaddress=ada%40example.org") == get(url)
    assert world.commands("https")[-2].detail == f"{url}?emailaddress=ada%40example.org"


@pytest.mark.parametrize(
    "url",
    [
        f"{ISPDB}srv-only.example",
        well_known_page("example.org"),
        "https://autoconfig.example.org/",
        own_page("autoconfig-only.example").replace("/mail/", "/mail//"),
    ],
)
def test_any_other_page_is_not_found(get: Get, url: str) -> None:
    assert get(url)[0] == 404


def test_a_page_belongs_to_its_host_alone(world: World, get: Get) -> None:
    assert get(own_page("example.org").replace("autoconfig.", ""))[0] == 404


def test_broken_xml_is_broken(get: Get) -> None:
    with pytest.raises(ElementTree.ParseError):
        ElementTree.fromstring(get(own_page("broken-xml.example"))[1])


def test_a_provider_without_encryption_says_so(get: Get) -> None:
    root = ElementTree.fromstring(get(own_page("plain-only.example"))[1])
    assert {kind.text for kind in root.findall("emailProvider/*/socketType")} == {"plain"}


@pytest.mark.parametrize("domain", [place.domain for place in PLACES])
def test_the_host_of_every_domain_has_a_valid_certificate_on_the_web(
    world: World, verified: Callable[[str], ssl.SSLContext], domain: str
) -> None:
    client = http.client.HTTPSConnection("127.0.0.1", world.ports[443], context=verified(domain), timeout=5)
    client.connect()
    client.close()
