"""The questions of `setup`: one after the other, a usual answer first, back and quit at any of them.

What an option has said already is not asked. Nothing is spoken to or written here: the answers go on to
where options would.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from mailsetup.account import Address, Protocol, Retention, Secret, Security, Server, domain_of, is_clean
from mailsetup.advice import Advice, Case, Measured, advise
from mailsetup.choice import Choice, Wishes, choose, domain_to_accept, is_accepted
from mailsetup.cli.advising import ask_case
from mailsetup.cli.console import Back, Console
from mailsetup.cli.manual import ask_servers
from mailsetup.cli.questions import Interview, stay_at_first
from mailsetup.discovery.finding import Candidate, Discovery
from mailsetup.errors import Message, Unsafe, say


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What is known so far; None is what nobody has said yet.

    found: the servers to choose from. typed: those that the person has typed in.
    case: the person's habits, if they wanted advice. profile: the one to write to.
    by_page: log in by the provider's own sign-in page, not with a password.
    client_password: put the password into the mail program's own store.
    """

    found: Discovery
    wishes: Wishes
    typed: Sequence[Server] = ()
    case: Case | None = None
    client: str | None = None
    profile: str | None = None
    name: str | None = None
    by_page: bool | None = None
    password: Secret | None = None
    client_password: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What the questions depend on and do not change.

    clients: the mail programs to choose from. usual_name: the person's name as this computer knows it.
    password: asks for the password, or gives None where none is wanted; one that is known is not asked for.
    stores_password: whether a mail program's own store can be offered.
    signs_in: whether a mail program can log in there by a page of the provider as well as with a password.
    profile: asks which of several profiles of a program is meant, or gives None: there is nothing to choose.
    """

    password: Callable[[Choice], Secret | None]
    stores_password: Callable[[str], bool]
    signs_in: Callable[[str, Choice], bool] = lambda client, choice: False
    profile: Callable[[str], str | None] = lambda client: None
    clients: Sequence[str] = ()
    usual_name: str = ""


def begin(console: Console, around: Circumstances, answers: Answers) -> Interview[Answers]:
    """What is missing, ready to be asked.

    Asking raises click.Abort where the person quits, Unsafe where they refuse a host.
    """
    questions = [partial(question, console, around) for question in _QUESTIONS]
    return Interview(questions, answers, keep=_keep_yes_and_typed, at_first=partial(stay_at_first, console))


def _keep_yes_and_typed(earlier: Answers, later: Answers) -> Answers:
    """Whoever goes back has not taken back their yes to a host, nor the servers that they have typed."""
    wishes = replace(earlier.wishes, accepted=later.wishes.accepted)
    return replace(earlier, wishes=wishes, typed=later.typed)


_IMAP = say("IMAP: mail stays on the server, and every device shows the same.")
_POP3 = say("POP3: mail is downloaded to this computer; you choose next what stays on the server.")
_HELP = say("Help me choose: four short questions.")
_OWN = say("Other servers: my provider told me which, and I type them in.")


def _ask_protocol(console: Console, around: Circumstances, answers: Answers) -> Answers | None:
    if answers.wishes.protocol is not None or answers.wishes.retention is not None:
        return None
    offered = _offered(answers.found)
    case = answers.case
    while True:
        picked = None
        advice = advise(case or Case(), Measured(), offered)
        try:
            picked = _choose_protocol(console, advice, offered, asked=case is not None)
            if picked is _HELP:
                case = ask_case(console, Case(), Measured())
                continue
            if picked is _OWN:
                return _with_typed(console, answers)
        except Back:
            if picked is None and case is answers.case:
                raise
            case = answers.case
            continue
        protocol = Protocol.IMAP if picked is _IMAP else Protocol.POP3
        return replace(answers, case=case, wishes=replace(answers.wishes, protocol=protocol))


def _choose_protocol(
    console: Console, advice: Advice, offered: frozenset[Protocol], *, asked: bool
) -> Message:
    """What is picked of the two ways, of help and of other servers. asked: the advice is for this person."""
    both = {Protocol.IMAP: _IMAP, Protocol.POP3: _POP3}
    ways = [both[protocol] for protocol in both if protocol in offered]
    ways.sort(key=lambda way: way is not both[advice.protocol])
    answers = [*ways, *([_HELP] if len(ways) == 2 and not asked else []), _OWN]
    if asked:
        better = say("For you {protocol} is the better way:", protocol=advice.protocol.label)
        console.introduce(better, items=advice.reasons)
        console.introduce(say("What to know before you choose it:"), items=advice.cautions)
    elif len(ways) == 1:
        console.introduce(*advice.reasons)
    else:
        console.introduce(
            say(
                "Mail can come in two ways. IMAP suits most people. POP3 suits a small mailbox, or a single "
                "computer; it does not carry over which messages are read or answered, folders, or the mail "
                "you send."
            )
        )
    return answers[console.choose(say("How shall your mail come to this computer?"), answers)]


def _offered(found: Discovery) -> frozenset[Protocol]:
    return frozenset(
        one.server.protocol for one in found.incoming if one.server.security is not Security.PLAIN
    )


def _address(found: Discovery) -> Address:
    assert isinstance(found.subject, Address)
    return found.subject


def _with_typed(console: Console, answers: Answers) -> Answers:
    """The answers with servers that the person types in, in the place of found ones."""
    typed = ask_servers(console, _address(answers.found), None, answers.typed)
    found = replace(answers.found, incoming=typed.incoming, outgoing=typed.outgoing)
    servers = [one.server for one in (*typed.incoming, *typed.outgoing)]
    wishes = replace(answers.wishes, protocol=servers[0].protocol)
    return replace(answers, found=found, typed=servers, wishes=wishes)


def _ask_consent(console: Console, around: Circumstances, answers: Answers) -> Answers | None:
    choice = choose(answers.found, answers.wishes)
    accepted = answers.wishes.accepted
    for one in choice.first:
        if is_accepted(one, accepted):
            continue
        try:
            agreed = _agree_to(console, answers.found, one)
        except Back:
            if accepted != answers.wishes.accepted:
                # Of two hosts the first one was agreed to, and is asked about again.
                return _ask_consent(console, around, answers)
            raise
        if not agreed:
            return _with_typed(console, answers)
        accepted |= {domain_to_accept(one.server.host)}
    if accepted == answers.wishes.accepted:
        return None
    return replace(answers, wishes=replace(answers.wishes, accepted=accepted))


def _agree_to(console: Console, found: Discovery, one: Candidate) -> bool:
    """Whether the person agrees to a foreign host; False: they name other servers. Raises Unsafe."""
    host, owner = one.server.host, domain_to_accept(one.server.host)
    console.introduce(
        say(
            "The mail of {domain} seems to be at {host}, which belongs to {owner}. Only unsigned DNS or a "
            "guess says so, and that can be forged on the way.",
            domain=domain_of(found.subject),
            host=host,
            owner=owner,
        ),
        say("If it is wrong, a stranger gets your password and can read all your mail."),
    )
    number = console.choose(
        say("Is {owner} your mail provider?", owner=owner),
        (
            say("No, or I do not know: stop here."),
            say("Yes, I know that {owner} is my mail provider.", owner=owner),
            _OWN,
        ),
    )
    if number == 0:
        raise Unsafe(
            say("Nothing was sent to {host}, because you did not say that it is your provider.", host=host),
            say("Ask your provider what its mail servers are called, then run this again."),
        )
    return number == 1


# In the order in which they are offered; None is for a number of days, which is asked next.
_RETENTIONS = (Retention(), None, Retention(until_deleted=True), Retention(keep=False))
_RETENTION_WORDS = (
    say("Everything stays, for ever. Nothing can be lost, but the mailbox may fill up one day."),
    say("Each message stays for some days, for other devices and backups; then it is on this computer only."),
    say("Each message stays until you delete it on this computer; then it is gone from both."),
    say(
        "Nothing stays: each message is removed from the server at once. If this computer breaks, your mail "
        "is lost."
    ),
)
_USUAL_DAYS = 30


def _ask_retention(console: Console, around: Circumstances, answers: Answers) -> Answers | None:
    wishes = answers.wishes
    if wishes.retention is not None or choose(answers.found, wishes).retention is None:
        return None
    advised = advise(answers.case or Case(), Measured(), frozenset({Protocol.POP3})).retention
    days = None if advised is None else advised.days
    order = (1, 0, 2, 3) if days is not None else (0, 1, 2, 3)
    while True:
        number = console.choose(
            say("What shall stay on the server once this computer has a message?"),
            [_RETENTION_WORDS[one] for one in order],
        )
        try:
            retention = _RETENTIONS[order[number]] or Retention(days=_ask_days(console, days or _USUAL_DAYS))
        except Back:
            continue
        return replace(answers, wishes=replace(wishes, protocol=Protocol.POP3, retention=retention))


def _ask_days(console: Console, usual: int) -> int:
    while True:
        typed = console.ask(say("For how many days [{usual}], b to go back, q to quit", usual=usual))
        if not typed:
            return usual
        if typed.isascii() and typed.isdecimal() and 1 <= int(typed) <= 9999:
            return int(typed)
        console.note(say("Type a number of days from 1 to 9999."))


_CLIENT_OFFERS = {"outlook": say("Outlook: a file is written for it, which Outlook on Windows takes in.")}


def _ask_client(console: Console, around: Circumstances, answers: Answers) -> Answers | None:
    if answers.client is not None:
        return None
    words = around.clients
    number = console.choose(
        say("Which mail program shall be set up?"),
        [_CLIENT_OFFERS.get(word, say("{program}", program=word.capitalize())) for word in words],
    )
    return replace(answers, client=words[number])


def _ask_profile(console: Console, around: Circumstances, answers: Answers) -> Answers | None:
    if answers.profile is not None or answers.client is None:
        return None
    profile = around.profile(answers.client)
    return None if profile is None else replace(answers, profile=profile)


def _ask_name(console: Console, around: Circumstances, answers: Answers) -> Answers | None:
    if answers.name is not None:
        return None
    usual = around.usual_name
    console.introduce(say("What is your name, as others will see it beside your address?"))
    if usual:
        more = say("Enter alone takes {name}, - alone is no name. b goes back, q quits.", name=usual)
        prompt = say("Name [{name}]", name=usual)
    else:
        more = say("Enter alone is no name. b goes back, q quits.")
        prompt = say("Name")
    console.introduce(more, apart=False)
    while True:
        typed = console.ask(prompt).strip()
        if is_clean(typed):
            return replace(answers, name="" if typed == "-" else typed or usual)
        console.note(say("The name holds a control character. Type it again."))


def _ask_way(console: Console, around: Circumstances, answers: Answers) -> Answers | None:
    if answers.by_page is not None or answers.password is not None or answers.client is None:
        return None
    if not around.signs_in(answers.client, choose(answers.found, answers.wishes)):
        return None
    number = console.choose(
        say("How shall {program} log in?", program=answers.client.capitalize()),
        (
            say(
                "By the provider's own sign-in page (OAuth2), which it opens when it first fetches mail. No "
                "password is needed now, and the login is not tried."
            ),
            say("With a password, which is tried now. The provider may want an app password for that."),
        ),
    )
    return replace(answers, by_page=number == 0)


def _ask_password(console: Console, around: Circumstances, answers: Answers) -> Answers | None:
    if answers.password is not None or answers.by_page:
        return None
    password = around.password(choose(answers.found, answers.wishes))
    return None if password is None else replace(answers, password=password)


def _ask_client_password(console: Console, around: Circumstances, answers: Answers) -> Answers | None:
    if answers.client_password is not None or answers.password is None or answers.client is None:
        return None
    if not around.stores_password(answers.client):
        return None
    number = console.choose(
        say("Shall the mail program keep the password?"),
        (
            say("Yes, in its own encrypted store, so that it does not ask."),
            say("No, it asks when it first fetches mail."),
        ),
    )
    return replace(answers, client_password=number == 0)


_QUESTIONS = (
    _ask_protocol,
    _ask_consent,
    _ask_retention,
    _ask_client,
    _ask_profile,
    _ask_name,
    _ask_way,
    _ask_password,
    _ask_client_password,
)


def system_name() -> str:
    """The person's full name as this computer knows it (the GECOS field, passwd(5)), or an empty text."""
    try:
        import pwd
    except ImportError:
        # Windows has no such table.
        return ""
    try:
        entry = pwd.getpwuid(os.getuid())
    except KeyError:
        return ""
    name = entry.pw_gecos.partition(",")[0].strip()
    # Many systems put the login name there, which is nobody's.
    return name if is_clean(name) and name.lower() != entry.pw_name.lower() else ""
