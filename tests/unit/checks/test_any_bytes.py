"""Whatever a server sends, over TLS or before it, and however it is cut: a report of all the steps."""

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.checks.scripted import ADA, PASSWORD, imap, pop3, smtp
from tests.unit.wire.conversation import over

from mailsetup.account import Secret, Security, Token
from mailsetup.checks.check import STEPS, Target, check
from mailsetup.net.names import Answer
from mailsetup.net.stream import Attempt, Proof, TlsFacts

WORDS = [
    b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN QUOTA SPECIAL-USE] x\r\n",
    *(b"a%d OK done\r\n" % number for number in (1, 2, 3)),
    *(b"* 3 EXISTS\r\n", b"* BYE x\r\n", b"{3}\r\n", b'* QUOTA "" (STORAGE 1 0)\r\n', b"+ \r\n"),
    *(b"* STATUS INBOX (UNSEEN 1 SIZE 2)\r\n", b'* LIST (\\Sent) "/" {3}\r\nabc\r\n'),
    *(b"* CAPABILITY IMAP4rev1 AUTH=SCRAM-SHA-256-PLUS AUTH=SCRAM-SHA-1 AUTH=XOAUTH2\r\n", b"+ cj1Y\r\n"),
    *(b"SASL SCRAM-SHA-256 OAUTHBEARER\r\n", b"250 AUTH SCRAM-SHA-1 XOAUTH2\r\n", b"334 eyJ9\r\n"),
    *(b"+OK\r\n", b"-ERR [IN-USE] x\r\n", b"+OK 3 4\r\n", b"UIDL\r\nEXPIRE 0 USER\r\n", b"1 a\r\n", b".\r\n"),
    *(
        b"220 x\r\n",
        b"250-AUTH PLAIN\r\n",
        b"250-PIPELINING\r\n",
        b"PIPELINING\r\n",
        b"250 STARTTLS\r\n",
        b"334 \r\n",
        b"235 x\r\n",
        b"535 5.7.8 x\r\n",
    ),
]
PIECES = st.lists(st.sampled_from([*WORDS, b"\r\n", b"*"]) | st.binary(max_size=9), max_size=25)


class AnyBytes:
    """A stream that says its pieces, whatever it is sent, and gives itself out for TLS when it is asked."""

    attempts = (Attempt("192.0.2.1", ""),)

    def __init__(self, pieces):
        self._lines, _ = over(*pieces)
        self.tls = None
        self.send, self.line, self.exactly = self._lines.send, self._lines.line, self._lines.exactly

    async def start_tls(self, identity):
        self.tls = TlsFacts(version="TLSv1.3", cipher="x", certificate=b"rubbish", proof=Proof.HOST)
        return self.tls

    async def aclose(self):
        pass


class AnyNet:
    """A Net on which every server says the same pieces."""

    def __init__(self, pieces):
        self._pieces = pieces

    def destination(self, host, port):
        return host, port

    async def addresses(self, host):
        return Answer(host, ("192.0.2.1",))

    async def connect(self, host, port, identity):
        return AnyBytes(self._pieces)

    async def certificate(self, host, port, start):
        return b"rubbish"


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
@pytest.mark.parametrize("make", [imap, pop3, smtp])
@settings(max_examples=60, deadline=None)
@given(pieces=PIECES, credential=st.sampled_from([Secret(PASSWORD), Token("t0ken")]))
def test_any_bytes_give_a_report_of_all_the_steps(make, security, pieces, credential):
    server = make(security).server(username=None)
    targets = [Target(server=server)]

    async def run():
        return await check(targets, ADA, AnyNet(pieces), credential=credential, timeout=5)

    (report,) = anyio.run(run)
    assert tuple(step.name for step in report.steps) == STEPS[server.protocol]
    assert report.logins_tried <= 2
