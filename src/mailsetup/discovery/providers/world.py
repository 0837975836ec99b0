"""Providers with users all over the world."""

from mailsetup.discovery.providers.record import (
    EVERY_PROTOCOL,
    FAIREMAIL,
    LOCAL_PART,
    MUTT_WIZARD,
    MX_SEEN,
    MX_SEEN_TOO,
    OAUTH2_FIRST,
    OAUTH2_ONLY,
    POP3,
    QUILLBOX,
    Kind,
    Note,
    Provider,
    Source,
    at,
    ispdb,
    ispdb_of,
    provider_db,
)

_YAHOO_PASSWORD = Note(Kind.APP_PASSWORD, "https://login.yahoo.com/account/security")
_AOL_PASSWORD = Note(Kind.APP_PASSWORD, "https://login.aol.com/account/security")
_GOOGLE_PASSWORD = Note(Kind.APP_PASSWORD, "https://support.google.com/accounts/answer/185833")
_GOOGLE_POP3 = Note(Kind.SWITCH_ON_POP3, "https://support.google.com/mail/answer/7104828")
_APPLE_PAGE = "https://support.apple.com/en-us/102525"
_ICLOUD = (
    *at(imap="imap.mail.me.com", user=LOCAL_PART),
    *at(smtp="smtp.mail.me.com:587"),
)
_GOOGLE = at(imap="imap.gmail.com", pop3="pop.gmail.com", smtp="smtp.gmail.com", auth=OAUTH2_FIRST)
_YAHOO = at(
    imap="imap.mail.yahoo.com", pop3="pop.mail.yahoo.com", smtp="smtp.mail.yahoo.com", auth=OAUTH2_FIRST
)
_AOL = at(imap="imap.aol.com", pop3="pop.aol.com", smtp="smtp.aol.com", auth=OAUTH2_FIRST)

