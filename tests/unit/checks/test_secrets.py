"""The password is planted wherever a server can put it, and found nowhere."""

import base64
import html
import json
import time
from urllib.parse import quote, quote_plus

import pytest
from tests.unit.checks.scripted import AUTH_PLAIN_ADA, CLOSE, PASSWORD, check_one, imap, pop3, smtp

from mailsetup.account import Secret, Security, Token
from mailsetup.checks.conversation import MASK, Masks
from mailsetup.checks.outcome import MAX_QUOTED, Quoted
from mailsetup.checks.report import StepName
from mailsetup.errors import say

BARE = base64.b64encode(PASSWORD.encode()).decode()
FORMS = [PASSWORD, BARE, AUTH_PLAIN_ADA, PASSWORD.upper(), quote(PASSWORD)]
ECHO = f"{PASSWORD} {BARE} {AUTH_PLAIN_ADA} {PASSWORD.upper()} {quote(PASSWORD)} x{PASSWORD}y"
NO_LOGIN = "-ERR what\r\n"

ECHOING = [
    lambda: imap(greeting=f"* OK {ECHO}\r\n"),
    lambda: imap(greeting=f"* BYE {ECHO}\r\n"),
    lambda: imap(greeting=f"{ECHO}\r\n"),
    lambda: imap(greeting=f"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN {BARE} {AUTH_PLAIN_ADA}] x\r\n"),
    lambda: imap(AUTHENTICATE_PLAIN=f"{{tag}} NO {ECHO}\r\n"),
    lambda: imap(AUTHENTICATE_PLAIN=f"{{tag}} NO [{BARE}] {ECHO}\r\n"),
    lambda: imap(AUTHENTICATE_PLAIN=f"{ECHO}\r\n"),
    lambda: imap(AUTHENTICATE_PLAIN=f"+ {AUTH_PLAIN_ADA}\r\n"),
    lambda: imap(AUTHENTICATE_PLAIN=f"{{tag}} OK [CAPABILITY {BARE}] {ECHO}\r\n"),
    lambda: imap(greeting="* OK [CAPABILITY IMAP4rev1] x\r\n", LOGIN=f"{{tag}} BAD {ECHO}\r\n"),
    lambda: imap(EXAMINE=f"{{tag}} NO {ECHO}\r\n"),
    lambda: imap(GETQUOTAROOT=f"{{tag}} NO {ECHO}\r\n"),
    lambda: imap(LOGOUT=f"* BYE {ECHO}\r\n{CLOSE}"),
    lambda: pop3(greeting=f"-ERR {ECHO}\r\n"),
    lambda: pop3(CAPA=f"+OK\r\n{ECHO}\r\nSASL {BARE}\r\n.\r\n"),
    lambda: pop3(AUTH_PLAIN=f"-ERR {ECHO}\r\n"),
    lambda: pop3(CAPA=NO_LOGIN, USER=f"-ERR {ECHO}\r\n"),
    lambda: pop3(CAPA=NO_LOGIN, PASS=f"-ERR [{PASSWORD}] {ECHO}\r\n"),
    lambda: pop3(STAT=f"-ERR {ECHO}\r\n"),
    lambda: pop3(UIDL=f"+OK\r\n1 {BARE}\r\n.\r\n"),
    lambda: smtp(greeting=f"554-{ECHO}\r\n554 {ECHO}\r\n"),
    lambda: smtp(EHLO=f"250-x\r\n250-{ECHO}\r\n250 AUTH PLAIN {BARE}\r\n"),
    lambda: smtp(AUTH_PLAIN=f"535 5.7.8 {ECHO}\r\n"),
    lambda: smtp(AUTH_PLAIN=f"334 {AUTH_PLAIN_ADA}\r\n", **{"*": f"501 {ECHO}\r\n"}),
    lambda: smtp(MAIL_FROM=f"553 {ECHO}\r\n"),
    lambda: smtp(Security.STARTTLS, STARTTLS=f"454 {ECHO}\r\n"),
]


@pytest.mark.anyio
@pytest.mark.parametrize("make", ECHOING)
async def test_a_password_that_a_server_echoes_is_shown_nowhere(make):
    checked = await check_one(make())
    assert [form for form in FORMS if form in checked.everything] == []


