"""The POP3 server, asked by poplib."""

import base64
import poplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from mailsetup.demo.letters import LETTERS
from mailsetup.demo.world import World, start

Verified = Callable[[str], ssl.SSLContext]


@contextmanager
def tls(world: World, verified: Verified, host: str = "pop.example.org") -> Iterator[poplib.POP3_SSL]:
    client = poplib.POP3_SSL("127.0.0.1", world.ports[995], context=verified(host), timeout=5)
    try:
        yield client
    finally:
        client.close()


@contextmanager
def logged_in(world: World, verified: Verified) -> Iterator[poplib.POP3]:
    with tls(world, verified) as client:
        client.user(world.address)
        client.pass_(world.password.reveal())
        yield client
        client.quit()


def test_five_messages_wait(world: World, verified: Verified) -> None:
    with logged_in(world, verified) as client:
        assert client.stat() == (5, sum(map(len, LETTERS)))


def test_list_tells_each_size(world: World, verified: Verified) -> None:
    with logged_in(world, verified) as client:
        told = [int(line.split()[1]) for line in client.list()[1]]
    assert told == [len(letter) for letter in LETTERS]


def test_a_message_comes_as_it_is_dots_and_all(world: World, verified: Verified) -> None:
    with logged_in(world, verified) as client:
        fetched = [b"\r\n".join([*client.retr(number)[1], b""]) for number in range(1, 6)]
    assert tuple(fetched) == LETTERS


def test_top_gives_the_header_and_as_many_lines_as_asked(world: World, verified: Verified) -> None:
    with logged_in(world, verified) as client:
        lines = client.top(2, 1)[1]
    assert lines[-2:] == [b"", b"Note G is longer than the paper it explains, and better."]


def test_unique_ids_are_the_same_in_the_next_session(world: World, verified: Verified) -> None:
    with logged_in(world, verified) as client:
        first = client.uidl()[1]
    with logged_in(world, verified) as client:
        assert client.uidl()[1] == first
    assert len(set(first)) == 5


def test_capabilities_over_tls(world: World, verified: Verified) -> None:
    with tls(world, verified) as client:
        told = client.capa()
    assert (
        told.items()
        >= {
            "UIDL": [],
            "TOP": [],
            "USER": [],
            "RESP-CODES": [],
            "SASL": ["PLAIN", "LOGIN"],
            "EXPIRE": ["NEVER"],
            "LOGIN-DELAY": ["0"],
        }.items()
    )
    assert "STLS" not in told


def test_capabilities_before_tls_offer_stls_and_no_login(world: World) -> None:
    client = poplib.POP3("127.0.0.1", world.ports[110], timeout=5)
    told = client.capa()
    client.close()
    assert "STLS" in told
    assert not told.keys() & {"USER", "SASL"}


def test_stls_leads_to_a_login(world: World, verified: Verified) -> None:
    client = poplib.POP3("127.0.0.1", world.ports[110], timeout=5)
    client.stls(verified("pop.example.org"))
    client.user(world.address)
    client.pass_(world.password.reveal())
    assert client.stat()[0] == 5
    client.quit()
    assert world.logins("pop3")[-1].secure


def test_no_login_is_taken_in_plain_text(world: World) -> None:
    client = poplib.POP3("127.0.0.1", world.ports[110], timeout=5)
    with pytest.raises(poplib.error_proto, match="STLS first"):
        client.user(world.address)
    client.close()


def test_a_wrong_password_is_refused_with_the_code_for_it(world: World, verified: Verified) -> None:
    with tls(world, verified) as client:
        client.user(world.address)
        with pytest.raises(poplib.error_proto, match=r"-ERR \[AUTH\]"):
            client.pass_("wrong")
    last = world.logins("pop3")[-1]
    assert (last.user, last.accepted) == ("ada@example.org", False)


def test_an_unknown_user_is_refused_like_a_wrong_password(world: World, verified: Verified) -> None:
    with tls(world, verified) as client:
        client.user("ada")
        with pytest.raises(poplib.error_proto, match=r"-ERR \[AUTH\]"):
            client.pass_(world.password.reveal())


def test_one_domain_takes_the_local_part_and_not_the_address(world: World, verified: Verified) -> None:
    place = world.at("short-name.example")
    with tls(world, verified, "pop.short-name.example") as client:
        client.user(place.address)
        with pytest.raises(poplib.error_proto, match=r"\[AUTH\]"):
            client.pass_(world.password.reveal())
        client.user("grace")
        client.pass_(world.password.reveal())
        client.quit()


@pytest.mark.parametrize("initial", [True, False])
def test_sasl_plain_with_and_without_an_initial_response(
    world: World, verified: Verified, initial: bool
) -> None:
    answer = base64.b64encode(f"\0{world.address}\0{world.password.reveal()}".encode()).decode()
    with tls(world, verified) as client:
        if initial:
            reply = client._shortcmd(f"AUTH PLAIN {answer}")  # type: ignore[attr-defined]
        else:
            client._shortcmd("AUTH PLAIN")  # type: ignore[attr-defined]
            reply = client._shortcmd(answer)  # type: ignore[attr-defined]
        client.quit()
    assert reply.startswith(b"+OK")


def test_a_second_session_finds_the_mailbox_in_use(world: World, verified: Verified) -> None:
    with logged_in(world, verified), tls(world, verified) as second:
        second.user(world.address)
        with pytest.raises(poplib.error_proto, match=r"\[IN-USE\]"):
            second.pass_(world.password.reveal())


@pytest.mark.parametrize("number", ["0", "-1", "6", "x", ""])
def test_a_message_that_is_not_there_cannot_be_deleted(world: World, verified: Verified, number: str) -> None:
    with logged_in(world, verified) as client, pytest.raises(poplib.error_proto):
        client.dele(number)
    assert len(world.messages()) == 5


def test_a_deleted_message_is_gone_after_quit_and_not_before() -> None:
    with start() as world:
        context = ssl.create_default_context(cafile=world.ca_file)
        context.check_hostname = False
        for ending, left in (("close", 5), ("quit", 4)):
            client = poplib.POP3_SSL("127.0.0.1", world.ports[995], context=context, timeout=5)
            client.user(world.address)
            client.pass_(world.password.reveal())
            client.dele(3)
            assert len(world.messages()) == 5
            if ending == "quit":
                client.quit()
            else:
                client.close()
            assert len(world.messages()) == left
        assert world.messages() == (*LETTERS[:2], *LETTERS[3:])


def test_rset_takes_deletions_back(world: World, verified: Verified) -> None:
    with logged_in(world, verified) as client:
        client.dele(1)
        client.rset()
    assert len(world.messages()) == 5


def test_commands_are_written_down_but_no_password(world: World, verified: Verified) -> None:
    with logged_in(world, verified) as client:
        client.uidl(1)
    seen = world.commands("pop3")
    mine = [(c.verb, c.detail) for c in seen if c.session == seen[-1].session]
    assert mine == [("USER", "ada@example.org"), ("PASS", ""), ("UIDL", "1"), ("QUIT", "")]
    assert seen[-1].host == "pop.example.org"


def test_what_is_no_command_is_written_down_as_such(world: World) -> None:
    with socket.create_connection(("127.0.0.1", world.ports[110]), 5) as plain:
        plain.sendall(b"hunter2 hunter3\r\n")
        reader = plain.makefile("rb")
        assert [reader.readline()[:3], reader.readline()[:4]] == [b"+OK", b"-ERR"]
        reader.close()
    last = world.commands("pop3")[-1]
    assert (last.verb, last.detail) == ("?", "")
