import base64

import pytest
from tests.unit.wire.conversation import over

from mailsetup.wire.bearer import Bearer
from mailsetup.wire.faults import LoginBroken, Unsendable
from mailsetup.wire.refusals import Refusal
from mailsetup.wire.sasl import MAX_CHALLENGE, MAX_CHALLENGES, Exchange, Login, Plain
from mailsetup.wire.scram import Scram

pytestmark = pytest.mark.anyio
MAKE = [Plain, Login, lambda *both: Bearer("XOAUTH2", *both), lambda *both: Scram("SCRAM-SHA-1", *both)]


@pytest.fixture
def anyio_backend():
    return "asyncio"


async def talk(mechanism, *challenges, room=0):
    """What is sent for these challenges, without line ends."""
    stream, raw = over()
    exchange = Exchange(mechanism, room=room)
    for challenge in challenges:
        await exchange.answer(challenge, stream)
    return raw.sent.decode().removesuffix("\r\n").split("\r\n")


async def test_plain_names_the_user_and_gives_the_password_in_one_message():
    (sent,) = await talk(Plain("ada", "pässword"), "")
    assert base64.b64decode(sent) == "\0ada\0pässword".encode()


async def test_login_gives_the_two_one_after_the_other():
    assert await talk(Login("ada", "secret"), "VXNlcjo=", "UGFzczo=") == ["YWRh", "c2VjcmV0"]


async def test_a_first_message_goes_with_the_command_where_there_is_room():
    assert Exchange(Plain("ada", "secret"), room=16).command == "PLAIN AGFkYQBzZWNyZXQ="


async def test_a_first_message_that_does_not_fit_waits_for_the_server():
    assert Exchange(Plain("ada", "secret"), room=15).command == "PLAIN"
    assert await talk(Plain("ada", "secret"), "", room=15) == ["AGFkYQBzZWNyZXQ="]


@pytest.mark.parametrize("greeting", ["", "go ahead", "Z28="])
async def test_what_a_server_says_when_it_asks_for_the_first_message_is_its_own_affair(greeting):
    assert await talk(Plain("ada", "secret"), greeting) == ["AGFkYQBzZWNyZXQ="]


async def test_a_mechanism_that_has_said_all_ends_the_exchange():
    assert (await talk(Plain("ada", "secret"), "", ""))[-1] == "*"


async def test_an_exchange_that_was_ended_is_refused_though_the_server_says_yes():
    stream, _ = over()
    exchange = Exchange(Plain("ada", "secret"), room=99)
    await exchange.answer("", stream)
    refused = exchange.end(ok=True, why=Refusal.CREDENTIALS, reply="yes")
    assert refused is not None
    assert refused.why is Refusal.OTHER_WAY


async def test_a_server_that_asks_on_after_the_end_is_left():
    stream, _ = over()
    exchange = Exchange(Plain("ada", "secret"), room=99)
    await exchange.answer("", stream)
    with pytest.raises(LoginBroken):
        await exchange.answer("", stream)


@pytest.mark.parametrize(
    "bad", ["!", "a", "====", "YQ==YQ==", "Zmöö", b"\xff\xfe", "A" * (MAX_CHALLENGE + 4)]
)
async def test_a_challenge_that_is_no_base64_ends_the_exchange(bad):
    stream, raw = over()
    with pytest.raises(LoginBroken):
        await Exchange(Login("ada", "secret"), room=0).answer(bad, stream)
    assert raw.sent == b"*\r\n"


async def test_challenges_without_end_are_ended():
    class Endless(Plain):
        async def answer(self, challenge):
            return b""

    stream, raw = over()
    exchange = Exchange(Endless("ada", "secret"), room=99)
    for _ in range(MAX_CHALLENGES):
        await exchange.answer("", stream)
    with pytest.raises(LoginBroken):
        await exchange.answer("", stream)
    assert raw.sent.endswith(b"\r\n*\r\n")


@pytest.mark.parametrize("make", MAKE)
@pytest.mark.parametrize("text", ["", "a\rb", "a\nb", "a\0b"])
async def test_a_secret_that_cannot_be_sent_is_refused(make, text):
    with pytest.raises(Unsendable):
        make("ada", text)


@pytest.mark.parametrize("make", MAKE)
@pytest.mark.parametrize("text", ["", "a\rb", "a\nb", "a\0b"])
async def test_a_user_name_that_cannot_be_sent_is_refused(make, text):
    with pytest.raises(Unsendable):
        make(text, "secret")


async def test_the_refusal_of_a_password_does_not_quote_it():
    with pytest.raises(Unsendable) as caught:
        Plain("ada", "hunter2\n")
    assert "hunter2" not in repr(caught.value) + str(caught.value)
