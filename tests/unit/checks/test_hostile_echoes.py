"""The real program at servers that repeat the login wherever they can: its output is searched for it.

In `test_echoes` each place is tried alone; here each way to show things is, with all the places at once.
"""

import os
import shlex
import sys
import traceback
from contextlib import AsyncExitStack

import anyio
import pytest
from tests.unit.checks.scram_server import offering
from tests.unit.checks.scripted import AUTH_PLAIN_ADA, PASSWORD
from tests.unit.checks.sockets import listening
from tests.unit.checks.test_echoes import TOKEN, command, forms_of, places
from tests.unit.cli.alone import alone
from tests.unit.wire.conversation import over

from mailsetup.account import Protocol, Secret
from mailsetup.errors import MailsetupError
from mailsetup.wire.imap import Imap
from mailsetup.wire.pop3 import Pop3
from mailsetup.wire.sasl import Login, Plain
from mailsetup.wire.scram import Scram
from mailsetup.wire.smtp import Smtp

pytestmark = pytest.mark.anyio
FORMS = forms_of(PASSWORD)
TOKEN_FORMS = forms_of(TOKEN)
PORTS = {Protocol.IMAP: 993, Protocol.POP3: 995, Protocol.SMTP: 465}
MODES = [
    pytest.param((), id="for-people"),
    pytest.param(("--quiet",), id="quiet"),
    pytest.param(("--verbose",), id="verbose"),
    pytest.param(("--verbose", "--debug"), id="verbose-debug"),
    pytest.param(("--json",), id="json"),
    pytest.param(("--json", "--verbose", "--debug"), id="json-verbose-debug"),
]


@pytest.fixture
def anyio_backend():
    return "asyncio"


def echoing(protocol, login, mechanism, forms):
    """A server that says all forms of a secret in all places. login: "login-yes", or how it refuses."""
    said = {place: words.replace("{}", mechanism) for place, words in places(protocol, forms).items()}
    answers = {place: words for place, words in said.items() if place and not place.startswith("login")}
    answers[command(protocol, mechanism)] = said[login]
    scripted = offering(protocol, mechanism, **answers)
    scripted.greeting = said[""]
    return scripted


def found_in(text, forms=FORMS):
    """The forms of a secret in a text, wherever its lines were folded, and in whatever letters."""
    folded = "".join(text.split()).lower()
    return [form for form in forms if "".join(form.split()).lower() in folded]


async def serving(stack, context, ca_file, login, mechanism="PLAIN", forms=FORMS):
    """Servers of all three protocols, and the words of the command that checks them."""
    words = ["check", "ada@example.org", "--timeout", "10"]
    # No name is looked up; should one be, this machine's own resolver is not asked.
    words += ["--ca-file", str(ca_file), "--nameserver", "127.0.0.1:1"]
    servers = [echoing(protocol, login, mechanism, forms) for protocol in Protocol]
    for scripted in servers:
        port = await stack.enter_async_context(listening(scripted, context))
        words += [f"--{scripted.protocol.value}", scripted.host]
        words += ["--connect-to", f":{PORTS[scripted.protocol]}:127.0.0.1:{port}"]
    return servers, words


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("login", ["login-yes", "login"])
async def test_no_form_of_the_password_is_in_any_output(login, mode, context, ca_file, tmp_path):
    program = alone(tmp_path)
    async with AsyncExitStack() as stack:
        servers, words = await serving(stack, context, ca_file, login)
        ended = await anyio.to_thread.run_sync(
            lambda: program.run(*words, "--password-stdin", *mode, stdin=PASSWORD + "\n")
        )
    assert ended.code == (1 if login == "login-yes" else 5)
    assert found_in(ended.out + ended.err) == []
    # What a server said is there, and the password was sent: else nothing is tested here.
    assert "***" in ended.out + ended.err
    assert all(any(AUTH_PLAIN_ADA in line for line in scripted.sent) for scripted in servers)
    assert not any(found_in(content.decode("latin-1")) for _, content in program.tree().values())


