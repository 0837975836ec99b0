import re
from datetime import date

import pytest
from tests.unit.checks.scripted import CLOSE, check_one, imap, pop3, smtp

from mailsetup.account import Address, Security
from mailsetup.checks.mailbox import lately_since
from mailsetup.checks.report import Fault, StepName, Verdict
from mailsetup.checks.sizes import size

pytestmark = pytest.mark.anyio
MAILBOX, SEND = StepName.MAILBOX, StepName.SEND


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
async def test_a_check_fetches_deletes_and_sends_nothing(security):
    commands = set()
    for scripted in (imap(security), pop3(security), smtp(security)):
        await check_one(scripted)
        commands |= set(scripted.commands)
    assert not {"RETR", "TOP", "DELE", "SELECT", "FETCH", "STORE", "DATA", "BDAT", "VRFY", "EXPN"} & commands


async def test_the_inbox_is_opened_for_reading_only():
    scripted = imap()
    await check_one(scripted)
    assert any(line.endswith(" EXAMINE INBOX") for line in scripted.sent)
    assert "SELECT" not in scripted.commands


async def test_the_messages_of_an_imap_inbox_are_counted():
    assert (await check_one(imap()))[MAILBOX].facts["messages"] == 5


async def test_an_inbox_that_does_not_open_fails():
    mailbox = (await check_one(imap(EXAMINE="{tag} NO [NONEXISTENT] gone\r\n")))[MAILBOX]
    assert mailbox.fault is Fault.OTHER
    assert "gone" in mailbox.text.render()


async def test_an_inbox_of_unknown_size_fails():
    assert (await check_one(imap(EXAMINE="{tag} OK done\r\n")))[MAILBOX].fault is Fault.OTHER


async def test_a_quota_is_told_in_bytes():
    quota = (await check_one(imap()))[MAILBOX].facts["quota"]
    assert quota == {"used_bytes": 512 * 1024, "limit_bytes": 1024 * 1024}


async def test_no_quota_is_asked_for_where_none_is_announced():
    scripted = imap(AUTHENTICATE_PLAIN="{tag} OK [CAPABILITY IMAP4rev1] welcome\r\n")
    await check_one(scripted)
    assert "GETQUOTAROOT" not in scripted.commands


async def test_capabilities_are_asked_for_again_after_a_login_that_brought_none():
    scripted = imap(AUTHENTICATE_PLAIN="{tag} OK welcome\r\n")
    await check_one(scripted)
    assert scripted.commands[1] == "CAPABILITY"


async def test_a_quota_that_is_refused_is_only_a_warning():
    assert (await check_one(imap(GETQUOTAROOT="{tag} NO broken\r\n")))[MAILBOX].verdict is Verdict.WARN


async def test_a_mailbox_that_is_nearly_full_is_a_warning():
    full = '* QUOTA "" (STORAGE 950 1000)\r\n{tag} OK done\r\n'
    assert (await check_one(imap(GETQUOTAROOT=full)))[MAILBOX].verdict is Verdict.WARN


async def test_a_quota_without_limit_is_no_reason_to_warn():
    free = "* QUOTAROOT INBOX\r\n{tag} OK done\r\n"
    assert (await check_one(imap(GETQUOTAROOT=free)))[MAILBOX].verdict is Verdict.PASS


async def test_the_messages_of_a_pop3_mailbox_are_counted_and_measured():
    facts = (await check_one(pop3()))[MAILBOX].facts
    assert facts == {"messages": 2, "bytes": 3000, "largest": 2000}


@pytest.mark.parametrize("word", ["STAT", "LIST"])
async def test_a_pop3_mailbox_that_does_not_open_fails(word):
    checked = await check_one(pop3(**{word: "-ERR [SYS/PERM] not enabled for POP\r\n"}))
    assert checked[MAILBOX].fault is Fault.OTHER
    assert "not enabled" in checked[MAILBOX].text.render()


async def test_a_stat_without_numbers_is_not_believed():
    assert (await check_one(pop3(STAT="+OK many\r\n")))[MAILBOX].fault is Fault.OTHER


