"""The page that lies beside a .prf file: what to do with it, what it sets, and what nobody has proven.

Plain text with CRLF, in the language of the person, the same for the same account. The way in is
`outlook.exe /importprf`
(https://support.microsoft.com/office/command-line-switches-for-microsoft-office-products-079164cd-4ef5-4178-b235-441737deb3a6);
a double click does nothing since Outlook 2007, and Outlook reads the file only while it starts.
"""

import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

from mailsetup.account import Account, Retention, Security, Server
from mailsetup.clients.client import Machine
from mailsetup.clients.outlook.prf import sends_with_login
from mailsetup.errors import Message, Translate, say

Row = tuple[Message, Message | str]

_WIDTH = 76
_ENCRYPTION = {Security.TLS: "SSL/TLS", Security.STARTTLS: "STARTTLS"}
_YES, _NO = say("yes"), say("no")


def beside(file: Path) -> Path:
    """The path of the page for a .prf file."""
    return file.with_name(f"{file.stem} - how to use it.txt")


def write(account: Account, file: Path, profile: str | None, machine: Machine) -> bytes:
    """The page for a .prf file that lies at this path.

    profile: the name of the profile it is for, None for the default one. machine: where the files are
    written, which may not be the one that Outlook is on.
    """
    about = say(
        "The file “{file}” holds the settings of this account for classic Outlook on Windows. It holds no "
        "password. The new Outlook, the app that comes with Windows 11, cannot read it: there the account is "
        "typed in by hand, see below.",
        file=file.name,
    )
    said = machine.translate
    return _page(
        said,
        account,
        about,
        *_heading(said, say("What to do")),
        *_steps(account, file, profile, machine),
        *_heading(said, say("What the file sets, in Outlook's words")),
        *_values(said, account),
        *_heading(said, say("In the new Outlook, by hand")),
        *_wrapped(
            said,
            say(
                "Or let classic Outlook take in the file, in its default profile, and then switch to the new "
                "one: it lists the accounts of that profile."
            ),
        ),
        *_by_hand(said, account),
        *_heading(said, say("Where the mail goes, and what is not proven")),
        *(line for doubt in _doubts(account) for line in _wrapped(said, doubt, "- ", "  ")),
    )


def write_by_hand(account: Account, said: Translate) -> bytes:
    """The page for the new Outlook alone, which takes in no file."""
    about = say(
        "The new Outlook, the app that comes with Windows 11, cannot be set up by another program: nothing "
        "that is published would do it. So the account is typed in by hand."
    )
    return _page(
        said,
        account,
        about,
        *_heading(said, say("What to do")),
        *_by_hand(said, account),
        *_heading(said, say("What to type in, in Outlook's words")),
        *_values(said, account),
    )


def _page(said: Translate, account: Account, about: Message, *lines: str) -> bytes:
    title = say("{address} in Outlook", address=account.address)
    return "".join(
        f"{line}\r\n" for line in (title.render(said), "", *_wrapped(said, about), *lines)
    ).encode()


def _values(said: Translate, account: Account) -> list[str]:
    return _table(said, [*_servers(account), *_retention(account.retention)])


def _by_hand(said: Translate, account: Account) -> Iterator[str]:
    """The way into the new Outlook (https://support.microsoft.com, "Add an email account to Outlook")."""
    steps = [
        say("In the new Outlook: Settings (the gear), Accounts, Your accounts, Add account."),
        say("Type the address {address} and continue.", address=account.address.ascii),
        say(
            "If it does not ask for the servers by itself: Choose provider, then {protocol}, then Show more.",
            protocol=account.incoming.protocol.label,
        ),
        say("Type the values of the table, every one, and the password; it goes to these servers alone."),
        *_care_by_hand(account.retention),
        say("mailsetup has not run the new Outlook: its words may differ, the values do not."),
    ]
    for number, step in enumerate(steps, start=1):
        yield from _wrapped(said, step, f"{number}. ", "   ")


def _care_by_hand(retention: Retention | None) -> list[Message]:
    if retention is None:
        return []
    return [
        say(
            "What the new Outlook leaves on a POP3 server is not known here. Before you type the password, "
            "see whether it offers what the table says; if it does not, and mail is to stay there, use IMAP."
        )
    ]


