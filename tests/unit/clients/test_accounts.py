import pytest
from tests.unit.clients.samples import account, imap_account, pop_account, server

from mailsetup.account import Auth, Protocol, Retention, Security
from mailsetup.clients.thunderbird.accounts import enter, store_uri, uses_password
from mailsetup.errors import Unsafe


def installed(wished, prefs=None, **options):
    """The prefs after an account was entered."""
    there = dict(prefs or {})
    return there | dict(enter(there, wished, **options).prefs)


def test_a_first_account_is_what_thunderbirds_own_wizard_writes():
    assert enter({}, pop_account(Retention(days=14))).prefs == {
        "mail.accountmanager.accounts": "account1,account2",
        "mail.accountmanager.defaultaccount": "account1",
        "mail.accountmanager.localfoldersserver": "server2",
        "mail.account.lastKey": 2,
        "mail.account.account1.server": "server1",
        "mail.account.account1.identities": "id1",
        "mail.account.account2.server": "server2",
        "mail.server.server1.type": "pop3",
        "mail.server.server1.hostname": "pop.example.org",
        "mail.server.server1.userName": "ada@example.org",
        "mail.server.server1.port": 995,
        "mail.server.server1.socketType": 3,
        "mail.server.server1.authMethod": 3,
        "mail.server.server1.name": "ada@example.org",
        "mail.server.server1.directory-rel": "[ProfD]Mail/pop.example.org",
        "mail.server.server1.check_new_mail": True,
        "mail.server.server1.check_time": 10,
        "mail.server.server1.login_at_startup": True,
        "mail.server.server1.download_on_biff": True,
        "mail.server.server1.leave_on_server": True,
        "mail.server.server1.delete_by_age_from_server": True,
        "mail.server.server1.num_days_to_leave_on_server": 14,
        "mail.server.server1.delete_mail_left_on_server": False,
        "mail.server.server2.type": "none",
        "mail.server.server2.hostname": "Local Folders",
        "mail.server.server2.userName": "nobody",
        "mail.server.server2.name": "Local Folders",
        "mail.server.server2.directory-rel": "[ProfD]Mail/Local Folders",
        "mail.identity.id1.useremail": "ada@example.org",
        "mail.identity.id1.fullName": "Ada Lovelace",
        "mail.identity.id1.smtpServer": "smtp1",
        "mail.identity.id1.valid": True,
        "mail.identity.id1.reply_on_top": 1,
        "mail.identity.id1.fcc_folder": "mailbox://ada%40example.org@pop.example.org/Sent",
        "mail.identity.id1.fcc_folder_picker_mode": "0",
        "mail.identity.id1.draft_folder": "mailbox://ada%40example.org@pop.example.org/Drafts",
        "mail.identity.id1.drafts_folder_picker_mode": "0",
        "mail.identity.id1.stationery_folder": "mailbox://ada%40example.org@pop.example.org/Templates",
        "mail.identity.id1.tmpl_folder_picker_mode": "0",
        "mail.smtpservers": "smtp1",
        "mail.smtp.defaultserver": "smtp1",
        "mail.smtpserver.smtp1.type": "smtp",
        "mail.smtpserver.smtp1.hostname": "smtp.example.org",
        "mail.smtpserver.smtp1.username": "ada@example.org",
        "mail.smtpserver.smtp1.port": 465,
        "mail.smtpserver.smtp1.try_ssl": 3,
        "mail.smtpserver.smtp1.authMethod": 3,
        "mail.smtpserver.smtp1.description": "example.org",
    }


def test_imap_has_its_own_folder_and_nothing_of_pop():
    prefs = installed(imap_account())

    assert prefs["mail.server.server1.directory-rel"] == "[ProfD]ImapMail/imap.example.org"
    assert not [name for name in prefs if "leave_on_server" in name or "download_on_biff" in name]


def test_the_same_account_again_changes_nothing():
    once = installed(pop_account())

    assert installed(pop_account(), once) == once


def test_another_case_of_the_host_is_the_same_account():
    once = installed(pop_account())
    once["mail.server.server1.hostname"] = "POP.Example.org"

    assert enter(once, pop_account()).existing is not None


def test_a_known_account_gets_its_connection_and_retention_changed_and_no_more():
    once = installed(pop_account())
    once |= {
        "mail.server.server1.name": "my mail",
        "mail.server.server1.check_time": 60,
        "mail.server.server1.download_on_biff": False,
        "mail.identity.id1.fullName": "The Countess",
        "mail.accountmanager.defaultaccount": "account2",
    }
    again = installed(
        pop_account(Retention(days=3), port=110, security=Security.STARTTLS, auth=(Auth.GSSAPI,)), once
    )

    assert {name: value for name, value in again.items() if once.get(name) != value} == {
        "mail.server.server1.port": 110,
        "mail.server.server1.socketType": 2,
        "mail.server.server1.authMethod": 5,
        "mail.server.server1.delete_by_age_from_server": True,
        "mail.server.server1.num_days_to_leave_on_server": 3,
    }


