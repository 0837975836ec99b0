"""What providers really say, and what is made of it."""

import pytest

from mailsetup.wire import imap, pop3, smtp
from mailsetup.wire.refusals import Refusal

WRONG, MICROSOFT = Refusal.CREDENTIALS, Refusal.CREDENTIALS_OR_OAUTH

IMAP = [
    # Google
    ("NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)", WRONG),
    ("NO [ALERT] Application-specific password required: https://support.google.com/", Refusal.APP_PASSWORD),
    ("NO [WEBALERT https://accounts.google.com/] Web login required.", Refusal.WEB_LOGIN),
    ("NO [ALERT] Please log in via your web browser: https://support.google.com/", Refusal.WEB_LOGIN),
    ("NO [ALERT] Too many simultaneous connections. (Failure)", Refusal.LIMITED),
    # Microsoft
    ("NO AUTHENTICATE failed.", MICROSOFT),
    ("NO LOGIN failed.", MICROSOFT),
    ("BAD User is authenticated but not connected.", Refusal.OTHER_WAY),
    # Yahoo and AOL
    ("NO [AUTHENTICATIONFAILED] (#MBR1212) Incorrect username or password.", Refusal.APP_PASSWORD),
    ("NO [AUTHENTICATIONFAILED] LOGIN Invalid credentials", WRONG),
    # iCloud, Yandex, Zoho, mail.ru
    ("NO [AUTHENTICATIONFAILED] Authentication failed. Use an app-specific password", Refusal.APP_PASSWORD),
    ("NO [AUTHENTICATIONFAILED] LOGIN invalid credentials or IMAP is disabled", WRONG),
    ("NO [ALERT] You are yet to enable IMAP for your account.", Refusal.SWITCHED_OFF),
    ("NO [AUTHENTICATIONFAILED] NEOBHODIM: Application password is REQUIRED", Refusal.APP_PASSWORD),
    # Dovecot
    ("NO [AUTHENTICATIONFAILED] Authentication failed.", WRONG),
    ("NO [AUTHENTICATIONFAILED] Account is temporarily disabled.", Refusal.LOCKED),
    ("NO [UNAVAILABLE] Temporary authentication failure.", Refusal.TEMPORARY),
    ("NO [LIMIT] Maximum number of connections from user+IP exceeded", Refusal.LIMITED),
    ("NO [EXPIRED] Password expired.", Refusal.EXPIRED),
    # The codes of RFC 5530 decide, whatever the words are.
    ("NO [UNAVAILABLE] Application-specific password required", Refusal.TEMPORARY),
    ("NO [CONTACTADMIN] too many", Refusal.SWITCHED_OFF),
    ("NO [PRIVACYREQUIRED] TLS first", Refusal.OTHER_WAY),
    ("NO [INUSE] try again later", Refusal.IN_USE),
    ("NO [AUTHENTICATIONFAILED] wrong, try again later", WRONG),
    ("NO [AUTHENTICATIONFAILED] Too many failed logins", Refusal.LIMITED),
]
POP3 = [
    ("-ERR [AUTH] Username and password not accepted.", WRONG),
    ("-ERR [AUTH] Application-specific password required: https://support.google.com/", Refusal.APP_PASSWORD),
    ("-ERR [AUTH] Web login required: https://support.google.com/", Refusal.WEB_LOGIN),
    ("-ERR [SYS/PERM] Your account is not enabled for POP access.", Refusal.SWITCHED_OFF),
    ("-ERR [IN-USE] Unable to lock maildrop: Mailbox is locked by POP server", Refusal.IN_USE),
    ("-ERR Unable to lock maildrop: Mailbox is already locked by another session", Refusal.IN_USE),
    ("-ERR Logon failure: unknown user name or bad password.", MICROSOFT),
    ("-ERR [AUTH] (#MBR1212) Incorrect username or password.", Refusal.APP_PASSWORD),
    ("-ERR [AUTH] Authentication failed.", WRONG),
    ("-ERR [AUTH] Password expired.", Refusal.EXPIRED),
    ("-ERR [SYS/TEMP] Temporary authentication failure.", Refusal.TEMPORARY),
    ("-ERR [LOGIN-DELAY] minimum time between mail checks violation", Refusal.TOO_SOON),
    ("-ERR [SYS/TEMP] Application-specific password required", Refusal.TEMPORARY),
]
SMTP = [
    ("535 5.7.8 Username and Password not accepted.", WRONG),
    ("534 5.7.9 Application-specific password required.", Refusal.APP_PASSWORD),
    ("534 5.7.14 <https://accounts.google.com/> Please log in via your web browser", Refusal.WEB_LOGIN),
    ("454 4.7.0 Too many login attempts, please try again later.", Refusal.LIMITED),
    ("535 5.7.139 Authentication unsuccessful, basic authentication is disabled.", Refusal.OAUTH_ONLY),
    ("535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.", WRONG),
    (
        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
        Refusal.SWITCHED_OFF,
    ),
    (
        "535 5.7.139 Authentication unsuccessful, user is locked by your organization's policy",
        Refusal.SWITCHED_OFF,
    ),
    ("550 5.7.30 Basic authentication is not supported for Client Submission.", Refusal.OAUTH_ONLY),
    ("535 5.7.3 Authentication unsuccessful", MICROSOFT),
    ("535 5.7.0 (#MBR1212) Incorrect username or password.", Refusal.APP_PASSWORD),
    (
        "535 5.7.8 Error: authentication failed: This user does not have access rights to this service",
        Refusal.SWITCHED_OFF,
    ),
    ("535 Login Fail. Please enter your authorization code to login.", Refusal.APP_PASSWORD),
    ("535 Authentication credentials invalid", WRONG),
    ("535 5.7.1 Authentification requise. OFR_305 [305]", WRONG),
    ("421 Trop de connexions, veuillez verifier votre configuration. OFR004_104 [104]", Refusal.LIMITED),
    ("535 5.7.8 Error: authentication failed:", WRONG),
    (
        "454 4.7.0 Temporary authentication failure: Connection lost to authentication server",
        Refusal.TEMPORARY,
    ),
    ("435 Unable to authenticate at present", Refusal.TEMPORARY),
    ("503 5.5.1 Error: authentication not enabled", Refusal.OTHER_WAY),
    ("534 5.7.9 Authentication mechanism is too weak", Refusal.OTHER_WAY),
    ("538 5.7.11 Encryption required for requested authentication mechanism", Refusal.OTHER_WAY),
    ("432 4.7.12 A password transition is needed", Refusal.EXPIRED),
    ("525 5.7.13 User account disabled", Refusal.LOCKED),
    ("535 5.7.8 wrong, try again later", WRONG),
    ("354 go on", Refusal.OTHER_WAY),
]


@pytest.mark.parametrize(("reply", "why"), IMAP)
def test_each_imap_refusal_is_told_apart(reply, why):
    assert imap.refusal(imap.parse_response(f"a1 {reply}".encode())) is why


@pytest.mark.parametrize(("reply", "why"), POP3)
def test_each_pop3_refusal_is_told_apart(reply, why):
    assert pop3.refusal(pop3.parse_reply(reply.encode())) is why


@pytest.mark.parametrize(("reply", "why"), SMTP)
def test_each_smtp_refusal_is_told_apart(reply, why):
    code, _, text = smtp.parse_line(reply.encode())
    assert smtp.refusal(smtp.Reply(code, (text,))) is why


def test_a_reason_far_behind_in_a_long_reply_is_not_looked_for():
    assert pop3.refusal(pop3.parse_reply(b"-ERR " + b"x " * 9000 + b"app password")) is WRONG


def test_what_says_nothing_against_the_password_is_never_a_wrong_one():
    assert not [why for why in Refusal if why.passing and why.wrong]