def _steps(account: Account, file: Path, profile: str | None, machine: Machine) -> Iterator[str]:
    here = machine.system == "windows"
    place = str(file) if here else f"%USERPROFILE%\\Downloads\\{file.name}"
    paste = say("Press the Windows key and R together, paste the following line, and press Enter:")
    steps = [
        *([] if here else [say("Bring the file to the Windows computer, into its folder Downloads.")]),
        say("Close Outlook. It takes the file in only while it starts."),
        paste,
        _start(account, profile),
        *_care(account.retention),
        say("Do this once: after a second time the account may be there twice."),
    ]
    for number, step in enumerate(steps, start=1):
        yield from _wrapped(machine.translate, step, f"{number}. ", "   ")
        if step is paste:
            # Whole, however long it is: a line that is pasted must not be cut.
            yield f'   outlook.exe /importprf "{place}"'


def _start(account: Account, profile: str | None) -> Message:
    if profile is None:
        return say("Outlook starts and asks for the password of {address}.", address=account.address)
    return say(
        "Outlook starts. The account is in the profile “{profile}”; once that is open, Outlook asks for the "
        "password of {address}.",
        profile=profile,
        address=account.address,
    )


def _care(retention: Retention | None) -> list[Message]:
    """What to do before Outlook first fetches mail, where it must not remove it from the server."""
    if retention is None or not retention.keep:
        return []
    return [
        say(
            "Before you type the password, press Cancel, and see that “Leave a copy of messages on the "
            "server” is as below: File, Account Settings, Account Settings, Change, More Settings, Advanced. "
            "Then let Outlook send and receive, and type the password."
        )
    ]


def _servers(account: Account) -> list[Row]:
    incoming, outgoing = account.incoming, account.outgoing
    login = sends_with_login(outgoing)
    return [
        (say("Your name"), account.name),
        (say("Email address"), account.address.ascii),
        (say("Account type"), incoming.protocol.label),
        (say("Incoming mail server"), incoming.host),
        *_connection(incoming),
        (say("  User name"), incoming.username or ""),
        (say("Outgoing mail server (SMTP)"), outgoing.host),
        *_connection(outgoing),
        (say("  Requires authentication"), _YES if login else _NO),
        *([(say("  User name"), outgoing.username or "")] if login else []),
    ]


def _connection(server: Server) -> list[Row]:
    return [(say("  Port"), str(server.port)), (say("  Encryption"), _ENCRYPTION[server.security])]


def _retention(retention: Retention | None) -> list[Row]:
    if retention is None:
        return []
    days = _NO if retention.days is None else say("after {days} days", days=retention.days)
    return [
        (say("Leave a copy of messages on the server"), _YES if retention.keep else _NO),
        (say("  Remove from server"), days),
        (say("  Remove when deleted from “Deleted Items”"), _YES if retention.until_deleted else _NO),
    ]


def _doubts(account: Account) -> list[Message]:
    ours = say(
        "mailsetup was never tried with a real Outlook. The file follows what Microsoft has published of its "
        "form, and files of others that are known to work."
    )
    if account.retention is None:
        return [
            ours,
            say(
                "Nobody is known to have brought an IMAP account into Outlook in this way. If it is not "
                "there after the start, add it by hand, with the values above: File, Add Account."
            ),
        ]
    return [
        ours,
        say(
            "Others have brought POP3 accounts into Outlook 2013 and Outlook 2024 in this way. They did not "
            "tell of encryption, or of what stays on the server: see both in Outlook."
        ),
        say(
            "By what they saw, new mail goes into the data file that the profile uses already, together with "
            "the mail of its other accounts; where there is none, Outlook makes one. To choose another: "
            "File, Account Settings, Account Settings, Change Folder."
        ),
    ]


def _heading(said: Translate, message: Message) -> list[str]:
    text = message.render(said)
    return ["", text, "-" * len(text)]


def _table(said: Translate, rows: Iterable[Row]) -> list[str]:
    cells = [
        (label.render(said), value if isinstance(value, str) else value.render(said)) for label, value in rows
    ]
    width = max(len(label) for label, _ in cells) + 2
    return [f"{label:{width}}{value}".rstrip() for label, value in cells]


def _wrapped(said: Translate, message: Message, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        message.render(said),
        _WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