PROVIDERS = (
    Provider(
        name="Gmail",
        domains="gmail.com googlemail.com",
        servers=_GOOGLE,
        notes=(_GOOGLE_PASSWORD, _GOOGLE_POP3),
        sources=(ispdb("googlemail.com.xml"), provider_db("gmail")),
    ),
    Provider(
        name="Google Workspace",
        mx="google.com googlemail.com",
        servers=_GOOGLE,
        notes=(_GOOGLE_PASSWORD, _GOOGLE_POP3),
        sources=(
            ispdb("googlemail.com.xml"),
            Source("https://github.com/node-red/node-red-nodes/issues/1063", "2024-09-30"),
            MX_SEEN,
        ),
    ),
    Provider(
        name="Outlook.com",
        domains="""
            outlook.com hotmail.com live.com msn.com windowslive.com
            hotmail.fr live.fr outlook.fr hotmail.de live.de outlook.de hotmail.co.uk live.co.uk
            hotmail.it live.it outlook.it hotmail.es outlook.es hotmail.be live.be outlook.be
            hotmail.nl live.nl hotmail.ca live.ca live.at outlook.at outlook.pt outlook.ie
            hotmail.com.br outlook.com.br hotmail.com.ar outlook.com.ar live.com.mx live.com.pt
            hotmail.se live.se hotmail.dk live.dk outlook.dk hotmail.no live.no hotmail.fi live.fi
            outlook.com.au hotmail.com.au live.com.au outlook.jp hotmail.co.jp live.jp outlook.in
        """,
        mx="olc.protection.outlook.com",
        servers=at(
            imap="outlook.office365.com",
            pop3="outlook.office365.com",
            smtp="smtp-mail.outlook.com:587",
            auth=OAUTH2_ONLY,
        ),
        notes=(
            Note(
                Kind.SWITCH_ON,
                "https://support.microsoft.com/en-us/office/pop-imap-and-smtp-settings"
                "-8361e398-8af4-4e97-b147-6c6c4ac95353",
            ),
        ),
        sources=(
            ispdb("hotmail.com.xml"),
            provider_db("outlook.com"),
            Source(
                "https://support.microsoft.com/en-us/office/pop-imap-and-smtp-settings"
                "-8361e398-8af4-4e97-b147-6c6c4ac95353"
            ),
        ),
    ),
    Provider(
        name="Microsoft 365",
        domains="office365.com",
        mx="mail.protection.outlook.com mx.microsoft",
        servers=at(
            imap="outlook.office365.com",
            pop3="outlook.office365.com",
            smtp="smtp.office365.com:587",
            auth=OAUTH2_ONLY,
        ),
        sources=(
            ispdb_of("office365.com.xml", "1daa57b"),
            Source(
                "https://learn.microsoft.com/en-us/exchange/clients-and-mobile-in-exchange-online"
                "/deprecation-of-basic-authentication-exchange-online"
            ),
            Source(
                "https://github.com/MicrosoftDocs/microsoft-365-docs/blob/public/microsoft-365/enterprise"
                "/configure-multi-geo-in-region-routing.md",
                "2025-07-02",
            ),
        ),
    ),
    Provider(
        name="Yahoo Mail",
        domains="""
            yahoo.com ymail.com rocketmail.com myyahoo.com yahoo.fr yahoo.de yahoo.it yahoo.es yahoo.se
            yahoo.co.uk yahoo.co.in yahoo.co.nz yahoo.com.au yahoo.com.ar yahoo.com.br yahoo.com.mx
        """,
        mx="am0.yahoodns.net",
        servers=_YAHOO,
        notes=(_YAHOO_PASSWORD,),
        sources=(ispdb_of("yahoo.com.xml", "5237779"), provider_db("yahoo"), FAIREMAIL),
    ),
    Provider(
        name="Cox (at Yahoo)",
        domains="cox.net",
        servers=_YAHOO,
        notes=(_YAHOO_PASSWORD,),
        sources=(
            ispdb_of("yahoo.com.xml", "5237779"),
            Source(
                "https://www.suped.com/knowledge/email-deliverability/technical"
                "/when-did-coxnet-change-their-mx-records"
            ),
        ),
    ),
    Provider(
        name="AOL Mail",
        domains="""
            aol.com aim.com netscape.net netscape.com compuserve.com cs.com wmconnect.com aol.de aol.it aol.fr
            aol.es aol.se aol.co.uk aol.co.nz aol.com.au aol.com.ar aol.com.br aol.com.mx
        """,
        mx="mail.gm0.yahoodns.net",
        servers=_AOL,
        notes=(_AOL_PASSWORD,),
        sources=(ispdb_of("aol.com.xml", "8fcab30"), provider_db("aol"), FAIREMAIL),
    ),
    Provider(
        name="Verizon (at AOL)",
        domains="verizon.net",
        servers=_AOL,
        notes=(_AOL_PASSWORD,),
        sources=(ispdb_of("verizon.net.xml", "3052a98"), QUILLBOX),
    ),
    Provider(
        name="iCloud Mail",
        domains="icloud.com me.com mac.com",
        servers=_ICLOUD,
        absent=POP3,
        notes=(Note(Kind.APP_PASSWORD, _APPLE_PAGE), Note(Kind.NO_POP3, _APPLE_PAGE)),
        sources=(
            ispdb("me.com.xml"),
            provider_db("icloud"),
            Source("https://clean.email/blog/email-settings/icloud-email-settings"),
        ),
    ),
    Provider(
        name="iCloud Mail with a domain of one's own",
        mx="mail.icloud.com",
        servers=(
            *at(imap="imap.mail.me.com", user=None),
            *at(smtp="smtp.mail.me.com:587", user=None),
        ),
        absent=POP3,
        notes=(
            Note(Kind.OTHER_USER, _APPLE_PAGE),
            Note(Kind.APP_PASSWORD, _APPLE_PAGE),
            Note(Kind.NO_POP3, _APPLE_PAGE),
        ),
        sources=(provider_db("icloud"), MX_SEEN),
    ),
    Provider(
        name="Fastmail",
        domains="""
            fastmail.com fastmail.fm fastmail.net fastmail.org fastmail.co.uk fastmail.de fastmail.fr
            fastmail.uk fastmail.us sent.com mm.st eml.cc airpost.net
        """,
        mx="messagingengine.com",
        servers=at(imap="imap.fastmail.com", pop3="pop.fastmail.com", smtp="smtp.fastmail.com"),
        notes=(
            Note(Kind.APP_PASSWORD, "https://www.fastmail.help/hc/en-us/articles/360058752854-App-passwords"),
        ),
        sources=(ispdb_of("messagingengine.com.xml", "9951bf2"), provider_db("fastmail"), FAIREMAIL, MX_SEEN),
    ),
    Provider(
        name="Proton Mail",
        domains="proton.me protonmail.com protonmail.ch pm.me",
        mx="protonmail.ch",
        absent=EVERY_PROTOCOL,
        notes=(Note(Kind.BRIDGE, "https://proton.me/mail/bridge"),),
        sources=(
            provider_db("protonmail"),
            Source(
                "https://archlinux.org/packages/extra-staging/x86_64/protonmail-bridge-core/", "2026-06-04"
            ),
            MX_SEEN,
        ),
    ),
    Provider(
        name="Tuta",
        domains="tuta.com tuta.io tutanota.com tutanota.de tutamail.com keemail.me",
        mx="tutanota.de",
        absent=EVERY_PROTOCOL,
        notes=(Note(Kind.NO_PROGRAMS, "https://tuta.com/support"),),
        sources=(provider_db("tutanota"), QUILLBOX, MX_SEEN),
    ),
    Provider(
        name="HEY",
        domains="hey.com",
        mx="app.hey.com",
        absent=EVERY_PROTOCOL,
        notes=(Note(Kind.NO_PROGRAMS, "https://www.hey.com/"),),
        sources=(
            provider_db("hey.com"),
            Source(
                "https://blog.vrypan.net/2020/07/01"
                "/hey-does-not-support-imap-and-thats-its-most-important-feature/",
                "2020-07-01",
            ),
        ),
    ),
    Provider(
        name="Zoho Mail",
        domains="zoho.com zohomail.com",
        mx="zoho.com",
        servers=at(imap="imap.zoho.com", pop3="pop.zoho.com", smtp="smtp.zoho.com"),
        notes=(
            Note(Kind.SWITCH_ON, "https://www.zoho.com/mail/help/imap-access.html"),
            Note(
                Kind.TWO_STEPS,
                "https://help.zoho.com/portal/en/kb/bigin/channels/email/articles"
                "/generate-an-app-specific-password",
            ),
        ),
        sources=(ispdb("zoho.com.xml"), FAIREMAIL, MX_SEEN),
    ),
    Provider(
        name="Zoho Mail (Europe)",
        domains="zoho.eu zohomail.eu",
        mx="zoho.eu",
        servers=at(imap="imap.zoho.eu", smtp="smtp.zoho.eu"),
        notes=(Note(Kind.SWITCH_ON, "https://www.zoho.eu/mail/help/imap-access.html"),),
        sources=(provider_db("zoho"), FAIREMAIL, MX_SEEN),
    ),
    Provider(
        name="mail.com",
        domains="""
            mail.com email.com usa.com post.com europe.com consultant.com engineer.com dr.com techie.com
            myself.com writeme.com iname.com accountant.com linuxmail.org
        """,
        mx="mail.com",
        servers=at(imap="imap.mail.com", pop3="pop.mail.com", smtp="smtp.mail.com"),
        notes=(
            Note(Kind.PAID, "https://www.mail.com/mail/premium/"),
            Note(Kind.SWITCH_ON, "https://support.mail.com/pop-imap/toggle.html"),
        ),
        sources=(ispdb("mail.com.xml"), provider_db("mail.com"), FAIREMAIL),
    ),
    Provider(
        name="Hushmail",
        domains="hushmail.com",
        servers=at(imap="imap.hushmail.com", pop3="pop.hushmail.com", smtp="smtp.hushmail.com"),
        notes=(
            Note(
                Kind.TWO_STEPS,
                "https://help.hushmail.com/hc/en-us/articles/"
                "360001280183-Using-POP-IMAP-with-Two-Step-Verification",
            ),
        ),
        sources=(
            Source("https://github.com/MailCore/mailcore2/blob/0059309/resources/providers.json"),
            MUTT_WIZARD,
            QUILLBOX,
        ),
    ),
    Provider(
        name="StartMail",
        domains="startmail.com",
        servers=at(imap="imap.startmail.com", smtp="smtp.startmail.com"),
        notes=(
            Note(
                Kind.APP_PASSWORD,
                "https://support.startmail.com/hc/en-us/articles/360006596718-Server-addresses",
            ),
        ),
        sources=(
            FAIREMAIL,
            QUILLBOX,
            Source(
                "https://support.startmail.com/index.php?/Knowledgebase/Article/View/531/26"
                "/i-cant-configure-my-startmail-imap-account---what-can-i-do",
                "2018-06-07",
            ),
        ),
    ),
    Provider(
        name="Mailfence",
        domains="mailfence.com",
        servers=at(imap="imap.mailfence.com", smtp="smtp.mailfence.com", user=LOCAL_PART),
        notes=(Note(Kind.PAID, "https://mailfence.com/en/faq.jsp"),),
        sources=(FAIREMAIL,),
    ),
    Provider(
        name="Runbox",
        domains="runbox.com runbox.no runbox.us",
        servers=at(imap="mail.runbox.com", pop3="mail.runbox.com", smtp="mail.runbox.com", user=None),
        notes=(Note(Kind.TWO_STEPS, "https://help.runbox.com/account-security/"),),
        sources=(Source("https://help.runbox.com/email-program-settings/"), FAIREMAIL),
    ),
    Provider(
        name="Migadu",
        domains="migadu.com",
        mx="migadu.com",
        servers=at(imap="imap.migadu.com", smtp="smtp.migadu.com"),
        sources=(
            ispdb_of("migadu.com.xml", "8755793"),
            provider_db("migadu"),
            FAIREMAIL,
            MX_SEEN_TOO,
        ),
    ),
    Provider(
        name="Purelymail",
        domains="purelymail.com cheapermail.com placeq.com rethinkmail.com worldofmail.com",
        mx="purelymail.com",
        servers=at(imap="imap.purelymail.com", smtp="smtp.purelymail.com"),
        sources=(provider_db("purelymail.com"), FAIREMAIL, MX_SEEN_TOO),
    ),
    Provider(
        name="Disroot",
        domains="disroot.org",
        servers=at(imap="disroot.org", smtp="disroot.org:587", user=LOCAL_PART),
        sources=(
            provider_db("disroot"),
            Source(
                "https://git.disroot.org/Disroot/Howto/src/commit/9f1a0e83cae03c75198ff3e39462c90e66872b56"
                "/pages/02.tutorials/03.Email/00.settings/docs.en.md"
            ),
        ),
    ),
    Provider(
        name="Riseup",
        domains="riseup.net",
        servers=at(imap="mail.riseup.net", smtp="mail.riseup.net"),
        sources=(provider_db("riseup.net"), FAIREMAIL),
    ),
    Provider(
        name="Autistici/Inventati",
        domains="autistici.org",
        servers=at(imap="mail.autistici.org", smtp="smtp.autistici.org"),
        sources=(provider_db("autistici.org"), MUTT_WIZARD),
    ),
    Provider(
        name="Vivaldi Mail",
        domains="vivaldi.net",
        servers=at(imap="imap.vivaldi.net", pop3="pop3.vivaldi.net", smtp="smtp.vivaldi.net"),
        sources=(ispdb_of("vivaldi.net.xml", "5bb82e7"), provider_db("vivaldi")),
    ),
    Provider(
        name="/e/ (Murena)",
        domains="e.email",
        servers=at(imap="mail.ecloud.global", smtp="mail.ecloud.global:587"),
        sources=(provider_db("e.email"), FAIREMAIL),
    ),
)