async def test_the_sender_and_the_only_recipient_are_the_user():
    scripted = smtp()
    await check_one(scripted)
    assert scripted.sent[-4:] == [
        "MAIL FROM:<ada@example.org>",
        "RCPT TO:<ada@example.org>",
        "RSET",
        "QUIT",
    ]


async def test_a_sender_that_is_refused_is_named():
    send = (await check_one(smtp(MAIL_FROM="553 5.7.1 not owned by you\r\n")))[SEND]
    assert send.fault is Fault.OTHER
    assert "ada@example.org" in send.text.render()


async def test_after_a_refused_recipient_the_transaction_is_reset():
    scripted = smtp(RCPT_TO="550 5.7.1 no\r\n")
    await check_one(scripted)
    assert scripted.commands[-2:] == ["RSET", "QUIT"]


async def test_a_refusal_for_now_is_told_as_one():
    send = (await check_one(smtp(RCPT_TO="450 4.2.0 later\r\n")))[SEND]
    assert (send.fault, send.facts["code"]) == (Fault.OTHER, 450)


async def test_the_send_check_can_be_left_out():
    scripted = smtp()
    checked = await check_one(scripted, send_check=False)
    assert (checked[SEND].verdict, checked.report.verdict) == (Verdict.SKIP, Verdict.PASS)
    assert "MAIL" not in scripted.commands


async def test_smtputf8_is_asked_for_only_where_the_address_needs_it():
    hello = "250-x\r\n250-SMTPUTF8\r\n250 AUTH PLAIN\r\n"
    needs, does_not = smtp(EHLO=hello), smtp(EHLO=hello)
    await check_one(needs, address=Address.parse("adä@exämple.org"))
    await check_one(does_not)
    assert "MAIL FROM:<adä@exämple.org> SMTPUTF8" in needs.sent
    assert "MAIL FROM:<ada@example.org>" in does_not.sent


async def test_a_server_without_smtputf8_cannot_send_for_an_address_that_needs_it():
    scripted = smtp()
    checked = await check_one(scripted, address=Address.parse("adä@example.org"))
    assert checked[SEND].fault is Fault.OTHER
    assert "MAIL" not in scripted.commands


@pytest.mark.parametrize("size", ["9" * 5_000, "x", "-1", "1.5"])
async def test_a_size_that_is_no_size_of_a_message_is_left_out(size):
    facts = (await check_one(pop3(LIST=f"+OK\r\n1 1000\r\n2 {size}\r\n.\r\n")))[MAILBOX].facts
    assert facts["largest"] == 1000


ENDLESS = "9" * 5_000


@pytest.mark.parametrize(
    "make",
    [
        lambda: imap(EXAMINE=f"* {ENDLESS} EXISTS\r\n{{tag}} OK done\r\n"),
        lambda: imap(EXAMINE=f"* X {{{{{ENDLESS}}}}}\r\n{{tag}} OK done\r\n"),
        lambda: imap(GETQUOTAROOT=f'* QUOTA "" (STORAGE {ENDLESS} {ENDLESS})\r\n{{tag}} OK done\r\n'),
        lambda: pop3(STAT=f"+OK {ENDLESS} {ENDLESS}\r\n"),
        lambda: pop3(LIST=f"+OK\r\n{ENDLESS} 1\r\n.\r\n"),
        lambda: pop3(UIDL=f"+OK\r\n{ENDLESS} a\r\n.\r\n"),
        lambda: pop3(CAPA=f"+OK\r\nUSER\r\nEXPIRE {ENDLESS}\r\nLOGIN-DELAY {ENDLESS}\r\n.\r\n"),
        lambda: smtp(EHLO=f"250-x\r\n250-SIZE {ENDLESS}\r\n250 AUTH PLAIN\r\n"),
    ],
)
async def test_a_number_of_thousands_of_digits_stops_no_check(make):
    assert len((await check_one(make())).report.steps) >= 7


def imap_that(*capabilities, **answers):
    """An IMAP server that announces these after the login."""
    welcome = f"{{tag}} OK [CAPABILITY IMAP4rev1 {' '.join(capabilities)}] welcome\r\n"
    return imap(AUTHENTICATE_PLAIN=welcome, **answers)


