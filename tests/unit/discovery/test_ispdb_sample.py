"""Every file of a sample of the public provider database says here what an independent reading finds in it.

The sample is the folder that MAILSETUP_ISPDB_SAMPLE names; it is no part of this project.
"""

import os
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tests.unit.fake_net import NoNet

from mailsetup.account import Address
from mailsetup.discovery.discover import discover
from mailsetup.discovery.ispdb import index_folder

FOLDER = os.environ.get("MAILSETUP_ISPDB_SAMPLE", "")
FILES = sorted(Path(FOLDER).glob("*.xml")) if FOLDER else []
SECURITY = {"SSL": "tls", "STARTTLS": "starttls", "plain": "plain"}


def servers_in(path: Path, address: Address) -> set[tuple[str, str, int, str, str | None]]:
    """Protocol, host, port, encryption and user name of each server, read by another parser."""
    found = set()
    for element in ElementTree.parse(path).getroot().iter():
        kind = element.get("type")
        if (element.tag, kind) in {
            ("incomingServer", "imap"),
            ("incomingServer", "pop3"),
            ("outgoingServer", "smtp"),
        }:
            text = {child.tag: (child.text or "").strip() for child in reversed(element)}
            for name, value in {
                "%EMAILADDRESS%": address.ascii,
                "%EMAILLOCALPART%": address.local,
                "%EMAILDOMAIN%": address.domain.ascii,
            }.items():
                text = {tag: content.replace(name, value) for tag, content in text.items()}
            found.add(
                (
                    str(kind),
                    text["hostname"],
                    int(text["port"]),
                    SECURITY[text["socketType"]],
                    text.get("username") or None,
                )
            )
    return found


def test_the_sample_is_there():
    if FILES:
        return
    if os.environ.get("MAILSETUP_REQUIRE_ALL"):
        pytest.fail("MAILSETUP_REQUIRE_ALL is set, and MAILSETUP_ISPDB_SAMPLE names no folder with files")
    pytest.skip("MAILSETUP_ISPDB_SAMPLE names no folder with files")


@pytest.mark.anyio
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
async def test_the_servers_found_are_those_in_the_file(path):
    domain = ElementTree.parse(path).getroot().findtext("emailProvider/domain")
    address = Address.parse(f"ada@{domain}")
    found = await discover(address, NoNet(), ispdb=FOLDER, only=frozenset({"ispdb"}))
    named = {
        (
            one.server.protocol.value,
            one.server.host,
            one.server.port,
            one.server.security.value,
            one.server.username,
        )
        for one in (*found.incoming, *found.outgoing)
    }
    assert named == servers_in(path, address)
    assert [warning for warning in found.warnings if warning.code == "other-domain"] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_domain_that_the_file_lists_leads_to_a_file_that_lists_it(path):
    for element in ElementTree.parse(path).getroot().iterfind("emailProvider/domain"):
        domain = str(element.text).strip()
        other = ElementTree.parse(index_folder(Path(FOLDER))[domain]).getroot()
        assert domain in {one.text.strip() for one in other.iterfind("emailProvider/domain")}