QUOTES = [
    pytest.param(lambda said: imap(greeting=f"* BYE {said}\r\n"), id="imap-greeting"),
    pytest.param(lambda said: imap(AUTHENTICATE_PLAIN=f"{{tag}} NO {said}\r\n"), id="imap-login"),
    pytest.param(lambda said: imap(greeting=f"* OK {said}\r\n"), id="imap-fact"),
    pytest.param(lambda said: pop3(STAT=f"-ERR {said}\r\n"), id="pop3-mailbox"),
    pytest.param(lambda said: smtp(MAIL_FROM=f"553 {said}\r\n"), id="smtp-send"),
]


@pytest.mark.anyio
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("make", QUOTES)
async def test_a_password_where_a_reply_is_cut_is_not_shown_in_part(make, form):
    for before in range(MAX_QUOTED - len(form) - 10, MAX_QUOTED + 1, 3):
        checked = await check_one(make("." * (before - 1) + " " + form + " " + "." * 50))
        assert form[:5] not in checked.everything


@pytest.mark.anyio
@pytest.mark.parametrize("form", FORMS)
async def test_a_password_where_a_response_code_ends_is_not_shown_in_part(form):
    for make in (
        lambda: imap(AUTHENTICATE_PLAIN=f"{{tag}} NO [{form} x] no\r\n"),
        lambda: pop3(AUTH_PLAIN=f"-ERR [{form} x] no\r\n"),
    ):
        assert form[:5].upper() not in (await check_one(make())).everything.upper()


@pytest.mark.anyio
async def test_a_long_reply_is_cut():
    text = (await check_one(imap(EXAMINE=f"{{tag}} NO {'.' * 400}\r\n")))[StepName.MAILBOX].text
    assert text.fields["reply"] == "." * MAX_QUOTED + "…"


@pytest.mark.anyio
@pytest.mark.parametrize("make", [imap, pop3, smtp])
async def test_the_login_is_in_the_conversation_without_the_password(make):
    checked = await check_one(make())
    assert any("AUTH" in line and line.endswith(MASK) for line in checked.talk)
    assert [form for form in FORMS if form in checked.everything] == []


@pytest.mark.anyio
async def test_a_password_in_quotes_is_masked_in_the_form_in_which_it_was_sent():
    scripted = imap(greeting="* OK [CAPABILITY IMAP4rev1] x\r\n")
    checked = await check_one(scripted, password='a"b\\c')
    assert f'> a1 LOGIN "ada@example.org" "{MASK}"' in checked.talk


@pytest.mark.anyio
async def test_a_password_that_is_not_ascii_is_masked_too():
    checked = await check_one(pop3(CAPA=NO_LOGIN, PASS="-ERR pässwörd\r\n"), password="pässwörd")
    assert "pässwörd" not in checked.everything


@pytest.mark.anyio
async def test_the_conversation_tells_both_sides():
    checked = await check_one(pop3())
    assert checked.talk[:3] == ["< +OK ready", "> CAPA", "< +OK"]


@pytest.mark.parametrize("before", ["", "x", "xy", "xyz", "\0ada\0"])
@pytest.mark.parametrize("after", ["", "x", "xy", "xyz"])
def test_a_password_inside_any_base64_is_masked(before, after):
    coded = base64.b64encode(f"{before}hunter2!{after}".encode()).decode()
    assert Masks(Secret("hunter2!"), ["ada"]).text(f"AUTH {coded} end") == f"AUTH {MASK} end"


QUOTED = ["a\"b\\c 'd'<é>&%$", "p.*[(x|y)+$^", "\\\\unc\\share", "two  blanks äöü", "短い合言葉です"]
WRITERS = {
    "as it is": str,
    "its quotes escaped": lambda secret: secret.replace('"', '\\"'),
    "all of it escaped": lambda secret: json.dumps(secret)[1:-1],
    "as in JSON in UTF-8": lambda secret: json.dumps(secret, ensure_ascii=False)[1:-1],
    "as Python writes it": lambda secret: repr(secret)[1:-1],
    "as Python writes its bytes": lambda secret: repr(secret.encode())[2:-1],
    "in a page": html.escape,
    "in a page, all of it": lambda secret: "".join(f"&#{ord(sign)};" for sign in secret),
    "in a URL": quote_plus,
    "in a URL, all of it": lambda secret: "".join(f"%{byte:02X}" for byte in secret.encode()),
    "in hexadecimal": lambda secret: secret.encode().hex(),
    "in capitals": str.upper,
    "taken for Latin-1": lambda secret: secret.encode().decode("latin-1"),
    "where no such letter is known": lambda secret: secret.encode("ascii", "replace").decode(),
}