async def test_unread_messages_and_the_size_of_the_inbox_are_told():
    status = "* STATUS INBOX (MESSAGES 5 UNSEEN 2 SIZE 3100000)\r\n{tag} OK done\r\n"
    scripted = imap_that("STATUS=SIZE", STATUS=status)
    mailbox = (await check_one(scripted))[MAILBOX]
    assert (mailbox.facts["unread"], mailbox.facts["bytes"]) == (2, 3100000)
    assert "unread: 2, in all 3.1 MB" in mailbox.text.render()


async def test_the_size_of_the_inbox_is_asked_for_only_where_it_is_announced():
    does, does_not = imap_that("STATUS=SIZE"), imap_that()
    for scripted in (does, does_not):
        await check_one(scripted)
    assert [any("SIZE)" in line for line in one.sent) for one in (does, does_not)] == [True, False]


async def test_a_status_of_another_moment_than_the_count_of_messages_is_not_told():
    status = "* STATUS INBOX (MESSAGES 0 UNSEEN 0 SIZE 0)\r\n{tag} OK done\r\n"
    facts = (await check_one(imap_that("STATUS=SIZE", STATUS=status)))[MAILBOX].facts
    assert (facts["messages"], facts["unread"], facts["bytes"]) == (5, None, None)


async def test_a_status_that_is_refused_fails_nothing():
    mailbox = (await check_one(imap(STATUS="{tag} NO not now\r\n")))[MAILBOX]
    assert (mailbox.verdict, mailbox.facts["unread"], mailbox.facts["messages"]) == (Verdict.PASS, None, 5)


LISTED = (
    '* LIST (\\HasNoChildren \\Sent) "/" "Sent \\"Items\\""\r\n'
    '* LIST (\\Trash) "." Trash\r\n'
    "* LIST (\\Drafts) NIL {7}\r\nEntwurf\r\n"
    '* LIST (\\HasNoChildren) "/" Other\r\n{tag} OK done\r\n'
)


@pytest.mark.parametrize(
    ("capabilities", "command"),
    [
        (["SPECIAL-USE", "LIST-EXTENDED"], 'LIST (SPECIAL-USE) "" "*"'),
        (["SPECIAL-USE"], 'LIST "" "%"'),
        (["IMAP4rev2"], 'LIST (SPECIAL-USE) "" "*"'),
    ],
)
async def test_the_special_folders_are_told(capabilities, command):
    scripted = imap_that(*capabilities, LIST=LISTED)
    facts = (await check_one(scripted))[MAILBOX].facts
    assert facts["special_folders"] == {"sent": 'Sent "Items"', "trash": "Trash", "drafts": "Entwurf"}
    assert any(line.endswith(command) for line in scripted.sent)


async def test_a_server_without_special_folders_is_not_asked_for_them():
    scripted = imap_that()
    assert (await check_one(scripted))[MAILBOX].facts["special_folders"] is None
    assert "LIST" not in scripted.commands


@pytest.mark.parametrize(
    ("said", "namespace"),
    [
        ('(("INBOX." ".")) NIL NIL', {"prefix": "INBOX.", "separator": "."}),
        ('(("" "\\\\")("x" "/")) NIL NIL', {"prefix": "", "separator": "\\"}),
        ('(("" NIL)) NIL NIL', {"prefix": "", "separator": None}),
        ("NIL NIL NIL", None),
        ("rubbish", None),
    ],
)
async def test_where_folders_of_ones_own_stand_is_told(said, namespace):
    scripted = imap_that("NAMESPACE", NAMESPACE=f"* NAMESPACE {said}\r\n{{tag}} OK done\r\n")
    assert (await check_one(scripted))[MAILBOX].facts["namespace"] == namespace


async def test_a_program_says_its_name_where_the_server_wants_to_know_it():
    wants, does_not = imap_that("ID", ID="* ID NIL\r\n{tag} OK done\r\n"), imap_that()
    for scripted in (wants, does_not):
        await check_one(scripted)
    assert 'a2 ID ("name" "mailsetup")' in wants.sent
    assert "ID" not in does_not.commands


