import pytest
from tests.unit.wire.conversation import over

from mailsetup.net.failures import LineTooLong, StreamClosed
from mailsetup.net.stream import MAX_LINE
from mailsetup.wire.bearer import Bearer
from mailsetup.wire.faults import NotUnderstood, TooMuch
from mailsetup.wire.imap import Imap
from mailsetup.wire.pop3 import Pop3
from mailsetup.wire.refusals import Refusal
from mailsetup.wire.sasl import Login, Plain
from mailsetup.wire.scram import Scram
from mailsetup.wire.smtp import Smtp

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


async def test_imap_logs_in_with_quoted_strings_where_they_can_carry_it():
    stream, raw = over(b"a1 OK done\r\n")
    await Imap(stream).login("ada", 'pa"ss')
    assert raw.sent == b'a1 LOGIN "ada" "pa\\"ss"\r\n'


async def test_imap_logs_in_with_literals_where_a_password_is_not_ascii():
    stream, raw = over(b"+ go\r\n", b"+ go\r\n", b"a1 OK done\r\n")
    await Imap(stream).login("ada", "é")
    assert raw.sent == "a1 LOGIN {3}\r\nada {2}\r\né\r\n".encode()


async def test_imap_sends_plain_with_the_command_only_where_that_was_announced():
    stream, raw = over(b"+ \r\n", b"a1 OK done\r\n")
    await Imap(stream).authenticate(Plain("ada", "secret"), initial=False)
    assert raw.sent == b"a1 AUTHENTICATE PLAIN\r\nAGFkYQBzZWNyZXQ=\r\n"


async def test_imap_ends_an_exchange_in_which_the_server_asks_for_more():
    stream, raw = over(b"+ bW9yZQ==\r\n", b"a1 BAD cancelled\r\n")
    _, refused = await Imap(stream).authenticate(Plain("ada", "secret"), initial=True)
    assert refused is not None
    assert refused.why is Refusal.OTHER_WAY
    assert raw.sent.endswith(b"*\r\n")


async def test_imap_takes_a_bye_for_the_answer_to_a_login():
    stream, _ = over(b"* BYE too many connections\r\n")
    _, refused = await Imap(stream).login("ada", "secret")
    assert refused is not None
    assert refused.why is Refusal.LIMITED


async def test_imap_reads_a_literal_in_its_place():
    stream, _ = over(b"* QUOTA {4}\r\nroot (STORAGE 1 2)\r\na1 OK done\r\n")
    reply = await Imap(stream).command("GETQUOTAROOT INBOX")
    assert reply.untagged[0].data == b"root (STORAGE 1 2)"


async def test_imap_takes_braces_in_the_words_of_a_status_response_for_words():
    stream, _ = over(b"* OK {400}\r\na1 OK done {12}\r\n")
    assert (await Imap(stream).command("NOOP")).ok


@pytest.mark.parametrize("literal", [b"4294967296", b"1000000"])
async def test_imap_does_not_wait_for_a_literal_past_the_cap(literal):
    stream, _ = over(b"* LIST {" + literal + b"}\r\n")
    with pytest.raises(TooMuch):
        await Imap(stream).command("NOOP")


async def test_imap_stops_at_literals_without_end():
    stream, _ = over(b"* LIST " + b"{0}\r\n" * 1000)
    with pytest.raises(TooMuch):
        await Imap(stream).command("NOOP")


async def test_imap_stops_at_responses_without_end():
    stream, _ = over(b"* 1 EXISTS\r\n" * 5000)
    with pytest.raises(TooMuch):
        await Imap(stream).command("NOOP")


async def test_imap_stops_at_responses_that_are_too_large_together():
    stream, _ = over((b"* LIST " + b"x" * 60_000 + b"\r\n") * 10)
    with pytest.raises(TooMuch):
        await Imap(stream).command("NOOP")


async def test_imap_does_not_take_the_answer_to_another_command():
    stream, _ = over(b"a7 OK done\r\n")
    with pytest.raises(NotUnderstood):
        await Imap(stream).command("NOOP")