def test_the_other_protocol_is_another_account_and_the_first_one_stays():
    once = installed(pop_account())
    both = installed(imap_account(), once)

    assert both["mail.accountmanager.accounts"] == "account1,account2,account3"
    assert both["mail.server.server3.type"] == "imap"
    assert both["mail.server.server3.name"] == "ada@example.org (IMAP)"
    assert both["mail.accountmanager.defaultaccount"] == "account1"
    assert {name: both[name] for name in once if name not in _COUNTERS} == {
        name: once[name] for name in once if name not in _COUNTERS
    }


_COUNTERS = {"mail.accountmanager.accounts", "mail.account.lastKey"}


def test_an_account_for_the_same_address_beside_a_new_one_is_named():
    assert enter(installed(pop_account()), imap_account()).beside == ("ada@example.org",)


def test_two_accounts_share_an_outgoing_server_of_the_same_host_and_user():
    both = installed(imap_account(), installed(pop_account()))

    assert both["mail.smtpservers"] == "smtp1"
    assert both["mail.identity.id2.smtpServer"] == "smtp1"


def test_another_user_at_the_outgoing_host_is_another_server_and_the_default_stays():
    other = account(
        server(Protocol.IMAP, "imap.example.org", username="bob"),
        outgoing=server(Protocol.SMTP, "smtp.example.org", username="bob"),
        address="bob@example.org",
    )
    both = installed(other, installed(pop_account()))

    assert both["mail.smtpservers"] == "smtp1,smtp2"
    assert both["mail.smtp.defaultserver"] == "smtp1"


def test_where_no_default_is_set_the_first_account_stays_it():
    there = {
        "mail.accountmanager.accounts": "account5",
        "mail.account.account5.server": "server5",
        "mail.server.server5.type": "imap",
    }

    assert "mail.accountmanager.defaultaccount" not in installed(pop_account(), there)


def test_where_no_default_is_set_the_first_outgoing_server_stays_it():
    """Thunderbird takes the first; an address that names none would else send by ours from now on."""
    there = {
        "mail.smtpservers": "smtp5",
        "mail.smtpserver.smtp5.hostname": "smtp.theirs.example",
    }
    both = installed(pop_account(), there)

    assert both["mail.smtpservers"] == "smtp5,smtp1"
    assert "mail.smtp.defaultserver" not in both


def test_a_known_account_is_led_to_its_new_outgoing_server():
    once = installed(pop_account())
    moved = account(
        server(Protocol.POP3, "pop.example.org"),
        outgoing=server(Protocol.SMTP, "mail.example.org"),
        retention=Retention(),
    )

    assert installed(moved, once)["mail.identity.id1.smtpServer"] == "smtp2"


def test_a_known_account_of_another_address_gets_a_second_identity():
    once = installed(pop_account())
    alias = account(
        server(Protocol.POP3, "pop.example.org"), address="countess@example.org", retention=Retention()
    )
    both = installed(alias, once)

    assert both["mail.account.account1.identities"] == "id1,id2"
    assert both["mail.identity.id2.useremail"] == "countess@example.org"


def test_two_accounts_on_one_host_have_a_folder_each():
    other = account(server(Protocol.POP3, "pop.example.org", username="bob"), retention=Retention())
    both = installed(other, installed(pop_account()))

    assert both["mail.server.server3.directory-rel"] == "[ProfD]Mail/pop.example.org-1"


def test_a_folder_that_is_on_the_disk_already_is_not_taken():
    prefs = installed(pop_account(), on_disk=lambda path: path == "Mail/pop.example.org")

    assert prefs["mail.server.server1.directory-rel"] == "[ProfD]Mail/pop.example.org-1"


def test_keys_of_removed_accounts_are_not_used_again():
    left_over = {
        "mail.account.lastKey": 7,
        "mail.server.server1.leave_on_server": False,
        "mail.identity.id1.sig_bottom": False,
        "mail.smtpserver.smtp1.port": 25,
    }
    prefs = installed(pop_account(), left_over)

    assert prefs["mail.accountmanager.accounts"] == "account8,account9"
    assert prefs["mail.account.account8.server"] == "server2"
    assert prefs["mail.account.account8.identities"] == "id2"
    assert prefs["mail.smtpservers"] == "smtp2"