@pytest.mark.parametrize(
    "quota", ["(STORAGE 1000 1000)", "(MESSAGE 10 10)", "(STORAGE 1 1000 MESSAGE 11 10)"]
)
async def test_a_mailbox_that_is_full_is_told_as_full(quota):
    mailbox = (await check_one(imap(GETQUOTAROOT=f'* QUOTA "" {quota}\r\n{{tag}} OK done\r\n')))[MAILBOX]
    assert mailbox.verdict is Verdict.WARN
    assert "is full" in mailbox.fix.render()


async def test_a_limit_of_messages_is_a_fact_of_its_own():
    facts = (await check_one(imap(GETQUOTAROOT='* QUOTA "" (MESSAGE 5 100)\r\n{tag} OK done\r\n')))[
        MAILBOX
    ].facts
    assert (facts["quota"], facts["quota_messages"]) == (None, {"used": 5, "limit": 100})


async def test_an_empty_mailbox_is_called_empty():
    empty = imap(EXAMINE="* 0 EXISTS\r\n{tag} OK done\r\n")
    none = pop3(STAT="+OK 0 0\r\n", UIDL="+OK\r\n.\r\n")
    for scripted in (empty, none):
        assert "is empty" in (await check_one(scripted))[MAILBOX].text.render()


LATELY = '* ESEARCH (TAG "a1") COUNT 2\r\n{tag} OK done\r\n'


def imap_that_counts(status: str = "MESSAGES 5 UNSEEN 1 SIZE 5000", **answers):
    return imap_that(
        "ESEARCH", "STATUS=SIZE", STATUS=f"* STATUS INBOX ({status})\r\n{{tag}} OK done\r\n", **answers
    )


async def test_what_came_in_thirty_days_is_counted_and_sized_by_the_mean():
    scripted = imap_that_counts(SEARCH=LATELY)
    assert (await check_one(scripted))[MAILBOX].facts["last_30_days"] == {"messages": 2, "bytes": 2000}
    [search] = [line for line in scripted.sent if " SEARCH " in line]
    assert re.fullmatch(r"a\d SEARCH RETURN \(COUNT\) SINCE \d{1,2}-[A-Z][a-z]{2}-\d{4}", search)


async def test_nothing_is_searched_for_where_the_answer_could_have_any_length():
    scripted = imap_that()
    assert (await check_one(scripted))[MAILBOX].facts["last_30_days"] is None
    assert "SEARCH" not in scripted.commands


@pytest.mark.parametrize(
    "answer",
    [
        "{tag} NO not now\r\n",
        "* SEARCH 1 2\r\n{tag} OK\r\n",
        LATELY.replace("COUNT 2", "COUNT 6"),
        LATELY.replace("COUNT 2", "COUNT x"),
    ],
)
async def test_a_count_that_cannot_be_is_left_out_and_no_fault(answer):
    mailbox = (await check_one(imap_that_counts(SEARCH=answer)))[MAILBOX]
    assert (mailbox.verdict, mailbox.facts["last_30_days"]) == (Verdict.PASS, None)


@pytest.mark.parametrize(
    ("today", "since"), [(date(2026, 3, 1), "30-Jan-2026"), (date(2026, 12, 31), "1-Dec-2026")]
)
async def test_the_day_thirty_days_ago_is_written_as_imap_has_it(today, since):
    assert lately_since(today) == since


def answering_at_the_end(scripted, last, answers):
    """The same server, which answers nothing before the last of these commands has come."""
    for word in answers:
        scripted.answers[word] = [""]
    scripted.answers[last] = [lambda line: "".join(answers.values())]
    return scripted


async def test_what_an_imap_server_is_asked_after_the_login_goes_out_at_once():
    answers = {
        "STATUS": "a2 OK done\r\n",
        "LIST": "a3 OK done\r\n",
        "GETQUOTAROOT": "* 5 EXISTS\r\na4 OK done\r\na5 OK done\r\n",
    }
    scripted = answering_at_the_end(imap_that("QUOTA", "SPECIAL-USE"), "EXAMINE", answers)
    assert (await check_one(scripted))[MAILBOX].verdict is Verdict.PASS


