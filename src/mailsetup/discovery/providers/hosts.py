"""Those who host mail for other people's domains, of no one country."""

from mailsetup.discovery.providers.record import (
    FAIREMAIL,
    MUTT_WIZARD,
    MX_SEEN_TOO,
    QUILLBOX,
    Provider,
    Source,
    at,
    ispdb,
    ispdb_of,
)

PROVIDERS = (
    Provider(
        name="IONOS (USA)",
        mx="ionos.com 1and1.com perfora.net",
        servers=at(imap="imap.ionos.com", pop3="pop.ionos.com", smtp="smtp.ionos.com"),
        sources=(ispdb_of("ionos.com", "3c267a8"), FAIREMAIL),
    ),
    Provider(
        name="IONOS (United Kingdom)",
        mx="ionos.co.uk 1and1.co.uk oneandone.co.uk",
        servers=at(imap="imap.ionos.co.uk", pop3="pop.ionos.co.uk", smtp="smtp.ionos.co.uk"),
        sources=(ispdb_of("ionos.co.uk", "33def95"), FAIREMAIL),
    ),
    Provider(
        name="IONOS (France)",
        mx="ionos.fr 1and1.fr",
        servers=at(imap="imap.ionos.fr", pop3="pop.ionos.fr", smtp="smtp.ionos.fr"),
        sources=(ispdb_of("ionos.fr", "dcf6dd2"), FAIREMAIL),
    ),
    Provider(
        name="IONOS (Spain)",
        mx="ionos.es 1and1.es",
        servers=at(imap="imap.ionos.es", pop3="pop.ionos.es", smtp="smtp.ionos.es"),
        sources=(ispdb_of("ionos.es", "d26d262"),),
    ),
    Provider(
        name="Rackspace Email",
        mx="emailsrvr.com",
        servers=at(imap="secure.emailsrvr.com", smtp="secure.emailsrvr.com"),
        sources=(
            ispdb("emailsrvr.com.xml"),
            Source("https://github.com/MailCore/mailcore2/blob/0059309/resources/providers.json"),
        ),
    ),
    Provider(
        name="GoDaddy (Workspace Email)",
        mx="secureserver.net",
        servers=at(
            imap="imap.secureserver.net", pop3="pop.secureserver.net", smtp="smtpout.secureserver.net"
        ),
        sources=(ispdb("wildwestdomains.com.xml"), FAIREMAIL),
    ),
    Provider(
        name="Namecheap Private Email",
        mx="privateemail.com",
        servers=at(imap="mail.privateemail.com", pop3="mail.privateemail.com", smtp="mail.privateemail.com"),
        sources=(
            Source(
                "https://mailflowauthority.com/email-infrastructure/private-email-imap-settings", "2026-05-16"
            ),
            FAIREMAIL,
            MUTT_WIZARD,
        ),
    ),
    Provider(
        name="DreamHost",
        mx="dreamhost.com",
        servers=at(imap="imap.dreamhost.com", pop3="pop.dreamhost.com", smtp="smtp.dreamhost.com"),
        sources=(
            FAIREMAIL,
            Source("https://blog.planetadigitalti.com.br/email-client-protocols-and-port-numbers"),
        ),
    ),
    Provider(
        name="one.com",
        mx="one.com",
        servers=at(imap="imap.one.com", smtp="send.one.com"),
        sources=(ispdb("one.com.xml"), FAIREMAIL, MX_SEEN_TOO),
    ),
    Provider(
        name="Aruba",
        mx="aruba.it",
        servers=at(imap="imaps.aruba.it", pop3="pop3s.aruba.it", smtp="smtps.aruba.it"),
        sources=(
            Source(
                "https://guide.hosting.aruba.it/email/configurazione-email-pc-dispositivi-mobili"
                "/configurazione-casella-dominio-pc-mac-pop.aspx"
            ),
            FAIREMAIL,
        ),
    ),
    Provider(
        name="Hostinger",
        mx="hostinger.com",
        servers=at(imap="imap.hostinger.com", smtp="smtp.hostinger.com"),
        sources=(QUILLBOX, Source("https://nanopo.st/hosting/hostinger/"), MX_SEEN_TOO),
    ),
    Provider(
        name="Titan",
        mx="titan.email",
        servers=at(imap="imap.titan.email", smtp="smtp.titan.email"),
        sources=(Source("https://glama.ai/mcp/servers/filiperotherds/titan-mail-mcpb/schema"),),
    ),
    Provider(
        name="DonDominio",
        mx="dondominio.com",
        servers=at(imap="imap.dondominio.com", pop3="pop3.dondominio.com", smtp="smtp.dondominio.com"),
        sources=(ispdb("dondominio.com.xml"),),
    ),
    Provider(
        name="OX Cloud (Europe)",
        mx="cloudeu.xion.oxcs.net",
        servers=at(
            imap="imap.eu.appsuite.cloud", pop3="pop.eu.appsuite.cloud", smtp="smtp.eu.appsuite.cloud:587"
        ),
        sources=(ispdb("oxcloud-eu.xml"),),
    ),
)
