"""What a file for Outlook cannot say is refused with what to do instead, and never written by halves."""

from dataclasses import replace

import pytest
from tests.unit.clients.samples import account, imap_account, pop_account, server

from mailsetup.account import Auth, Protocol, Retention, Security
from mailsetup.clients.outlook.prf import write
from mailsetup.errors import ProfileRefused, Unsafe


@pytest.mark.parametrize("wished", [pop_account, imap_account])
def test_starttls_for_fetching(wished):
    with pytest.raises(ProfileRefused, match=r"STARTTLS.*port 995 for POP3, 993 for IMAP"):
        write(wished(security=Security.STARTTLS), None)


@pytest.mark.parametrize("wished", [pop_account, imap_account])
def test_fetching_without_encryption_is_unsafe(wished):
    with pytest.raises(Unsafe, match=r"example\.org would get the password without encryption"):
        write(wished(security=Security.PLAIN), None)


def test_sending_without_encryption_is_unsafe():
    smtp = server(Protocol.SMTP, "smtp.example.org", security=Security.PLAIN)
    with pytest.raises(Unsafe, match=r"smtp\.example\.org would get"):
        write(replace(pop_account(), outgoing=smtp), None)


def test_fetching_by_the_providers_own_sign_in_alone():
    with pytest.raises(ProfileRefused, match=r"pop\.example\.org .*OAuth2"):
        write(pop_account(auth=(Auth.OAUTH2,)), None)


def test_sending_by_the_providers_own_sign_in_alone():
    smtp = server(Protocol.SMTP, "smtp.example.org", auth=(Auth.OAUTH2,))
    with pytest.raises(ProfileRefused, match=r"smtp\.example\.org .*OAuth2"):
        write(replace(pop_account(), outgoing=smtp), None)


@pytest.mark.parametrize(
    "method",
    [Auth.ENCRYPTED_PASSWORD, Auth.GSSAPI, Auth.NTLM, Auth.CLIENT_CERTIFICATE, Auth.NONE],
)
def test_fetching_by_another_way_to_log_in_alone(method):
    with pytest.raises(ProfileRefused, match=r"pop\.example\.org does not take a plain password"):
        write(pop_account(auth=(method,)), None)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Ада", "“А” is not in its alphabet"),
        (" Ada", "space"),
        ("Ada\u00a0", "space"),
        ('"Ada"', "quotation mark"),
        ("'Ada'", "quotation mark"),
        ("Lovelace; Ada", "semicolon"),
        ("%USERNAME%", "percent signs"),
    ],
)
def test_a_name_that_would_not_arrive_as_it_is(name, why):
    with pytest.raises(ProfileRefused, match=f"the name “.*{why}.*--name"):
        write(account(server(Protocol.POP3, "pop.example.org"), name=name, retention=Retention()), None)


def test_a_user_name_that_would_not_arrive_as_it_is():
    with pytest.raises(ProfileRefused, match=r"the user name for pop\.example\.org “a;b”.*Add Account"):
        write(pop_account(username="a;b"), None)


def test_a_user_name_for_sending_that_would_not_arrive_as_it_is():
    smtp = server(Protocol.SMTP, "smtp.example.org", username="a;b")
    with pytest.raises(ProfileRefused, match=r"the user name for smtp\.example\.org “a;b”"):
        write(replace(pop_account(), outgoing=smtp), None)


def test_an_address_that_would_not_arrive_as_it_is():
    wished = account(
        server(Protocol.POP3, "pop.example.org"), address="ада@example.org", retention=Retention()
    )
    with pytest.raises(ProfileRefused, match=r"the address “ада@example\.org”"):
        write(wished, None)


@pytest.mark.parametrize("name", ["", "C:\\Profiles\\x", "/home/ada/profile"])
def test_a_folder_in_place_of_a_profile(name):
    with pytest.raises(ProfileRefused, match="is not the name of an Outlook profile"):
        write(pop_account(), name)


@pytest.mark.parametrize("name", ["Work\t[Account1]", "Работа", "a;b"])
def test_a_name_of_a_profile_that_would_not_arrive_as_it_is(name):
    with pytest.raises(ProfileRefused, match=r"the profile's name “.*--profile"):
        write(pop_account(), name)


def test_a_name_of_a_profile_that_would_begin_a_section():
    with pytest.raises(ProfileRefused, match="would end its line"):
        write(pop_account(), "Work\r\n[Account1]")
