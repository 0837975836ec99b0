import sys

import pytest
from tests.unit.discovery.world import ADA, DOMAIN, IMAP, ISPDB_ENTRY, SMTP, config, server
from tests.unit.fake_net import FakeNet, page

from mailsetup.discovery.finding import Outcome, Trust
from mailsetup.discovery.ispdb import DEFAULT, check_place, entry, entry_url, index_folder, questions
from mailsetup.discovery.question import Request
from mailsetup.errors import WrongUsage

pytestmark = pytest.mark.anyio

FILE = config(IMAP, SMTP)


async def ask(net: FakeNet, ispdb: object = DEFAULT):
    (question,) = questions(Request(subject=ADA, ispdb=str(ispdb), send_address=True))
    return (await question.ask(net)).finding


async def test_the_public_database_is_asked_about_the_domain_alone():
    net = FakeNet()
    await ask(net)
    assert net.asked == [ISPDB_ENTRY]


@pytest.mark.parametrize(
    ("prefix", "url"),
    [
        ("https://db.example/v1.1/", "https://db.example/v1.1/example.org"),
        ("https://db.example/v1.1", "https://db.example/v1.1/example.org"),
        ("https://db.example/find?domain=", "https://db.example/find?domain=example.org"),
    ],
)
def test_the_domain_is_added_to_the_url(prefix, url):
    assert entry_url(prefix, "example.org") == url


@pytest.mark.parametrize(
    ("prefix", "trust"), [("https://db.example/", Trust.CURATED), ("http://db.example/", Trust.UNSIGNED)]
)
async def test_the_database_is_curated_only_over_https(prefix, trust):
    finding = await ask(FakeNet(page(prefix + "example.org", FILE)), prefix)
    assert finding.trust is trust


async def test_no_entry_is_nothing_found():
    assert (await ask(FakeNet(page(ISPDB_ENTRY, status=404)))).outcome is Outcome.NOTHING


@pytest.mark.parametrize("name", ["example.org", "example.org.xml", "anything.xml", "ispdb/anything.xml"])
async def test_a_folder_is_looked_through_without_a_network(tmp_path, name):
    (tmp_path / "ispdb").mkdir()
    (tmp_path / name).write_text(FILE)
    net = FakeNet()
    finding = await ask(net, tmp_path)
    assert (finding.outcome, finding.trust, net.asked) == (Outcome.FOUND, Trust.CURATED, [])
    assert finding.evidence[0].asked == str(tmp_path / name)


async def test_an_entry_counts_for_every_domain_it_lists(tmp_path):
    (tmp_path / "provider.xml").write_text(
        config(server("imap", "imap.x.example", 993), domain="x.example", more="<domain>Example.ORG</domain>")
    )
    assert (await ask(FakeNet(), tmp_path)).outcome is Outcome.FOUND


def listing(*domains: str) -> str:
    """A file that lists domains, as they are written here, and none besides."""
    return f"<clientConfig><emailProvider>{''.join(domains)}</emailProvider></clientConfig>"


@pytest.mark.parametrize(
    "body",
    [
        listing("<domain>a.example</domain>", "<domain>example.org</domain>").encode(),
        listing("<domain>\n\tExample.ORG. \n</domain>").encode(),
        listing('<domain purpose="mx">example.org</domain>').encode(),
        listing("<domain><![CDATA[example.org]]></domain>").encode(),
        listing("<domain>ex&#97;mple.org</domain>").encode(),
        listing("<domain>example<!-- . -->.org</domain>").encode(),
        listing("<domain>%EMAILDOMAIN%</domain>", "<domain>example.org</domain>").encode(),
        listing("<domain/>", "<domain>bücher.example</domain>", "<domain>example.org</domain>").encode(),
        listing("<domain>example.org</domain>").encode("utf-16"),
        listing("<displayName>メール</displayName><domain>example.org</domain>").encode("utf-8-sig"),
        b"<clientConfig><emailProvider><domain>example.org</domain><cut",
    ],
    ids=[
        "second", "written otherwise", "of an MX", "CDATA", "an entity", "a comment in it", "a placeholder",
        "an empty one", "UTF-16", "BOM", "cut off",
    ],
)  # fmt: skip
def test_a_domain_is_found_however_it_is_listed(tmp_path, body):
    (tmp_path / "provider.xml").write_bytes(body)
    assert index_folder(tmp_path)["example.org"] == tmp_path / "provider.xml"


