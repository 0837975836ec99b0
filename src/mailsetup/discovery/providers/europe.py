"""Providers of the rest of Europe."""

from mailsetup.account import Auth
from mailsetup.discovery.providers.record import (
    FAIREMAIL,
    LOCAL_PART,
    MUTT_WIZARD,
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

_ENCRYPTED = (Auth.ENCRYPTED_PASSWORD,)

PROVIDERS = (
    Provider(
        name="BT",
        domains="btinternet.com btopenworld.com talk21.com",
        servers=at(imap="mail.btinternet.com", pop3="mail.btinternet.com", smtp="mail.btinternet.com"),
        sources=(ispdb("btinternet.com.xml"), FAIREMAIL),
    ),
    Provider(
        name="Sky",
        domains="sky.com",
        servers=at(imap="imap.tools.sky.com", pop3="pop.tools.sky.com", smtp="smtp.tools.sky.com"),
        sources=(ispdb_of("sky.com", "083943c"), FAIREMAIL, QUILLBOX),
    ),
    Provider(
        name="TalkTalk",
        domains="talktalk.net tiscali.co.uk lineone.net pipex.com",
        servers=at(imap="mail.talktalk.net", smtp="smtp.talktalk.net:587"),
        sources=(FAIREMAIL, QUILLBOX),
    ),
    Provider(
        name="Virgin Media",
        domains="virginmedia.com",
        servers=at(imap="imap.virginmedia.com", smtp="smtp.virginmedia.com"),
        sources=(FAIREMAIL, QUILLBOX),
    ),
    Provider(
        name="Virgin Media (Blueyonder)",
        domains="blueyonder.co.uk",
        servers=at(imap="imap4.blueyonder.co.uk", pop3="pop3.blueyonder.co.uk", smtp="smtp.blueyonder.co.uk"),
        sources=(ispdb("blueyonder.co.uk.xml"),),
    ),
    Provider(
        name="Virgin Media (Virgin.net)",
        domains="virgin.net",
        servers=at(imap="imap4.virgin.net", pop3="pop.virgin.net", smtp="smtp.virgin.net"),
        sources=(ispdb("virgin.net.xml"),),
    ),
    Provider(
        name="Virgin Media (NTL World)",
        domains="ntlworld.com",
        servers=at(imap="imap.ntlworld.com", pop3="pop3.ntlworld.com", smtp="smtp.ntlworld.com"),
        sources=(ispdb_of("ntlworld.com.xml", "8fcab30"),),
    ),
    Provider(
        name="Libero",
        domains="libero.it iol.it blu.it inwind.it giallo.it",
        servers=at(imap="imapmail.libero.it", pop3="popmail.libero.it", smtp="smtp.libero.it"),
        sources=(ispdb("libero.it.xml"), FAIREMAIL),
    ),
    Provider(
        name="Virgilio",
        domains="virgilio.it",
        servers=at(imap="in.virgilio.it", pop3="in.virgilio.it", smtp="out.virgilio.it"),
        sources=(ispdb("virgilio.it.xml"), FAIREMAIL),
    ),
    Provider(
        name="TIM",
        domains="tim.it",
        servers=at(imap="imap.tim.it:143", pop3="pop.tim.it:110", smtp="smtp.tim.it:587"),
        sources=(ispdb("tim.it.xml"), FAIREMAIL),
    ),
    Provider(
        name="TIM (Alice)",
        domains="alice.it",
        servers=at(imap="in.alice.it:143", pop3="in.alice.it:110", smtp="out.alice.it:587"),
        sources=(ispdb_of("alice.it.xml", "3a4526e"), FAIREMAIL),
    ),
    Provider(
        name="Tiscali",
        domains="tiscali.it",
        servers=at(imap="imap.tiscali.it", pop3="pop.tiscali.it", smtp="smtp.tiscali.it", auth=_ENCRYPTED),
        sources=(ispdb_of("tiscali.it.xml", "42e2de3"), provider_db("tiscali.it")),
    ),
    Provider(
        name="Fastweb",
        domains="fastwebnet.it",
        servers=at(
            imap="imap.fastwebnet.it",
            pop3="pop.fastwebnet.it",
            smtp="smtp.fastwebnet.it:587",
            auth=_ENCRYPTED,
        ),
        sources=(ispdb("fastwebnet.it.xml"), FAIREMAIL),
    ),
    Provider(
        name="o2 Poczta",
        domains="o2.pl go2.pl tlen.pl prokonto.pl",
        servers=at(imap="poczta.o2.pl", pop3="poczta.o2.pl", smtp="poczta.o2.pl", user=LOCAL_PART),
        notes=(Note(Kind.SWITCH_ON, "https://pomoc.o2.pl/aktywacja-dostepu-dla-programow-pocztowych"),),
        sources=(ispdb("o2.pl.xml"), FAIREMAIL),
    ),
    Provider(
        name="WP Poczta",
        domains="wp.pl",
        servers=at(imap="imap.wp.pl", pop3="pop3.wp.pl", smtp="smtp.wp.pl", user=LOCAL_PART),
        sources=(ispdb_of("wp.pl", "5ed084a"), FAIREMAIL, QUILLBOX),
    ),
    Provider(
        name="Onet Poczta",
        domains="onet.pl onet.eu op.pl vp.pl poczta.onet.pl onet.com.pl autograf.pl buziaczek.pl spoko.pl",
        servers=at(imap="imap.poczta.onet.pl", pop3="pop3.poczta.onet.pl", smtp="smtp.poczta.onet.pl"),
        sources=(ispdb("onet.pl.xml"), FAIREMAIL),
    ),
    Provider(
        name="Interia",
        domains="interia.pl interia.eu interia.com poczta.fm intmail.pl",
        servers=at(imap="poczta.interia.pl", smtp="poczta.interia.pl"),
        notes=(
            Note(
                Kind.SWITCH_ON,
                "https://pomoc.poczta.interia.pl"
                "/news-parametry-do-konfiguracji-programow-pocztowych,nId,2136275",
            ),
        ),
        sources=(FAIREMAIL, QUILLBOX),
    ),
    Provider(
        name="KPN",
        domains="kpnmail.nl kpnplanet.nl planet.nl hetnet.nl wxs.nl xs4all.nl telfort.nl tiscali.nl",
        servers=at(imap="imap.kpnmail.nl", pop3="pop.kpnmail.nl", smtp="smtp.kpnmail.nl"),
        sources=(ispdb_of("kpnmail.nl.xml", "1a5e560"), FAIREMAIL),
    ),
    Provider(
        name="Ziggo",
        domains="ziggo.nl ziggomail.com casema.nl chello.nl home.nl quicknet.nl upcmail.nl multiweb.nl",
        servers=at(imap="imap.ziggo.nl", pop3="pop.ziggo.nl", smtp="smtp.ziggo.nl:587"),
        sources=(ispdb_of("ziggo.nl.xml", "4de464f"), provider_db("ziggo.nl"), FAIREMAIL),
    ),
    Provider(
        name="Freedom Internet",
        domains="freedom.nl",
        servers=at(imap="imap.freedom.nl", smtp="smtp.freedom.nl"),
        sources=(ispdb_of("freedom.nl.xml", "094bde4"), FAIREMAIL),
    ),
    Provider(
        name="Telenet",
        domains="telenet.be",
        servers=at(imap="imap.telenet.be", smtp="smtp.telenet.be:587"),
        sources=(FAIREMAIL, MUTT_WIZARD, QUILLBOX),
    ),
    Provider(
        name="Proximus",
        domains="proximus.be skynet.be belgacom.net kidcity.be",
        servers=at(imap="imap.proximus.be", pop3="pop.proximus.be", smtp="relay.proximus.be:587"),
        sources=(ispdb_of("skynet.be.xml", "832a148"),),
    ),
    Provider(
        name="Bluewin",
        domains="bluewin.ch",
        servers=at(imap="imaps.bluewin.ch", pop3="pop3s.bluewin.ch", smtp="smtpauths.bluewin.ch"),
        sources=(
            provider_db("bluewin.ch"),
            FAIREMAIL,
            Source(
                "https://www.swisscom.ch/content/swisscom/en/res/hilfe/loesung"
                "/alle-server-einstellungen-fuer-mail-auf-dem-pc.html"
            ),
        ),
    ),
    Provider(
        name="Infomaniak",
        domains="ik.me",
        mx="infomaniak.ch",
        servers=at(imap="mail.infomaniak.com", pop3="mail.infomaniak.com", smtp="mail.infomaniak.com"),
        sources=(
            Source("https://www.infomaniak.com/en/support/faq/468/ports-to-use-for-messaging", "2026-02-24"),
            provider_db("infomaniak.com"),
        ),
    ),
    Provider(
        name="Seznam",
        domains="seznam.cz email.cz post.cz",
        servers=at(imap="imap.seznam.cz", smtp="smtp.seznam.cz"),
        sources=(QUILLBOX,),
    ),
    Provider(
        name="SAPO",
        domains="sapo.pt sapo.cv sapo.ao sapo.mz sapo.tl meo.pt",
        servers=at(imap="imap.sapo.pt", pop3="pop.sapo.pt", smtp="smtp.sapo.pt"),
        sources=(ispdb("sapo.pt.xml"), QUILLBOX),
    ),
    Provider(
        name="YouSee Mail",
        domains="mail.dk",
        servers=at(imap="imap.mail.dk", pop3="pop3.mail.dk", smtp="asmtp.mail.dk:587"),
        sources=(ispdb("mail.dk.xml"),),
    ),
    Provider(
        name="inbox.lv",
        domains="inbox.lv",
        servers=at(imap="mail.inbox.lv", pop3="mail.inbox.lv", smtp="mail.inbox.lv"),
        notes=(Note(Kind.SWITCH_ON, "https://help.inbox.lv/?keyword=email_clients_access"),),
        sources=(ispdb_of("inbox.lv.xml", "4494986"),),
    ),
)