async def test_an_imap_server_may_answer_in_another_order():
    scripted = answering_at_the_end(
        imap_that("QUOTA"),
        "EXAMINE",
        {"STATUS": "* 5 EXISTS\r\na4 OK done\r\n", "GETQUOTAROOT": "a3 NO broken\r\na2 OK done\r\n"},
    )
    mailbox = (await check_one(scripted))[MAILBOX]
    assert (mailbox.verdict, "cannot be told" in mailbox.text.render()) == (Verdict.WARN, True)


async def test_an_answer_that_was_answered_before_is_not_believed():
    answers = {"STATUS": "a2 OK done\r\na2 OK done\r\na3 OK done\r\n"}
    scripted = answering_at_the_end(imap_that(), "EXAMINE", answers)
    assert (await check_one(scripted))[MAILBOX].fault is Fault.OTHER


async def test_a_server_that_says_goodbye_in_the_middle_is_quoted():
    answers = {"STATUS": f"a2 OK done\r\n* BYE going down\r\n{CLOSE}"}
    mailbox = (await check_one(answering_at_the_end(imap_that(), "EXAMINE", answers)))[MAILBOX]
    assert "going down" in mailbox.text.render()


async def test_sender_and_recipient_go_out_at_once_where_the_server_permits_it():
    hello = "250-x\r\n250-PIPELINING\r\n250 AUTH PLAIN\r\n"
    scripted = answering_at_the_end(
        smtp(EHLO=hello), "RSET", {"MAIL FROM": "250 ok\r\n250 ok\r\n", "RCPT TO": "250 ok\r\n"}
    )
    assert (await check_one(scripted))[SEND].verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"MAIL FROM": "553 5.7.1 not owned\r\n503 need MAIL\r\n250 ok\r\n", "RCPT TO": ""}, 553),
        ({"MAIL FROM": "250 ok\r\n450 later\r\n250 ok\r\n", "RCPT TO": ""}, 450),
    ],
)
async def test_of_what_went_out_at_once_the_first_refusal_is_told(answers, code):
    hello = "250-x\r\n250-PIPELINING\r\n250 AUTH PLAIN\r\n"
    scripted = answering_at_the_end(smtp(EHLO=hello), "RSET", answers)
    assert (await check_one(scripted))[SEND].facts["code"] == code


async def test_sizes_and_identifiers_go_out_at_once_where_the_server_permits_it():
    capa = "+OK\r\nUSER\r\nUIDL\r\nSASL PLAIN\r\nPIPELINING\r\n.\r\n"
    listed = "+OK\r\n1 1000\r\n.\r\n+OK\r\n1 first\r\n.\r\n"
    scripted = answering_at_the_end(pop3(CAPA=capa, STAT="+OK 1 1000\r\n"), "UIDL", {"LIST": listed})
    checked = await check_one(scripted)
    assert checked.report.verdict is Verdict.PASS
    assert checked[StepName.RETENTION].facts["identifiers_sound"] is True
    assert scripted.commands.count("UIDL") == 1


async def test_nothing_goes_out_at_once_where_the_server_does_not_permit_it():
    scripted = pop3()
    await check_one(scripted)
    assert scripted.commands[-4:] == ["STAT", "LIST", "UIDL", "QUIT"]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (
            lambda: imap(greeting="* OK [CAPABILITY IMAP4rev1 IDLE AUTH=PLAIN] hi\r\n"),
            "announced at once (IDLE)",
        ),
        (pop3, "can be left on the server (UIDL)"),
        (smtp, "messages may have up to 1 MB"),
        (lambda: smtp(EHLO="250-x\r\n250-SIZE 0\r\n250 AUTH PLAIN\r\n"), "no limit"),
    ],
)
async def test_capabilities_are_told_by_what_they_mean(make, words):
    assert words in (await check_one(make()))[StepName.CAPABILITIES].text.render()


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (3072, "3.1 KB"),
        (9_949, "9.9 KB"),
        (999_499, "999 KB"),
        (999_999, "1 MB"),
        (35_882_577, "36 MB"),
        (2_000_000_000, "2 GB"),
        (10**18, "1000000 TB"),
    ],
)
def test_sizes_are_written_as_people_read_them(octets, words):
    assert size(octets).render() == words
