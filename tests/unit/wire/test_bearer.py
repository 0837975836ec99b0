import pytest

from mailsetup.wire.bearer import Bearer
from mailsetup.wire.faults import Unsendable

pytestmark = pytest.mark.anyio
BOTH = pytest.mark.parametrize("name", ["OAUTHBEARER", "XOAUTH2"])
REFUSED = b'{"status":"401","schemes":"bearer","scope":"https://mail.example.org/"}'


def test_oauthbearer_names_the_user_in_its_header():
    assert Bearer("OAUTHBEARER", "a=d,a", "t0ken").first == b"n,a=a=3Dd=2Ca,\1auth=Bearer t0ken\1\1"


def test_xoauth2_has_the_form_that_google_gave_it():
    first = Bearer("XOAUTH2", "ada@example.org", "t0ken").first
    assert first == b"user=ada@example.org\1auth=Bearer t0ken\1\1"


@BOTH
@pytest.mark.parametrize("token", ["", "Bearer t0ken", "t0ken ", "t0\1ken", "t0ken\n", "töken"])
def test_what_is_no_token_is_not_sent(name, token):
    with pytest.raises(Unsendable, match="The token"):
        Bearer(name, "ada", token)


@BOTH
@pytest.mark.parametrize("username", ["", "a\1b", "a\nb"])
def test_a_user_name_that_would_end_its_field_is_not_sent(name, username):
    with pytest.raises(Unsendable, match="The user name"):
        Bearer(name, username, "t0ken")


@pytest.mark.parametrize(("name", "answer"), [("OAUTHBEARER", b"\1"), ("XOAUTH2", b"")])
async def test_a_refusal_in_the_exchange_is_answered_so_that_the_server_can_end_it(name, answer):
    assert await Bearer(name, "ada", "t0ken").answer(REFUSED) == answer


@BOTH
async def test_what_the_refusal_says_is_told_as_facts(name):
    bearer = Bearer(name, "ada", "t0ken")
    await bearer.answer(REFUSED)
    assert bearer.told == {"oauth_status": "401", "oauth_scope": "https://mail.example.org/"}


@BOTH
@pytest.mark.parametrize(
    "odd",
    [b"", b"no json", b"[]", b"\xff", b'{"status":[1]}', b"[" * 10_000, b'{"status":' + b"9" * 9000 + b"}"],
)
async def test_a_refusal_that_cannot_be_read_is_one_all_the_same(name, odd):
    bearer = Bearer(name, "ada", "t0ken")
    await bearer.answer(odd)
    assert bearer.told == {}


@BOTH
async def test_a_long_scope_is_cut(name):
    bearer = Bearer(name, "ada", "t0ken")
    await bearer.answer(b'{"scope":"' + b"x" * 5000 + b'"}')
    assert bearer.told == {"oauth_scope": "x" * 200}


@BOTH
async def test_a_second_challenge_has_no_answer(name):
    bearer = Bearer(name, "ada", "t0ken")
    await bearer.answer(REFUSED)
    assert await bearer.answer(REFUSED) is None
