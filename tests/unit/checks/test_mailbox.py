import pytest
from tests.unit.checks.scripted import check_one, imap, pop3, smtp

from mailsetup.account import Address, Security
from mailsetup.checks.report import Fault, StepName, Verdict

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
    assert "a2 EXAMINE INBOX" in scripted.sent


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
    assert scripted.commands[-1] == "RSET"


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
