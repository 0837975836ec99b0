"""The real Thunderbird, headless, started as a person would start it, and asked what it sees."""

import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.clients.marionette import Marionette
from tests.world import world as worlds
from tests.world.servers import wait_until
from tests.world.world import World, environment

PROGRAM = Path("/usr/lib/thunderbird/thunderbird")
CERTUTIL = Path("/usr/bin/certutil")
PATIENCE = 60.0
"""Seconds that Thunderbird may take; on a quiet machine it needs three."""

# Windows, dialogs and tabs besides the one window that shows mail: whatever Thunderbird wants to be told.
_QUESTIONS = """
const found = [];
for (const window of Services.wm.getEnumerator(null)) {
  if (window.location.href != "chrome://messenger/content/messenger.xhtml") found.push(window.location.href);
  const look = root => {
    for (const element of root.querySelectorAll("*")) {
      const dialog = element.localName == "dialog" || element.getAttribute("role") == "dialog";
      if (dialog && element.getClientRects().length) found.push(element.id || element.localName);
      if (element.shadowRoot) look(element.shadowRoot);
    }
  };
  look(window.document);
  for (const tab of window.document.getElementById("tabmail")?.tabInfo ?? [])
    if (tab.mode.name != "mail3PaneTab") found.push(tab.mode.name);
}
return found;
"""
_ACCOUNTS = """
return MailServices.accounts.accounts.map(({ incomingServer: { type, username, hostname } }) =>
  `${type} ${username} ${hostname}`);
"""
# As its own wizard makes one (mail/components/accountcreation), with all that a person may have typed there.
_ADD = """
const [type, user, host, port, password] = arguments;
const incoming = MailServices.accounts.createIncomingServer(user, host, type);
incoming.port = port;
incoming.socketType = Ci.nsMsgSocketType.SSL;
incoming.authMethod = Ci.nsMsgAuthMethod.passwordCleartext;
incoming.loginAtStartUp = true;
incoming.doBiff = true;
if (type == "pop3") {
  const pop = incoming.QueryInterface(Ci.nsIPop3IncomingServer);
  pop.leaveMessagesOnServer = true;
  incoming.downloadOnBiff = true;
}
const outgoing = MailServices.outgoingServer.createServer("smtp").QueryInterface(Ci.nsISmtpServer);
outgoing.hostname = host;
outgoing.port = 465;
outgoing.username = user;
outgoing.socketType = Ci.nsMsgSocketType.SSL;
outgoing.authMethod = Ci.nsMsgAuthMethod.passwordCleartext;
const identity = MailServices.accounts.createIdentity();
identity.email = user;
identity.smtpServerKey = outgoing.key;
const account = MailServices.accounts.createAccount();
account.incomingServer = incoming;
account.addIdentity(identity);
for (const uri of [`${type == "pop3" ? "mailbox" : type}://${host}`, `smtp://${host}`]) {
  const login = Cc["@mozilla.org/login-manager/loginInfo;1"].createInstance(Ci.nsILoginInfo);
  login.init(uri, null, uri, user, password, "", "");
  await Services.logins.addLoginAsync(login);
}
"""
_INBOX = """
const server = MailServices.accounts.accounts
  .map(account => account.incomingServer)
  .find(server => server.username == arguments[0] && server.type != "none");
const inbox = server.rootFolder.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox);
"""
_COUNT = _INBOX + "return inbox ? [...inbox.messages].length : 0;"
_OPEN = _INBOX + "if (inbox) inbox.updateFolder(null); return Boolean(inbox);"
_FETCH = _INBOX + "inbox.getNewMessages(null, null);"
_DELETE_FIRST = (
    _INBOX + "inbox.deleteMessages([...inbox.messages].slice(0, 1), null, true, false, null, false);"
)
_SIGN_IN = """
const { OAuth2Providers } = ChromeUtils.importESModule("resource:///modules/OAuth2Providers.sys.mjs");
return arguments[0].map(([type, host]) => Boolean(OAuth2Providers.getHostnameDetails(host, type)));
"""
_SEND = """
const { FileUtils } = ChromeUtils.importESModule("resource://gre/modules/FileUtils.sys.mjs");
const { identities } = MailServices.accounts.accounts.find(
  ({ incomingServer }) => incomingServer.username == arguments[0]);
MailServices.outgoingServer.getServerByIdentity(identities[0]).sendMailMessage(
  new FileUtils.File(arguments[1]), MailServices.headerParser.parseEncodedHeaderW(arguments[2]), [],
  identities[0], identities[0].email, null, null, false, "<sent@world.test>",
  { onSendStart() {}, onSendStop() {} });
"""