async def test_imap_does_not_take_a_broken_greeting_though_a_good_one_follows():
    stream, _ = over(b"\0\0* OK ready\r\n* OK ready\r\n")
    with pytest.raises(NotUnderstood):
        await Imap(stream).greeting()


async def test_pop3_keeps_a_long_password_out_of_a_line_that_is_capped():
    stream, raw = over(b"+ \r\n", b"+OK\r\n")
    await Pop3(stream).auth(Plain("ada", "x" * 200))
    assert raw.sent.startswith(b"AUTH PLAIN\r\n")


async def test_pop3_ends_an_exchange_in_which_the_server_asks_for_more():
    stream, raw = over(b"+ bW9yZQ==\r\n", b"-ERR cancelled\r\n")
    refused = await Pop3(stream).auth(Plain("ada", "secret"))
    assert refused is not None
    assert raw.sent.endswith(b"*\r\n")


async def test_pop3_sends_no_password_after_a_user_name_that_is_refused():
    stream, raw = over(b"-ERR who?\r\n")
    await Pop3(stream).user_pass("ada", "secret")
    assert raw.sent == b"USER ada\r\n"


async def test_pop3_takes_the_second_dot_of_a_line_for_its_first():
    stream, _ = over(b"..one\r\ntwo\r\n.\r\n")
    assert await Pop3(stream).lines(5) == [b".one", b"two"]


async def test_pop3_stops_at_a_listing_without_end():
    stream, _ = over(b"1 x\r\n" * 100)
    with pytest.raises(TooMuch):
        await Pop3(stream).lines(50)


async def test_pop3_reads_a_listing_of_just_the_cap():
    stream, _ = over(b"1 x\r\n" * 50 + b".\r\n")
    assert len(await Pop3(stream).lines(50)) == 50


async def test_pop3_stops_at_lines_that_are_too_long_together():
    stream, _ = over((b"1 " + b"x" * 5000 + b"\r\n") * 20)
    with pytest.raises(TooMuch):
        await Pop3(stream).lines(50)


async def test_smtp_reads_all_the_lines_of_a_reply():
    stream, _ = over(b"250-one\r\n250-two\r\n250 three\r\n")
    assert (await Smtp(stream).reply()).lines == ("one", "two", "three")


async def test_smtp_stops_at_a_reply_without_end():
    stream, _ = over(b"250-more\r\n" * 10_000)
    with pytest.raises(TooMuch):
        await Smtp(stream).reply()


async def test_smtp_stops_at_lines_that_are_too_long_together():
    stream, _ = over((b"250-" + b"x" * 60_000 + b"\r\n") * 5)
    with pytest.raises(TooMuch):
        await Smtp(stream).reply()


async def test_smtp_does_not_take_a_reply_that_changes_its_code():
    stream, _ = over(b"250-one\r\n535 two\r\n")
    with pytest.raises(NotUnderstood):
        await Smtp(stream).reply()


async def test_smtp_answers_two_prompts_of_login_and_ends_at_the_third():
    stream, raw = over(b"334 VXNlcm5hbWU6\r\n" * 3, b"501 cancelled\r\n")
    refused = await Smtp(stream).auth(Login("ada", "secret"))
    assert refused is not None
    assert raw.sent == b"AUTH LOGIN\r\nYWRh\r\nc2VjcmV0\r\n*\r\n"


async def test_smtp_sends_no_password_where_login_ends_after_the_user_name():
    stream, raw = over(b"334 VXNlcm5hbWU6\r\n535 5.7.8 no\r\n")
    await Smtp(stream).auth(Login("ada", "secret"))
    assert b"c2VjcmV0" not in raw.sent


@pytest.mark.parametrize(
    "read", [lambda s: Imap(s).greeting(), lambda s: Pop3(s).reply(), lambda s: Smtp(s).reply()]
)
async def test_a_line_without_end_is_cut(read):
    stream, _ = over(b"x" * (MAX_LINE + 100))
    with pytest.raises(LineTooLong):
        await read(stream)


