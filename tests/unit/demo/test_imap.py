"""The IMAP server, asked by imaplib."""

import email
import email.header
import imaplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from mailsetup.demo.letters import LETTERS
from mailsetup.demo.world import World

Verified = Callable[[str], ssl.SSLContext]


@contextmanager
def tls(world: World, verified: Verified, host: str = "imap.example.org") -> Iterator[imaplib.IMAP4_SSL]:
    client = imaplib.IMAP4_SSL("127.0.0.1", world.ports[993], ssl_context=verified(host), timeout=5)
    try:
        yield client
    finally:
        # LOGOUT has closed it where the test came so far.
        with suppress(OSError):
            client.shutdown()


@contextmanager
def logged_in(world: World, verified: Verified) -> Iterator[imaplib.IMAP4]:
    with tls(world, verified) as client:
        client.login(world.address, world.password.reveal())
        yield client
        client.logout()


def test_five_messages_wait(world: World, verified: Verified) -> None:
    with logged_in(world, verified) as client:
        assert client.select("INBOX", readonly=True) == ("OK", [b"5"])


def test_examine_opens_for_reading_only(world: World, verified: Verified) -> None:
    with logged_in(world, verified) as client:
        client.select("INBOX", readonly=True)
        assert client.response("READ-ONLY")[1] == [b""]
        with pytest.raises(imaplib.IMAP4.error):
            client.store("1", "+FLAGS", "\\Deleted")
        assert client.expunge()[0] == "NO"


def test_opening_a_folder_tells_all_that_rfc_3501_wants(world: World, verified: Verified) -> None:
    with logged_in(world, verified) as client:
        client.select("inbox")
        told = {
            code: client.response(code)[1] for code in ("UIDVALIDITY", "UIDNEXT", "PERMANENTFLAGS", "RECENT")
        }
    assert told == {
        "UIDVALIDITY": [b"1"],
        "UIDNEXT": [b"6"],
        "PERMANENTFLAGS": [rb"(\Answered \Flagged \Deleted \Seen \Draft)"],
        "RECENT": [b"0"],
    }


def fetch(client: imaplib.IMAP4, number: str, what: str) -> bytes:
    answer: Any = client.fetch(number, what)[1]
    return bytes(answer[0][1])


def test_a_message_comes_as_it_is(world: World, verified: Verified) -> None:
    with logged_in(world, verified) as client:
        client.select("INBOX", readonly=True)
        fetched = [fetch(client, str(number), "(BODY.PEEK[])") for number in range(1, 6)]
    assert tuple(fetched) == LETTERS


def test_a_header_comes_as_it_is(world: World, verified: Verified) -> None:
    with logged_in(world, verified) as client:
        client.select("INBOX", readonly=True)
        fetched = [fetch(client, "3", what) for what in ("(BODY.PEEK[HEADER])", "(RFC822.HEADER)")]
    assert fetched == [LETTERS[2].partition(b"\r\n\r\n")[0] + b"\r\n\r\n"] * 2


