"""The real program in a world that means harm: its exit code, and what it says to a person."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import anyio.to_thread
import dns.message
import dns.rcode
import pytest
import trustme
from tests.unit.cli.program import Ended, Program
from tests.unit.discovery.hostile_world import (
    ADA,
    BOMB,
    DOCUMENT,
    GOOD,
    ISPDB,
    OWN,
    PACC_FILE,
    Hostile,
    digest,
    drip,
    hostile,
)
from tests.unit.discovery.world import config, server
from tests.unit.net.servers import Reply, page, redirect, reply

from mailsetup.account import Security
from mailsetup.demo.world import World

pytestmark = pytest.mark.anyio

FOREIGN = {
    "SRV _imaps._tcp.example.org": ["0 1 993 imap.attacker.example."],
    "SRV _submissions._tcp.example.org": ["0 1 465 smtp.attacker.example."],
    "A imap.attacker.example": ["127.0.0.1"],
    "A smtp.attacker.example": ["127.0.0.1"],
}
PLAIN_ONLY = config(
    server("imap", "imap.example.org", 143, Security.PLAIN),
    server("smtp", "smtp.example.org", 587, Security.PLAIN),
).encode()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass(frozen=True)
class There(Program):
    """The program of somebody in such a world."""

    made: Hostile | None = None

    def options(self, **instead: str) -> list[str]:
        """Those that lead there."""
        assert self.made is not None
        return [*self.made.options, "--ispdb", ISPDB]


def begin(tmp_path: Path, *told: Any, **more: Any) -> AbstractAsyncContextManager[Hostile]:
    ca = trustme.CA()
    ca_file = tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(str(ca_file))
    return hostile(ca, ca_file, *told, **more)


async def run(made: Hostile, tmp_path: Path, *words: str) -> Ended:
    """Run it; the servers go on meanwhile."""
    there = There(cast(World, None), tmp_path, made)
    ended = await anyio.to_thread.run_sync(partial(there.run, *words, "--skip", "guess"))
    made.keeps_ada_private()
    return ended


def failing(query: dns.message.Message, tcp: bool) -> Reply:
    return reply(query, rcode=dns.rcode.SERVFAIL)


@pytest.mark.parametrize(
    ("records", "pages", "code", "sentence"),
    [
        pytest.param(
            {"MX example.org": ["0 ."]}, {}, 3, "says that it takes no mail (null MX).", id="a null MX"
        ),
        pytest.param(failing, {}, 3, "No mail servers were found for example.org.", id="no DNS"),
        pytest.param({}, {OWN: page(BOMB)}, 3, "declares a document type", id="entities"),
        pytest.param({}, {OWN: page(b"<a>" * 80_000)}, 3, "more deeply nested", id="80,000 levels"),
        pytest.param({}, {OWN: redirect("https://127.0.0.1/")}, 3, "is not followed", id="a way inside"),
        pytest.param(
            digest(b"another"), {PACC_FILE: page(DOCUMENT)}, 3, "their digest is not the one", id="a digest"
        ),
        pytest.param(
            {}, {OWN: page(GOOD.replace(b"<domain>example.org", b"<domain>another.example"))}, 0,
            "they are for another.example, not for example.org.", id="another domain",
        ),
        pytest.param(
            {}, {OWN: page(PLAIN_ONLY)}, 0, "has IMAP, SMTP only without encryption", id="plain only"
        ),
        pytest.param(FOREIGN, {}, 0, "used only after your yes", id="a foreign host"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_said_and_the_exit_code_is_right(
    tmp_path: Path, records: Any, pages: Any, code: int, sentence: str
):
    async with begin(tmp_path, records, pages) as made:
        ended = await run(made, tmp_path, "discover", str(ADA), "--explain")
    assert ended.code == code
    assert sentence in " ".join((ended.out + ended.err).split())


async def test_a_page_that_drips_ends_with_the_time_that_was_given(tmp_path: Path):
    async with begin(tmp_path, {}, {OWN: drip}) as made:
        ended = await run(made, tmp_path, "discover", str(ADA), "--explain", "--timeout", "2")
    assert ended.code == 3
    assert "No answer within 2 seconds." in " ".join(ended.out.split())


@pytest.mark.parametrize(
    ("records", "pages", "sentence"),
    [
        pytest.param({}, {OWN: page(PLAIN_ONLY)}, "only without encryption", id="plain only"),
        pytest.param(FOREIGN, {}, "--accept attacker.example", id="a foreign host"),
    ],
)
@pytest.mark.parametrize(
    "command",
    [("check", "--no-login"), ("setup", "--no-input", "--yes", "--client", "outlook", "--no-login")],
)
async def test_what_is_not_safe_is_neither_checked_nor_set_up(
    tmp_path: Path, records: Any, pages: Any, sentence: str, command: tuple[str, ...]
):
    async with begin(tmp_path, records, pages, mail_led=True) as made:
        ended = await run(made, tmp_path, command[0], str(ADA), *command[1:])
        assert made.mail == []
    assert ended.code == 6, ended.told
    assert sentence in ended.told