@pytest.mark.parametrize("written", WRITERS.values(), ids=WRITERS)
@pytest.mark.parametrize("secret", QUOTED)
def test_a_password_is_masked_however_a_program_writes_it(secret, written):
    assert Masks(Secret(secret)).text(f"NO <{written(secret)}> no") == f"NO <{MASK}> no"


@pytest.mark.parametrize(
    "secret", ["correct horse battery staple", "Tr0ub4dor&3" * 18, "ya29." + "aB3-_" * 400]
)
def test_of_a_long_secret_that_is_cut_off_the_beginning_is_masked_too(secret):
    for length in (12, 20, len(secret) - 1):
        assert secret[:12] not in Masks(Secret(secret)).text(f"NO “{secret[:length]}")
        coded = base64.b64encode(f"\0ada\0{secret[: length + 4]}".encode()).decode()
        assert coded[20:] not in Masks(Secret(secret), ["ada"]).text(f"NO “{coded}")


@pytest.mark.parametrize("sign", ["\\", "&#0", "%", " ", "?", "A", "\\x"])
def test_a_hostile_line_is_masked_in_no_time(sign):
    masks = Masks(Secret("\\a b\\\\é&%"))
    began = time.perf_counter()
    masks.text(sign * (60_000 // len(sign)))
    assert time.perf_counter() - began < 2


def test_other_text_is_left_as_it_is():
    assert Masks(Secret("hunter2!"), ["ada"]).text("* OK aHVudGVy ready") == "* OK aHVudGVy ready"


def test_without_a_secret_nothing_is_masked():
    assert Masks(None).text("* OK ready") == "* OK ready"


def test_secrets_are_masked_deep_inside_facts():
    masks = Masks(Secret("hunter2!"))
    assert masks.value({"a": ["hunter2!", {"hunter2!": 1}], "n": 2}) == {"a": [MASK, {MASK: 1}], "n": 2}


def test_secrets_are_masked_in_a_message_inside_a_message():
    told = say("{fix} And more.", fix=say("“{reply}”", reply="hunter2!"))
    assert Masks(Secret("hunter2!")).message(told).render() == f"“{MASK}” And more."


@pytest.mark.parametrize(
    "again", [str.upper, str.lower, lambda coded: coded.translate({43: "-", 47: "_"}), quote]
)
def test_base64_is_masked_in_capitals_and_in_the_other_alphabet(again):
    secret = "k\u00ff\u00fe>>>???~~~"
    coded = base64.b64encode(f"user=ada\1auth=Bearer {secret}\1\1".encode()).decode()
    assert "+" in coded
    assert "/" in coded
    assert MASK in Masks(Token(secret)).text(f"NO {again(coded)}")
    assert again(coded)[30:] not in Masks(Token(secret)).text(f"NO {again(coded)}")


def test_a_long_token_is_searched_for_quickly():
    token = "eyJ" + "aB3_-." * 700
    line = base64.b64encode(token.encode() * 4).decode()
    assert token not in Masks(Token(token), ["ada"]).text(line + " " + "A" * 60_000 + token)


def test_a_long_line_without_the_secret_is_searched_quickly():
    line = base64.b64encode(b"hunter2!" + b"x" * 40_000).decode() * 3
    assert Masks(Secret("hunter2!"), ["ada"]).text(line + " " + "A" * 60_000).endswith("A" * 60_000)


@pytest.mark.parametrize("before", range(280, 304))
def test_half_a_password_at_the_cut_of_a_long_reply_is_not_shown(before):
    reply = Quoted("x" * before + PASSWORD + "y" * 300)
    shown = Masks(Secret(PASSWORD)).message(say("“{reply}”", reply=reply)).render()
    assert PASSWORD[:4] not in shown
    assert len(shown) <= 303


@pytest.mark.parametrize("secret", ["1", "x", "ab", "993"])
def test_a_secret_of_a_few_letters_puts_no_stars_into_names_and_dates(secret: str) -> None:
    text = "mail.srv.example is at 127.0.0.3, port 993, until 3000-01-01; abc"
    assert Masks(Secret(secret)).text(text) == text