def test_chosen_header_fields_come_alone(world: World, verified: Verified) -> None:
    with logged_in(world, verified) as client:
        client.select("INBOX", readonly=True)
        fields = fetch(client, "3", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
    ((shown, charset),) = email.header.decode_header(email.message_from_bytes(fields)["Subject"])
    assert str(shown, str(charset)) == "Ihre Bestellung ist da – schöne Grüße"
    assert fields.count(b"\r\n") == 2


def test_other_header_fields_come_without_the_named(world: World, verified: Verified) -> None:
    with logged_in(world, verified) as client:
        client.select("INBOX", readonly=True)
        fields = email.message_from_bytes(fetch(client, "1", "(BODY.PEEK[HEADER.FIELDS.NOT (SUBJECT TO)])"))
    assert fields.keys() == ["From", "Date", "Message-ID", "MIME-Version", "Content-Type"]


def test_the_parts_of_a_multipart_message_can_be_had_alone(world: World, verified: Verified) -> None:
    with logged_in(world, verified) as client:
        client.select("INBOX", readonly=True)
        part = fetch(client, "4", "(BODY.PEEK[1])")
        structure: Any = client.fetch("4", "(BODYSTRUCTURE)")[1]
    assert part.startswith(b"Welcome. Fetch your mail")
    assert b'"alternative"' in structure[0]


def test_size_uid_date_and_envelope(world: World, verified: Verified) -> None:
    with logged_in(world, verified) as client:
        client.select("INBOX", readonly=True)
        answer: Any = client.uid("FETCH", "1:*", "(RFC822.SIZE INTERNALDATE ENVELOPE)")[1]
    assert len(answer) == 5
    assert b"UID 1" in answer[0]
    assert b"RFC822.SIZE %d" % len(LETTERS[0]) in answer[0]
    assert b'INTERNALDATE "02-Nov-2026 09:12:44 +0100"' in answer[0]
    assert b'"A moth in the relay"' in answer[0]


def test_search_finds_what_is_unseen(world: World, verified: Verified) -> None:
    with logged_in(world, verified) as client:
        client.select("INBOX")
        client.store("2", "+FLAGS", "\\Seen")
        assert client.search(None, "UNSEEN")[1] == [b"1 3 4 5"]
        client.store("2", "-FLAGS", "\\Seen")
        assert client.uid("SEARCH", "UNSEEN")[1] == [b"1 2 3 4 5"]


def test_folders_come_with_their_special_use(world: World, verified: Verified) -> None:
    with logged_in(world, verified) as client:
        told = client.list()[1]
    assert sorted(told, key=str) == [
        b'() "/" "INBOX"',
        b'(\\Drafts) "/" "Drafts"',
        b'(\\Sent) "/" "Sent"',
        b'(\\Trash) "/" "Trash"',
    ]


def test_namespace_status_and_quota(world: World, verified: Verified) -> None:
    with logged_in(world, verified) as client:
        assert client.namespace()[1] == [b'(("" "/")) NIL NIL']
        assert client.status("INBOX", "(MESSAGES UNSEEN)")[1] == [b"INBOX (MESSAGES 5 UNSEEN 5)"]
        kind, told = client.getquotaroot("INBOX")
    assert (kind, told[1]) == ("OK", [b'"" (STORAGE 3 102400)'])


def test_a_kept_copy_lands_in_its_folder(world: World, verified: Verified) -> None:
    with logged_in(world, verified) as client:
        assert client.append("Sent", "(\\Seen)", "", LETTERS[0])[0] == "OK"
        assert client.select("Sent") == ("OK", [b"1"])
        assert fetch(client, "1", "(BODY[])") == LETTERS[0]
        client.store("1", "+FLAGS.SILENT", "\\Deleted")
        assert client.expunge() == ("OK", [b"1"])


def test_a_folder_can_be_made_renamed_and_deleted(world: World, verified: Verified) -> None:
    with logged_in(world, verified) as client:
        assert [client.create("Bills")[0], client.create("Bills")[0]] == ["OK", "NO"]
        assert client.rename("Bills", "Paid")[0] == "OK"
        assert [client.delete("Paid")[0], client.delete("Paid")[0]] == ["OK", "NO"]
        assert client.select("Paid")[0] == "NO"


def test_capabilities_over_tls_offer_both_mechanisms(world: World, verified: Verified) -> None:
    with tls(world, verified) as client:
        told = set(client.capabilities)
    assert told >= {"IMAP4REV1", "AUTH=PLAIN", "AUTH=LOGIN", "SASL-IR", "QUOTA"}
    assert not told & {"STARTTLS", "LOGINDISABLED"}


def test_capabilities_before_tls_disable_login(world: World) -> None:
    client = imaplib.IMAP4("127.0.0.1", world.ports[143], timeout=5)
    told = set(client.capabilities)
    client.shutdown()
    assert told >= {"STARTTLS", "LOGINDISABLED"}
    assert not {name for name in told if name.startswith("AUTH=")}


def test_starttls_leads_to_a_login(world: World, verified: Verified) -> None:
    client = imaplib.IMAP4("127.0.0.1", world.ports[143], timeout=5)
    client.starttls(verified("imap.example.org"))
    assert "AUTH=PLAIN" in client.capabilities
    assert client.login(world.address, world.password.reveal())[0] == "OK"
    client.logout()
    assert world.logins("imap")[-1].secure


def test_no_login_is_taken_in_plain_text(world: World) -> None:
    before = world.logins("imap")
    client = imaplib.IMAP4("127.0.0.1", world.ports[143], timeout=5)
    with pytest.raises(imaplib.IMAP4.error, match="PRIVACYREQUIRED"):
        client.login(world.address, world.password.reveal())
    client.shutdown()
    assert world.logins("imap") == before


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_both_mechanisms_log_in(world: World, verified: Verified, mechanism: str) -> None:
    answers = iter(
        [f"\0{world.address}\0{world.password.reveal()}"]
        if mechanism == "PLAIN"
        else [world.address, world.password.reveal()]
    )
    with tls(world, verified) as client:
        assert client.authenticate(mechanism, lambda _: next(answers).encode())[0] == "OK"
        client.logout()
    last = world.logins("imap")[-1]
    assert (last.how, last.accepted) == (f"AUTH {mechanism}", True)


def test_a_wrong_password_is_refused_with_the_code_for_it(world: World, verified: Verified) -> None:
    with tls(world, verified) as client, pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
        client.login(world.address, "wrong")


def test_a_mechanism_called_off_leaves_the_connection_usable(world: World, verified: Verified) -> None:
    with tls(world, verified) as client:
        # imaplib sends "*" for None.
        with pytest.raises(imaplib.IMAP4.error):
            client.authenticate("PLAIN", lambda _: None)  # type: ignore[arg-type, return-value]
        assert client.noop()[0] == "OK"
        client.logout()


def test_a_certificate_for_another_name_is_refused_by_the_client(world: World, verified: Verified) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match=r"imap\.wrong-certificate\.example"):
        imaplib.IMAP4_SSL(
            "127.0.0.1",
            world.ports[993],
            ssl_context=verified("imap.wrong-certificate.example"),
            timeout=5,
        )


