"""A network with autodiscover in it, for the tests of who is asked and of what is answered."""

from tests.unit.discovery.world import ADA
from tests.unit.fake_net import FakeNet

from mailsetup.discovery.autodiscover import last_questions
from mailsetup.discovery.finding import Finding
from mailsetup.discovery.question import Request
from mailsetup.net.http import Page

PATH = "/autodiscover/autodiscover.xml"
SITE = f"https://example.org{PATH}"
HOST = f"https://autodiscover.example.org{PATH}"
PLAIN = f"http://autodiscover.example.org{PATH}"
RECORD = "SRV _autodiscover._tcp.example.org"
MAIL = f"https://mail.example.org{PATH}"
STRANGER = f"https://outlook.office365.com{PATH}"

ALL = (
    "<Protocol><Type>IMAP</Type><Server>imap.example.org</Server></Protocol>"
    "<Protocol><Type>SMTP</Type><Server>smtp.example.org</Server></Protocol>"
)
EXCHANGE = "<Protocol><Type>EXCH</Type><Server>exchange.example.org</Server></Protocol>"


class Net(FakeNet):
    """Also remembers the media types, and holds what must always be true against every question."""

    def __init__(self, *args, **more) -> None:
        super().__init__(*args, **more)
        self.media_types: set[str] = set()

    async def post(self, url: str, body: bytes, media_type: str) -> Page:
        self.media_types.add(media_type)
        assert url.startswith("https://")
        host = url.removeprefix("https://").partition("/")[0]
        assert host == "example.org" or host.endswith(".example.org")
        return await super().post(url, body, media_type)

    async def get(self, url: str, *, same_host: bool = False) -> Page:
        assert "ada" not in url
        return await super().get(url, same_host=same_host)

    async def srv(self, name: str):
        assert "ada" not in name
        return await super().srv(name)


def account(inner: str) -> str:
    return f"<Autodiscover><Response><Account>{inner}</Account></Response></Autodiscover>"


def answers(url: str, inner: str = ALL, *, status: int = 200) -> dict[str, Page]:
    """A line of a script: a reply to a POST."""
    body = account(inner).encode() if inner.startswith("<") else inner.encode()
    return {f"POST {url}": Page((url,), status, body)}


def redirects(url: str, location: str, *, status: int = 302) -> dict[str, Page]:
    """A line of a script: a POST that is redirected."""
    return {f"POST {url}": Page((url,), status, b"", location)}


def to_url(url: str) -> str:
    return f"<Action>redirectUrl</Action><RedirectUrl>{url}</RedirectUrl>"


def to_address(address: str) -> str:
    return f"<Action>redirectAddr</Action><RedirectAddr>{address}</RedirectAddr>"


async def ask(net: FakeNet, subject=ADA, *, send_address: bool = True) -> list[Finding]:
    """Every Finding, each followed by those that it led to."""
    request = Request(subject=subject, ispdb="https://ispdb.example/", send_address=send_address)
    asked, findings = list(last_questions(request, ())), []
    while asked:
        reply = await asked.pop(0).ask(net)
        findings.append(reply.finding)
        asked[:0] = reply.then
    return findings


def posts(net: FakeNet) -> list[str]:
    return [url for url, _ in net.posted]


def told(finding: Finding) -> str:
    return finding.detail.render()


def codes(findings: list[Finding]) -> list[str]:
    return [warning.code for finding in findings for warning in finding.warnings]