@pytest.mark.parametrize("mode", [(), ("--verbose",)])
async def test_no_form_of_the_password_is_on_the_screen_of_a_terminal(mode, context, ca_file, tmp_path):
    program = alone(tmp_path)
    given = tmp_path / "given"
    given.write_text(PASSWORD)

    def watch(words):
        with program.at_terminal(*words, "--password-command", f"cat {given}", *mode) as terminal:
            return terminal.end(), terminal.screen

    async with AsyncExitStack() as stack:
        _, words = await serving(stack, context, ca_file, "login")
        code, screen = await anyio.to_thread.run_sync(watch, words)
    assert code == 5
    assert found_in(screen) == []
    assert "***" in screen


@pytest.mark.parametrize("login", ["login-yes", "login"])
async def test_no_form_of_a_token_is_in_any_output(login, context, ca_file, tmp_path):
    program = alone(tmp_path)
    prints = shlex.join([sys.executable, "-c", f"print({TOKEN!r})"])
    async with AsyncExitStack() as stack:
        servers, words = await serving(stack, context, ca_file, login, "XOAUTH2", TOKEN_FORMS)
        words += ["--token-command", prints, "--json", "--verbose", "--debug"]
        ended = await anyio.to_thread.run_sync(lambda: program.run(*words))
    assert ended.code == (1 if login == "login-yes" else 5)
    assert found_in(ended.out + ended.err, TOKEN_FORMS) == []
    assert "***" in ended.out + ended.err
    assert all(any("XOAUTH2" in line for line in scripted.sent) for scripted in servers)


async def test_a_traceback_of_debug_shows_no_password(tmp_path, context, ca_file):
    # The program breaks where it has the password in hand.
    (tmp_path / "sitecustomize.py").write_text(
        "import base64\ndef b64encode(*_):\n    raise RuntimeError('broken')\nbase64.b64encode = b64encode\n"
    )
    async with AsyncExitStack() as stack:
        _, words = await serving(stack, context, ca_file, "login")
        ended = await anyio.run_process(
            [sys.executable, "-m", "mailsetup.cli.main", *words, "--password-stdin", "--debug"],
            input=PASSWORD.encode() + b"\n",
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(tmp_path)},
            cwd=tmp_path,
            check=False,
        )
    told = (ended.stdout + ended.stderr).decode()
    assert "Traceback" in told
    assert "RuntimeError: broken" in told
    assert found_in(told) == []


TALKS = {
    "imap-login": lambda stream: Imap(stream).login("ada", PASSWORD),
    "imap-other-letters": lambda stream: Imap(stream).login("ada", PASSWORD + "é"),
    "imap-plain": lambda stream: Imap(stream).authenticate(Plain("ada", PASSWORD), initial=True),
    "imap-scram": lambda stream: Imap(stream).authenticate(
        Scram("SCRAM-SHA-256", "ada", PASSWORD), initial=True
    ),
    "pop3-user": lambda stream: Pop3(stream).user_pass("ada", PASSWORD),
    "pop3-login": lambda stream: Pop3(stream).auth(Login("ada", PASSWORD)),
    "smtp-plain": lambda stream: Smtp(stream).auth(Plain("ada", PASSWORD)),
    "smtp-scram": lambda stream: Smtp(stream).auth(Scram("SCRAM-SHA-256", "ada", PASSWORD)),
}


@pytest.mark.parametrize("talk", TALKS)
@pytest.mark.parametrize("begin", ["", "+ ", "+OK ", "334 ", "a1 OK ", "* "])
async def test_an_error_of_a_login_and_its_traceback_do_not_quote_the_server(talk, begin):
    for form in FORMS:
        stream, _ = over(f"{begin}{form}\r\n".encode() * 20)
        told = []
        try:
            await TALKS[talk](stream)
        except MailsetupError as error:
            told += [str(error), repr(error), repr(vars(error)), *traceback.format_exception(error)]
        assert found_in("".join(told)) == []


@pytest.mark.parametrize("show", [str, repr, "{!r}".format, "{}".format, lambda secret: repr([secret])])
async def test_a_password_prints_as_stars_in_whatever_is_printed(show):
    assert found_in(show(Secret(PASSWORD))) == []