def test_one_domain_proves_itself_and_not_its_host(world: World, verified: Verified) -> None:
    context = verified("imap.domain-certificate.example")
    with pytest.raises(ssl.SSLCertVerificationError):
        imaplib.IMAP4_SSL("127.0.0.1", world.ports[993], ssl_context=context, timeout=5)
    context.check_hostname = False
    with (
        socket.create_connection(("127.0.0.1", world.ports[993]), 5) as raw,
        context.wrap_socket(raw) as wrapped,
    ):
        shown: Any = wrapped.getpeercert()
    assert shown["subjectAltName"] == (("DNS", "domain-certificate.example"),)


def test_a_new_message_is_announced_to_an_open_folder(world: World, verified: Verified) -> None:
    place = world.at("srv-only.example")
    with tls(world, verified) as client, tls(world, verified) as other:
        for each in (client, other):
            each.login(place.address, world.password.reveal())
        client.select("INBOX")
        other.append("INBOX", "", "", LETTERS[0])
        client.noop()
        assert client.response("EXISTS")[1][-1] == b"6"
    assert len(place.messages()) == 6


def test_commands_are_written_down_but_no_password(world: World, verified: Verified) -> None:
    with logged_in(world, verified) as client:
        client.select("INBOX", readonly=True)
        client.uid("FETCH", "1", "(FLAGS)")
    seen = world.commands("imap")
    mine = [(c.verb, c.detail) for c in seen if c.session == seen[-1].session]
    assert mine == [
        ("CAPABILITY", ""),
        ("LOGIN", ""),
        ("EXAMINE", "INBOX"),
        ("UID FETCH", "1 (FLAGS)"),
        ("LOGOUT", ""),
    ]
    assert seen[-1].host == "imap.example.org"
