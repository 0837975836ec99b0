"""Providers of Germany and Austria."""

from mailsetup.discovery.providers.record import (
    FAIREMAIL,
    LOCAL_PART,
    MX_SEEN,
    Kind,
    Note,
    Provider,
    Source,
    at,
    ispdb,
    ispdb_of,
    provider_db,
)

_MAILBOX_ORG_PAGE = "https://kb.mailbox.org/en/private/e-mail/e-mail-configuration"

PROVIDERS = (
    Provider(
        name="GMX",
        domains="gmx.net gmx.de gmx.at gmx.ch gmx.eu gmx.org gmx.info gmx.biz",
        mx="gmx.net",
        servers=at(imap="imap.gmx.net", pop3="pop.gmx.net", smtp="mail.gmx.net"),
        notes=(
            Note(Kind.SWITCH_ON, "https://hilfe.gmx.net/pop-imap/einschalten.html"),
            Note(Kind.TWO_STEPS, "https://hilfe.gmx.net/sicherheit/2fa/anwendungsspezifisches-passwort.html"),
        ),
        sources=(ispdb("gmx.net.xml"), provider_db("gmx.net"), FAIREMAIL, MX_SEEN),
    ),
    Provider(
        name="GMX (international)",
        domains="gmx.com gmx.us gmx.co.uk gmx.fr gmx.es gmx.it gmx.ie gmx.pt gmx.se",
        servers=at(imap="imap.gmx.com", pop3="pop.gmx.com", smtp="mail.gmx.com"),
        notes=(
            Note(Kind.SWITCH_ON, "https://support.gmx.com/pop-imap/toggle.html"),
            Note(Kind.TWO_STEPS, "https://support.gmx.com/security/2fa/application-specific-passwords.html"),
        ),
        sources=(ispdb_of("gmx.com.xml", "acf19e5"), FAIREMAIL),
    ),
    Provider(
        name="WEB.DE",
        domains="web.de",
        servers=at(imap="imap.web.de", pop3="pop3.web.de", smtp="smtp.web.de", user=LOCAL_PART),
        notes=(
            Note(Kind.SWITCH_ON, "https://hilfe.web.de/pop-imap/einschalten.html"),
            Note(Kind.TWO_STEPS, "https://web.de/email/sicherheit/zwei-faktor-authentifizierung/"),
        ),
        sources=(ispdb("web.de.xml"), provider_db("web.de"), FAIREMAIL),
    ),
    Provider(
        name="T-Online",
        domains="t-online.de magenta.de",
        servers=at(
            imap="secureimap.t-online.de", pop3="securepop.t-online.de", smtp="securesmtp.t-online.de"
        ),
        notes=(
            Note(
                Kind.APP_PASSWORD,
                "https://www.telekom.de/hilfe/apps-dienste/e-mail/programme/passwort-verwalten",
            ),
        ),
        sources=(ispdb("t-online.de.xml"), provider_db("t-online"), FAIREMAIL),
    ),
    Provider(
        name="freenet Mail",
        domains="freenet.de",
        servers=at(imap="mx.freenet.de", smtp="mx.freenet.de"),
        notes=(
            Note(
                Kind.SWITCH_ON,
                "https://kundenservice.freenet.de/faq/e-mail-client-mail/pop3-imap-und-smtp-aktivieren/",
            ),
        ),
        sources=(ispdb_of("freenet.de.xml", "0ef1ea3"), provider_db("freenet.de"), FAIREMAIL),
    ),
    Provider(
        name="Vodafone",
        domains="vodafone.de vodafonemail.de arcor.de",
        servers=at(imap="imap.vodafonemail.de", pop3="pop3.vodafonemail.de", smtp="smtp.vodafonemail.de"),
        sources=(ispdb_of("vodafonemail.de.xml", "7537847"), FAIREMAIL),
    ),
    Provider(
        name="Posteo",
        domains="""
            posteo.de posteo.net posteo.eu posteo.org posteo.at posteo.ch posteo.be posteo.nl posteo.es
            posteo.uk posteo.us posteo.me posteo.pl posteo.it posteo.se posteo.dk posteo.lu
        """,
        servers=at(imap="posteo.de", pop3="posteo.de", smtp="posteo.de"),
        sources=(ispdb_of("posteo.de.xml", "310447e"), provider_db("posteo"), FAIREMAIL),
    ),
    Provider(
        name="mailbox.org",
        domains="mailbox.org",
        mx="mailbox.org",
        servers=at(imap="imap.mailbox.org", pop3="pop3.mailbox.org", smtp="smtp.mailbox.org"),
        notes=(Note(Kind.TWO_STEPS, _MAILBOX_ORG_PAGE),),
        sources=(Source(_MAILBOX_ORG_PAGE), ispdb_of("mailbox.org.xml", "40169f0")),
    ),
    Provider(
        name="mail.de",
        domains="mail.de",
        servers=at(imap="imap.mail.de", smtp="smtp.mail.de"),
        sources=(provider_db("mail.de"), FAIREMAIL),
    ),
    Provider(
        name="Systemli",
        domains="systemli.org",
        servers=at(imap="mail.systemli.org", smtp="mail.systemli.org"),
        sources=(provider_db("systemli.org"),),
    ),
    Provider(
        name="1&1",
        domains="online.de onlinehome.de",
        mx="kundenserver.de schlund.de",
        servers=at(imap="imap.1und1.de", pop3="pop.1und1.de", smtp="smtp.1und1.de"),
        sources=(ispdb("1und1.de.xml"),),
    ),
    Provider(
        name="IONOS (Germany)",
        mx="ionos.de",
        servers=at(imap="imap.ionos.de", pop3="pop.ionos.de", smtp="smtp.ionos.de"),
        sources=(ispdb_of("ionos.de", "3c267a8"), FAIREMAIL),
    ),
    Provider(
        name="STRATO",
        domains="strato.de",
        mx="rzone.de",
        servers=at(imap="imap.strato.de", pop3="pop3.strato.de", smtp="smtp.strato.de"),
        sources=(ispdb("strato.de.xml"), FAIREMAIL),
    ),
    Provider(
        name="Hetzner",
        mx="your-server.de",
        servers=at(imap="mail.your-server.de", smtp="mail.your-server.de"),
        sources=(ispdb("hetzner.de.xml"), FAIREMAIL),
    ),
    Provider(
        name="Mittwald",
        mx="agenturserver.de",
        servers=at(imap="mail.agenturserver.de", smtp="mail.agenturserver.de"),
        sources=(FAIREMAIL,),
    ),
    Provider(
        name="Magenta (chello.at)",
        domains="chello.at",
        servers=at(imap="mail.mymagenta.at", smtp="mail.mymagenta.at"),
        sources=(provider_db("chello.at"),),
    ),
)