def test_keys_that_something_refers_to_are_not_used_though_they_are_empty():
    referred = {
        "mail.accountmanager.accounts": "account1",
        "mail.account.account1.server": "server1",
        "mail.account.account1.identities": "id1",
        "mail.smtpservers": "smtp1",
    }
    prefs = installed(pop_account(), referred)

    assert prefs["mail.account.account2.server"] == "server2"
    assert prefs["mail.account.account2.identities"] == "id2"
    assert prefs["mail.smtpservers"] == "smtp1,smtp2"


def test_an_account_of_the_list_that_is_none_stays_and_lends_its_key_to_nobody():
    prefs = installed(pop_account(), {"mail.accountmanager.accounts": "account1"})

    assert prefs["mail.accountmanager.accounts"] == "account1,account2,account3"
    assert prefs["mail.accountmanager.defaultaccount"] == "account2"


def test_local_folders_that_are_there_are_not_made_again():
    blank = {
        "mail.accountmanager.accounts": "account1",
        "mail.accountmanager.defaultaccount": "account1",
        "mail.account.account1.server": "server1",
        "mail.server.server1.type": "none",
        "mail.server.server1.hostname": "Local Folders",
    }
    prefs = installed(pop_account(), blank)

    assert prefs["mail.accountmanager.accounts"] == "account1,account2"
    assert prefs["mail.accountmanager.defaultaccount"] == "account2"


@pytest.mark.parametrize(
    ("method", "number"),
    [
        (Auth.NONE, 1),
        (Auth.PASSWORD, 3),
        (Auth.ENCRYPTED_PASSWORD, 4),
        (Auth.GSSAPI, 5),
        (Auth.NTLM, 6),
        (Auth.CLIENT_CERTIFICATE, 7),
        (Auth.OAUTH2, 10),
    ],
)
def test_every_way_to_log_in_has_its_number(method, number):
    assert installed(pop_account(auth=(method,)))["mail.server.server1.authMethod"] == number


def test_where_nobody_said_how_to_log_in_a_known_account_keeps_its_way():
    once = installed(pop_account(auth=(Auth.OAUTH2,)))

    assert installed(pop_account(auth=()), once)["mail.server.server1.authMethod"] == 10


def test_a_password_at_hand_goes_before_a_sign_in_that_could_not_use_it():
    either = account(
        server(Protocol.POP3, "pop.gmail.com", auth=(Auth.OAUTH2, Auth.PASSWORD)), retention=Retention()
    )

    assert installed(either)["mail.server.server1.authMethod"] == 10
    assert installed(either, has_password=True)["mail.server.server1.authMethod"] == 3
    assert uses_password(either.incoming, has_password=True)


@pytest.mark.parametrize(
    ("host", "number"),
    [("imap.gmail.com", 10), ("imap.mail.yahoo.com", 10), ("mail.comcast.net", 3), ("notgmail.com", 3)],
)
def test_a_sign_in_page_that_thunderbird_does_not_have_is_not_chosen(host, number):
    either = account(server(Protocol.IMAP, host, auth=(Auth.OAUTH2, Auth.PASSWORD)))

    assert installed(either)["mail.server.server1.authMethod"] == number


def test_an_outgoing_server_without_login_has_no_user():
    relay = account(
        server(Protocol.POP3, "pop.example.org"),
        outgoing=server(Protocol.SMTP, "relay.example.org", auth=(Auth.NONE,)),
        retention=Retention(),
    )
    prefs = installed(relay)

    assert "mail.smtpserver.smtp1.username" not in prefs
    assert installed(relay, prefs) == prefs


@pytest.mark.parametrize("which", ["incoming", "outgoing"])
def test_a_server_without_tls_is_refused(which):
    plain = server(
        Protocol.POP3 if which == "incoming" else Protocol.SMTP, "mail.example.org", security=Security.PLAIN
    )
    servers = {"incoming": server(Protocol.POP3, "pop.example.org"), "outgoing": None} | {which: plain}
    with pytest.raises(Unsafe, match=r"mail\.example\.org would be used without TLS"):
        enter({}, account(servers["incoming"], outgoing=servers["outgoing"], retention=Retention()))


@pytest.mark.parametrize(
    ("protocol", "uri"),
    [
        (Protocol.POP3, "mailbox://mail.example.org"),
        (Protocol.IMAP, "imap://mail.example.org"),
        (Protocol.SMTP, "smtp://mail.example.org"),
    ],
)
def test_passwords_are_filed_under_the_uri_of_the_store(protocol, uri):
    assert store_uri(server(protocol, "mail.example.org")) == uri


def test_an_international_domain_is_written_as_servers_know_it():
    prefs = installed(account(server(Protocol.IMAP, "imap.example.org"), address="ada@bücher.example"))

    assert prefs["mail.identity.id1.useremail"] == "ada@xn--bcher-kva.example"
    assert prefs["mail.server.server1.name"] == "ada@bücher.example"