@pytest.mark.parametrize(
    "text",
    [
        listing("<!-- <domain>example.org</domain> -->", "<domain>a.example</domain>"),
        listing("<domain>a.example</domain>", "<!-- <domain>example.org</domain>"),
        listing("<domains>example.org</domains>"),
        listing("<domain>mail.example.org</domain>", "<domain>example.org.example</domain>"),
        "no XML <domain>exa mple.org</domain>",
        "",
    ],
)
def test_a_domain_that_no_element_lists_is_not_found(tmp_path, text):
    (tmp_path / "provider.xml").write_text(text)
    assert "example.org" not in index_folder(tmp_path)


def test_a_domain_with_letters_outside_ascii_is_found_as_dns_knows_it(tmp_path):
    (tmp_path / "provider.xml").write_text(listing("<domain>Bücher.example</domain>"), encoding="utf-8")
    assert set(index_folder(tmp_path)) == {"xn--bcher-kva.example"}


def test_of_two_files_that_list_a_domain_the_first_by_name_counts(tmp_path):
    (tmp_path / "ispdb").mkdir()
    for name in ("ispdb/a.xml", "c.xml", "b.xml"):
        (tmp_path / name).write_text(FILE)
    assert index_folder(tmp_path)["example.org"] == tmp_path / "b.xml"


async def test_the_files_of_a_folder_are_read_once_for_all_domains(tmp_path):
    (tmp_path / "a.xml").write_text(listing("<domain>a.example</domain>"))
    await ask(FakeNet(), tmp_path)
    (tmp_path / "b.xml").write_text(FILE)
    assert (await ask(FakeNet(), tmp_path)).outcome is Outcome.NOTHING


async def test_an_entry_that_lists_the_domain_of_an_mx_is_no_entry_for_another_domain(tmp_path):
    (tmp_path / "provider.xml").write_text(
        config(IMAP, domain="x.example", more='<domain purpose="mx">mx.example</domain>')
    )
    question = entry(str(tmp_path), "mx.example", DOMAIN, source="mx")
    found = (await question.ask(FakeNet())).finding
    assert (found.outcome, found.names, found.warnings) == (Outcome.FOUND, ("x.example",), ())


async def test_a_domain_that_only_stands_in_a_host_name_is_not_listed(tmp_path):
    (tmp_path / "provider.xml").write_text(config(IMAP, SMTP, domain="x.example"))
    assert (await ask(FakeNet(), tmp_path)).outcome is Outcome.NOTHING


async def test_a_broken_file_beside_it_does_no_harm(tmp_path):
    (tmp_path / "a.xml").write_text("<clientConfig>example.org")
    (tmp_path / "b.xml").write_text(FILE)
    assert (await ask(FakeNet(), tmp_path)).outcome is Outcome.FOUND


async def test_what_led_to_a_folders_entry_limits_its_trust(tmp_path):
    (tmp_path / "example.org").write_text(FILE)
    question = entry(str(tmp_path), "example.org", ADA, source="mx", limit=Trust.UNSIGNED)
    assert (await question.ask(FakeNet())).finding.trust is Trust.UNSIGNED


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a file that nobody can read")
async def test_a_file_that_cannot_be_read_is_a_failed_finding(tmp_path):
    (tmp_path / "example.org").symlink_to("/proc/self/mem")
    assert (await ask(FakeNet(), tmp_path)).outcome is Outcome.FAILED


async def test_a_folder_that_cannot_be_read_is_a_failed_finding(tmp_path):
    found = await ask(FakeNet(), tmp_path / "gone")
    assert found.outcome is Outcome.FAILED
    assert str(tmp_path / "gone") in found.detail.render()


@pytest.mark.parametrize("place", ["", "nowhere/at/all", "ftp://db.example/", "\0"])
def test_a_place_that_is_neither_is_said(place):
    with pytest.raises(WrongUsage):
        check_place(place)