def missing() -> str | None:
    """Why Thunderbird cannot be run here, or None where it can."""
    programs = {PROGRAM: "thunderbird", CERTUTIL: "libnss3-tools"}
    absent = [package for program, package in programs.items() if not program.exists()]
    return f"not installed: {', '.join(absent)}" if absent else worlds.missing()


def trust(profile: Path, ca_file: Path) -> None:
    """Let a profile believe an authority, as a company does that has its own."""
    add = [CERTUTIL, "-A", "-d", f"sql:{profile}", "-n", "world", "-t", "C,,", "-i", str(ca_file)]
    subprocess.run(add, check=True, stdin=subprocess.DEVNULL, timeout=10)


class Thunderbird:
    """A Thunderbird that runs while its `with` lasts.

    It finds its profile by itself, as after a click on its icon, unless one is named.
    patience: seconds after which no answer counts as a question to a person.
    """

    def __init__(
        self, world: World, home: Path, *, profile: Path | None = None, patience: float = PATIENCE
    ) -> None:
        self._world = world
        self._home = home
        self._words = ["--profile", str(profile)] if profile else []
        self._patience = patience
        self._crashed = False

    def __enter__(self) -> Self:
        command = [str(PROGRAM), "--headless", "--marionette", "--remote-allow-system-access", *self._words]
        output = self._home / "thunderbird.log"
        with output.open("wb") as log:
            self._process = self._world.namespace.start(command, env=environment(self._home), log=log)
        try:
            wait_until(
                lambda: "Listening on port 2828" in output.read_text(errors="replace"),
                "Thunderbird listens",
                seconds=PATIENCE,
                explain=lambda: output.read_text(errors="replace"),
            )
            self._talk = Marionette(self._world.namespace.connect("127.0.0.1", 2828), self._patience)
        except BaseException:
            self._end_by_force()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._crashed:
            self._talk.close()
            return
        try:
            # Like Quit in its menu; SIGTERM would end it with its preferences unwritten.
            self._talk.command("Marionette:Quit", flags=["eAttemptQuit"])
            self._talk.close()
            ended = self._process.wait(timeout=self._patience)
        finally:
            self._end_by_force()
        assert ended == 0, f"Thunderbird ended with {ended}"

    def _end_by_force(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(timeout=10)

    def crash(self) -> None:
        """Be gone at once, as after kill -9."""
        self._crashed = True
        self._end_by_force()

    def questions(self) -> list[str]:
        """The names of all windows, dialogs and tabs that wait for a person."""
        return self._ask(_QUESTIONS)

    def accounts(self) -> list[str]:
        """Its accounts in their order, each as `type user host`."""
        return self._ask(_ACCOUNTS)

    def count(self, user: str) -> int:
        """How many messages the inbox of a user lists."""
        return self._ask(_COUNT, user)

    def wait_for(self, user: str, messages: int) -> None:
        """Wait until the inbox of a user lists so many messages."""
        wait_until(
            lambda: self.count(user) == messages,
            f"the inbox of {user} lists {messages} messages",
            seconds=PATIENCE,
            explain=lambda: f"it lists {self.count(user)}; open questions: {self.questions()}",
        )

    def add_account(self, kind: str, user: str, host: str, port: int, password: str) -> None:
        """Let it make an account of its own, as its wizard does. kind: imap or pop3."""
        self._ask(
            f"return (async (...arguments) => {{ {_ADD} }})(...arguments);", kind, user, host, port, password
        )

    def open_inbox(self, user: str) -> None:
        """Click on the inbox of a user as soon as it is there.

        At its first start with an IMAP account Thunderbird asks for the inbox on two connections at once,
        and may show the answer only after this click.
        """
        wait_until(lambda: self._ask(_OPEN, user), f"{user} has an inbox", seconds=PATIENCE)

    def fetch(self, user: str) -> None:
        """Press Get Messages."""
        self._ask(_FETCH, user)

    def delete_first(self, user: str) -> None:
        """Delete the first message of the inbox for good."""
        self._ask(_DELETE_FIRST, user)

    def send(self, user: str, letter: Path, to: str) -> None:
        """Send a letter from a file by the outgoing server of a user's account."""
        self._ask(_SEND, user, str(letter), to)

    def sign_in_pages(self, servers: list[tuple[str, str]]) -> list[bool]:
        """For each type and host, whether it has a sign-in page of the provider."""
        return self._ask(_SIGN_IN, servers)

    def _ask(self, script: str, *arguments: object) -> Any:
        services = (
            'const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");'
        )
        return self._talk.script(services + script, *arguments)
