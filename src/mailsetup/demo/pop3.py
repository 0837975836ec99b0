"""The POP3 server (RFC 1939, 2449, 2595, 3206, 5034).

Twisted's own has no STLS, no SASL PLAIN, and takes "DELE 0" for the last message.
"""

from collections.abc import Callable
from typing import ClassVar

from mailsetup.demo.lines import Conversation
from mailsetup.demo.mailbox import Letter, Mailbox, Person
from mailsetup.demo.sasl import MECHANISMS, Credentials

_DISALLOWED = "[AUTH] No login in plain text: say STLS first."


class Pop3(Conversation):
    """One POP3 connection."""

    server = "pop3"
    _user: str | None = None
    _mailbox: Mailbox | None = None
    _letters: tuple[Letter, ...] = ()

    def greet(self) -> None:
        self._deleted: set[int] = set()
        self._ok("The post office is open.")

    def gone(self) -> None:
        # A dropped line deletes nothing (RFC 1939, section 6).
        if self._mailbox is not None:
            self._mailbox.locked = False
            self._mailbox = None

    def command(self, line: bytes) -> None:
        words = line.decode("utf-8", "replace").split(" ")
        verb, rest = words[0].upper(), words[1:]
        known = self._TRANSACTION if self._mailbox is not None else self._AUTHORIZATION
        run = known.get(verb)
        if run is None:
            self.session.note(verb if verb in self._TRANSACTION or verb in self._AUTHORIZATION else "?")
            self._err("No such command, or not now.")
            return
        if verb != "AUTH":
            self.session.note(verb, "" if verb == "PASS" else " ".join(rest))
        run(self, rest)

    def _ok(self, text: str = "") -> None:
        self.say(f"+OK {text}".rstrip())

    def _err(self, text: str) -> None:
        self.say(f"-ERR {text}")

    def _many(self, text: str, lines: list[bytes]) -> None:
        # A line that begins with a dot gets another (RFC 1939, section 3).
        stuffed = [b"." + line if line.startswith(b".") else line for line in lines]
        self.say(f"+OK {text}".rstrip(), *stuffed, ".")

    # Logging in

    def _capa(self, _words: list[str]) -> None:
        capabilities = ["TOP", "UIDL", "RESP-CODES", "AUTH-RESP-CODE", "PIPELINING"]
        capabilities += ["EXPIRE NEVER", "LOGIN-DELAY 0", "IMPLEMENTATION mailsetup-demo"]
        if self.session.secure:
            capabilities += ["USER", "SASL " + " ".join(MECHANISMS)]
        else:
            capabilities.append("STLS")
        self._many("This is what I can do:", [line.encode() for line in capabilities])

    def _stls(self, _words: list[str]) -> None:
        if self.session.secure:
            self._err("TLS has begun already.")
            return
        self._user = None
        self._ok("Begin TLS now.")
        self.begin_tls()

    def _name(self, words: list[str]) -> None:
        if not self.session.secure:
            self._err(_DISALLOWED)
            return
        self._user = " ".join(words)
        self._ok()

    def _password(self, words: list[str]) -> None:
        if not self.session.secure:
            self._err(_DISALLOWED)
        elif self._user is None:
            self._err("Say USER first.")
        else:
            user, self._user = self._user, None
            self.logged_in(self.session.login("PASS", Credentials(user, " ".join(words).encode())))

    def _auth(self, words: list[str]) -> None:
        if not self.session.secure:
            self.session.note("AUTH")
            self._err(_DISALLOWED)
        else:
            self.authenticate(words)

    def challenge(self, encoded: bytes) -> None:
        self.say(b"+ " + encoded)

    def unknown_mechanism(self) -> None:
        self._err("No such SASL mechanism.")

    def malformed(self) -> None:
        self._err("That is no answer to the challenge.")

    def logged_in(self, person: Person | None) -> None:
        if person is None:
            self._err("[AUTH] User name or password is wrong.")
        elif person.inbox.locked:
            self._err("[IN-USE] Another session has this mailbox open.")
        else:
            self._mailbox = person.inbox
            self._mailbox.locked = True
            self._letters = tuple(self._mailbox.letters)
            self._ok(f"{len(self._letters)} messages.")

    # The mailbox

    def _present(self) -> list[tuple[int, Letter]]:
        return [
            (number, letter) for number, letter in enumerate(self._letters, 1) if number not in self._deleted
        ]

    def _letter(self, word: str) -> Letter | None:
        if word.isascii() and word.isdigit():
            found = dict(self._present()).get(int(word))
            if found is not None:
                return found
        self._err("No such message.")
        return None

    def _stat(self, _words: list[str]) -> None:
        present = self._present()
        self._ok(f"{len(present)} {sum(len(letter.content) for _, letter in present)}")

    def _listing(self, words: list[str], tell: Callable[[Letter], str]) -> None:
        if words:
            letter = self._letter(words[0])
            if letter is not None:
                self._ok(f"{int(words[0])} {tell(letter)}")
        else:
            self._many("", [f"{number} {tell(letter)}".encode() for number, letter in self._present()])

    def _list(self, words: list[str]) -> None:
        self._listing(words, lambda letter: str(len(letter.content)))

    def _uidl(self, words: list[str]) -> None:
        self._listing(words, lambda letter: f"demo-{letter.uid:08d}")

    def _retr(self, words: list[str]) -> None:
        letter = self._letter(words[0] if words else "")
        if letter is not None:
            self._many(f"{len(letter.content)} octets", _lines(letter.content))

    def _top(self, words: list[str]) -> None:
        if len(words) != 2 or not (words[1].isascii() and words[1].isdigit()):
            self._err("Say TOP, a message and a number of lines.")
            return
        letter = self._letter(words[0])
        if letter is not None:
            head, _, body = letter.content.partition(b"\r\n\r\n")
            self._many("", [*head.split(b"\r\n"), b"", *_lines(body)[: int(words[1])]])

    def _dele(self, words: list[str]) -> None:
        if self._letter(words[0] if words else "") is not None:
            self._deleted.add(int(words[0]))
            self._ok("It will be deleted when you say QUIT.")

    def _noop(self, _words: list[str]) -> None:
        self._ok()

    def _rset(self, _words: list[str]) -> None:
        self._deleted.clear()
        self._ok()

    def _quit(self, _words: list[str]) -> None:
        if self._mailbox is not None:
            self._mailbox.remove(self._letters[number - 1] for number in self._deleted)
        # Whoever has read the answer may come again at once.
        self.gone()
        self._ok("Goodbye.")
        self.transport.loseConnection()

    _Run = Callable[["Pop3", list[str]], None]
    _AUTHORIZATION: ClassVar[dict[str, _Run]] = {
        "CAPA": _capa,
        "STLS": _stls,
        "USER": _name,
        "PASS": _password,
        "AUTH": _auth,
        "QUIT": _quit,
    }
    _TRANSACTION: ClassVar[dict[str, _Run]] = {
        "CAPA": _capa,
        "STAT": _stat,
        "LIST": _list,
        "UIDL": _uidl,
        "RETR": _retr,
        "TOP": _top,
        "DELE": _dele,
        "NOOP": _noop,
        "RSET": _rset,
        "QUIT": _quit,
    }


def _lines(content: bytes) -> list[bytes]:
    lines = content.split(b"\r\n")
    # The last line's own end makes no further line.
    return lines[:-1] if lines and not lines[-1] else lines
