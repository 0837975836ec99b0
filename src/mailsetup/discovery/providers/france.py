"""Providers of France."""

from mailsetup.discovery.providers.record import (
    FAIREMAIL,
    LOCAL_PART,
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

PROVIDERS = (
    Provider(
        name="Orange",
        domains="orange.fr wanadoo.fr",
        servers=at(imap="imap.orange.fr", pop3="pop.orange.fr", smtp="smtp.orange.fr"),
        sources=(ispdb("orange.fr.xml"), FAIREMAIL, QUILLBOX),
    ),
    Provider(
        name="SFR",
        domains="sfr.fr neuf.fr club-internet.fr",
        servers=at(imap="imap.sfr.fr", pop3="pop.sfr.fr", smtp="smtp.sfr.fr"),
        sources=(ispdb("sfr.fr.xml"), FAIREMAIL, QUILLBOX),
    ),
    Provider(
        name="SFR (Cegetel, 9 Online)",
        domains="cegetel.net 9online.fr",
        servers=at(imap="imap.sfr.fr", smtp="smtp.sfr.fr"),
        sources=(FAIREMAIL, QUILLBOX),
    ),
    Provider(
        name="Free",
        domains="free.fr",
        servers=at(imap="imap.free.fr", pop3="pop.free.fr", smtp="smtp.free.fr", user=LOCAL_PART),
        notes=(
            Note(
                Kind.SWITCH_ON_SMTP,
                "https://assistance.free.fr/articles"
                "/configurer-de-maniere-avancee-mon-logiciel-de-messagerie-609",
            ),
        ),
        sources=(ispdb_of("free.fr.xml", "0483396"), FAIREMAIL, QUILLBOX),
    ),
    Provider(
        name="La Poste",
        domains="laposte.net",
        servers=at(imap="imap.laposte.net", smtp="smtp.laposte.net"),
        sources=(FAIREMAIL, QUILLBOX),
    ),
    Provider(
        name="Bouygues Telecom",
        domains="bbox.fr",
        servers=at(imap="imap.bbox.fr", smtp="smtp.bbox.fr"),
        sources=(FAIREMAIL, QUILLBOX),
    ),
    Provider(
        name="Mailo",
        domains="mailo.com",
        servers=at(imap="imap.mailo.com", smtp="smtp.mailo.com"),
        sources=(provider_db("mailo.com"),),
    ),
    Provider(
        name="Ouvaton",
        domains="ouvaton.org",
        servers=at(imap="imap.ouvaton.coop", smtp="smtp.ouvaton.coop"),
        sources=(provider_db("ouvaton.coop"),),
    ),
    Provider(
        name="OVHcloud (MX Plan)",
        mx="ovh.net",
        servers=at(imap="ssl0.ovh.net", pop3="ssl0.ovh.net", smtp="ssl0.ovh.net"),
        sources=(
            Source(
                "https://github.com/ovh/docs/blob/08070d41df9961cfdd350f5ab7e1614087170c28"
                "/pages/web/emails/email_generalities/guide.en-gb.md",
                "2021-07-19",
            ),
            FAIREMAIL,
        ),
    ),
    Provider(
        name="Gandi",
        mx="gandi.net",
        servers=at(imap="mail.gandi.net", pop3="mail.gandi.net", smtp="mail.gandi.net"),
        sources=(ispdb("gandi.net.xml"), FAIREMAIL),
    ),
)
