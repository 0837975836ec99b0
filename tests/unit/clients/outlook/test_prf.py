"""What Outlook would read in the files written for it."""

from dataclasses import replace

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from tests.unit.clients.outlook.accounts import LETTERS, accounts
from tests.unit.clients.outlook.reader import POP3_LEAVE_ON_SERVER, SMTP_USER, parse, read
from tests.unit.clients.samples import account, imap_account, pop_account, server

from mailsetup.account import Account, Auth, Protocol, Retention, Security
from mailsetup.clients.outlook.prf import write
from mailsetup.errors import ProfileRefused


def _expected(wished: Account) -> Account:
    """The account as far as Outlook can know it: who sends without a login has no user of their own."""
    incoming = replace(wished.incoming, auth=(Auth.PASSWORD,))
    outgoing = replace(wished.outgoing, auth=wished.outgoing.auth or (Auth.PASSWORD,))
    if outgoing.auth == (Auth.NONE,):
        outgoing = replace(outgoing, username=incoming.username)
    return replace(wished, incoming=incoming, outgoing=outgoing)


SMTP_STARTTLS = server(Protocol.SMTP, "smtp.example.org", port=587, security=Security.STARTTLS)
SMTP_OTHER_USER = server(Protocol.SMTP, "smtp.example.org", port=465, username="relay")
SMTP_NO_LOGIN = server(Protocol.SMTP, "smtp.example.org", port=465, auth=(Auth.NONE,), username="relay")
POP = server(Protocol.POP3, "pop.example.org")


@pytest.mark.parametrize(
    "wished",
    [
        pytest.param(pop_account(), id="POP3"),
        pytest.param(pop_account(port=1995), id="another port"),
        pytest.param(pop_account(auth=()), id="nobody said how to log in"),
        pytest.param(imap_account(), id="IMAP"),
        pytest.param(account(POP, outgoing=SMTP_STARTTLS, retention=Retention()), id="STARTTLS for sending"),
        pytest.param(account(POP, outgoing=SMTP_OTHER_USER, retention=Retention()), id="another user"),
        pytest.param(account(POP, outgoing=SMTP_NO_LOGIN, retention=Retention()), id="sending without login"),
        pytest.param(account(POP, name="", retention=Retention()), id="no name"),
        pytest.param(account(POP, name="Zoë Müller", retention=Retention()), id="a name beyond ASCII"),
        pytest.param(account(POP, name='O\'Neill "Jo" [x]=y 100%', retention=Retention()), id="odd signs"),
        pytest.param(
            account(POP, address="ada@bücher.example", retention=Retention()), id="a domain beyond ASCII"
        ),
    ],
)
def test_an_account_comes_back_as_it_went(wished):
    assert read(write(wished, None)).account == _expected(wished)


@given(accounts())
def test_any_account_comes_back_as_it_went_or_is_refused(wished):
    try:
        content = write(wished, None)
    except ProfileRefused:
        assume(False)
    assert read(content).account == _expected(wished)


@given(st.text(LETTERS, max_size=20))
@example("[Account1]")
@example("LeaveOnServer=0x0")
def test_no_text_makes_a_line_of_its_own(name):
    plain = parse(write(pop_account(), None))
    try:
        content = write(replace(pop_account(), name=name), None)
    except ProfileRefused:
        assume(False)
    assert {section: list(keys) for section, keys in parse(content).items()} == {
        section: list(keys) for section, keys in plain.items()
    }


@pytest.mark.parametrize(
    ("wish", "value"),
    [
        (Retention(keep=False), 0x0),
        (Retention(), 0x1),
        (Retention(days=14), 0x000E0003),
        (Retention(days=1), 0x00010003),
        (Retention(days=9999), 0x270F0003),
        (Retention(until_deleted=True), 0x5),
        (Retention(days=14, until_deleted=True), 0x000E0007),
    ],
)
def test_what_stays_on_the_server_is_a_number_with_the_days_in_its_high_word(wish, value):
    properties = read(write(pop_account(wish), None)).properties

    assert int(properties[POP3_LEAVE_ON_SERVER], 16) == value


def test_an_imap_account_says_nothing_of_what_stays_on_the_server():
    assert POP3_LEAVE_ON_SERVER not in read(write(imap_account(), None)).properties


def test_the_user_who_fetches_is_not_named_again_for_sending():
    assert SMTP_USER not in read(write(pop_account(), None)).properties


@pytest.mark.parametrize(
    ("offered", "used"),
    [
        ((Auth.OAUTH2, Auth.NONE, Auth.PASSWORD), Auth.NONE),
        ((Auth.OAUTH2, Auth.PASSWORD, Auth.NONE), Auth.PASSWORD),
    ],
)
def test_sending_uses_the_first_way_to_log_in_that_the_format_knows(offered, used):
    smtp = server(Protocol.SMTP, "smtp.example.org", auth=offered)
    wished = account(POP, outgoing=smtp, retention=Retention())

    assert read(write(wished, None)).account.outgoing.auth == (used,)


def test_it_is_ascii_where_the_account_is():
    assert write(pop_account(), None).isascii()


@pytest.mark.parametrize("wished", [pop_account(), imap_account()], ids=["POP3", "IMAP"])
def test_no_key_is_for_a_password(wished):
    keys = {key for section in parse(write(wished, None)).values() for key in section}

    assert [key for key in keys if "pass" in key] == []


@pytest.mark.parametrize("wished", [pop_account(), imap_account()], ids=["POP3", "IMAP"])
def test_the_maps_of_both_kinds_of_account_and_of_the_services_are_there(wished):
    sections = parse(write(wished, None))

    assert {"i_mail", "imap_i_mail", "unicode personal folders", "outlook address book"} <= sections.keys()


def test_the_default_profile_is_added_to_without_a_copy_or_a_new_data_file():
    found = read(write(pop_account(), None))

    assert found.services == {}
    assert found.general == {
        "custom": "1",
        "profilename": "Outlook",
        "defaultprofile": "Yes",
        "overwriteprofile": "Append",
        "modifydefaultprofileifpresent": "TRUE",
        "backupprofile": "No",
    }


def test_a_named_profile_is_added_to_and_the_default_one_stays_the_default():
    assert read(write(pop_account(), "Work")).general == {
        "custom": "1",
        "profilename": "Work",
        "defaultprofile": "No",
        "overwriteprofile": "Append",
        "modifydefaultprofileifpresent": "FALSE",
        "backupprofile": "No",
    }


def test_the_account_that_sends_by_default_stays_so():
    assert parse(write(pop_account(), None))["account1"]["defaultaccount"] == "FALSE"