@pytest.mark.parametrize(
    "read", [lambda s: Imap(s).greeting(), lambda s: Pop3(s).reply(), lambda s: Smtp(s).reply()]
)
async def test_half_a_line_is_no_reply(read):
    stream, _ = over(b"* OK rea")
    with pytest.raises(StreamClosed):
        await read(stream)


SALT = b"cj1ub25jZVgscz1lSGg0ZUhoNGVIaDRlSGg0LGk9NDA5Ng=="  # r=nonceX,s=eHh4eHh4eHh4eHh4,i=4096


def scram() -> Scram:
    return Scram("SCRAM-SHA-256", "ada", "secret", nonce="nonce")


@pytest.mark.parametrize(
    ("use", "refusal"),
    [
        (lambda s: Pop3(s).auth(scram()), [b"+ " + SALT + b"\r\n", b"-ERR [AUTH] no\r\n"]),
        (lambda s: Smtp(s).auth(scram()), [b"334 " + SALT + b"\r\n", b"535 5.7.8 no\r\n"]),
    ],
)
async def test_a_proof_that_is_refused_was_judged(use, refusal):
    stream, _ = over(*refusal)
    refused = await use(stream)
    assert (refused.why, refused.judged) == (Refusal.CREDENTIALS, True)


@pytest.mark.parametrize(
    ("use", "refusal"),
    [
        (lambda s: Pop3(s).auth(scram()), b"-ERR [AUTH] no\r\n"),
        (lambda s: Smtp(s).auth(scram()), b"535 5.7.8 no\r\n"),
    ],
)
async def test_a_refusal_before_the_salt_is_no_judgement(use, refusal):
    stream, _ = over(refusal)
    refused = await use(stream)
    assert (refused.why, refused.judged) == (Refusal.CREDENTIALS, False)


XOAUTH2_NO = b"eyJzdGF0dXMiOiI0MDEifQ=="  # {"status":"401"}


async def test_imap_answers_the_refusal_of_a_token_with_an_empty_line():
    stream, raw = over(b"+ \r\n", b"+ " + XOAUTH2_NO + b"\r\n", b"a1 NO SASL authentication failed\r\n")
    _, refused = await Imap(stream).authenticate(Bearer("XOAUTH2", "ada", "t0ken"), initial=False)
    assert refused is not None
    assert refused.told == {"oauth_status": "401"}
    assert raw.sent.endswith(b"\r\n\r\n")


async def test_pop3_answers_the_refusal_of_a_token_with_an_empty_line():
    stream, raw = over(b"+ " + XOAUTH2_NO + b"\r\n", b"-ERR no\r\n")
    refused = await Pop3(stream).auth(Bearer("XOAUTH2", "ada", "t0ken"))
    assert refused is not None
    assert refused.told == {"oauth_status": "401"}
    assert raw.sent.endswith(b"\r\n\r\n")


async def test_smtp_answers_the_refusal_of_a_token_with_one_byte():
    stream, raw = over(b"334 " + XOAUTH2_NO + b"\r\n", b"535 5.7.8 no\r\n")
    await Smtp(stream).auth(Bearer("OAUTHBEARER", "ada", "t0ken"))
    assert raw.sent.endswith(b"\r\nAQ==\r\n")


async def test_a_long_token_is_kept_out_of_a_command_line_that_is_capped():
    for use, begin in ((lambda s, m: Pop3(s).auth(m), b"+ "), (lambda s, m: Smtp(s).auth(m), b"334 ")):
        stream, raw = over(begin + b"\r\n", b"-ERR\r\n" if begin == b"+ " else b"535 no\r\n")
        await use(stream, Bearer("XOAUTH2", "ada", "t" * 2000))
        assert raw.sent.startswith(b"AUTH XOAUTH2\r\n")


async def test_smtp_does_not_take_the_start_of_a_message_for_a_challenge():
    stream, raw = over(b"354 go on\r\n")
    refused = await Smtp(stream).auth(Plain("ada", "secret"))
    assert refused is not None
    assert refused.why is Refusal.OTHER_WAY
    assert raw.sent.count(b"\r\n") == 1
