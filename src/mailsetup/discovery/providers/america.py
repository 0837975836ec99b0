"""Providers of North and South America."""

from mailsetup.account import Auth, Protocol, Security, Server
from mailsetup.discovery.providers.record import (
    ADDRESS,
    FAIREMAIL,
    LOCAL_PART,
    OAUTH2_FIRST,
    PASSWORD,
    QUILLBOX,
    Kind,
    Note,
    Provider,
    Source,
    at,
    ispdb,
    ispdb_of,
)

_ENCRYPTED_FIRST = (Auth.ENCRYPTED_PASSWORD, Auth.PASSWORD)
_EARTHLINK_SOURCES = (
    ispdb_of("earthlink.net.xml", "37145b8"),
    Source("https://www.syscurve.com/blog/earthlink-webmail-settings.html"),
)

PROVIDERS = (
    Provider(
        name="Comcast (Xfinity)",
        domains="comcast.net",
        servers=at(
            imap="imap.comcast.net", pop3="mail.comcast.net", smtp="smtp.comcast.net", auth=OAUTH2_FIRST
        ),
        notes=(Note(Kind.SWITCH_ON, "https://www.xfinity.com/support/articles/third-party-email-access"),),
        sources=(ispdb_of("comcast.net.xml", "e7802f0"), FAIREMAIL),
    ),
    Provider(
        name="AT&T",
        domains="""
            att.net sbcglobal.net bellsouth.net ameritech.net currently.com flash.net nvbell.net pacbell.net
            prodigy.net snet.net swbell.net wans.net
        """,
        servers=at(
            imap="imap.mail.att.net", pop3="inbound.att.net", smtp="smtp.mail.att.net", auth=OAUTH2_FIRST
        ),
        notes=(Note(Kind.APP_PASSWORD, "https://www.att.com/support/article/email-support/KM1240308"),),
        sources=(ispdb_of("att.net.xml", "176c63a"), FAIREMAIL),
    ),
    Provider(
        name="Spectrum (Charter)",
        domains="charter.net spectrum.net bresnan.net",
        servers=(
            *at(imap="mobile.charter.net", pop3="mobile.charter.net"),
            # TLS from the first byte on the port of STARTTLS: both sources say so, as of something unusual.
            Server(
                protocol=Protocol.SMTP,
                host="mobile.charter.net",
                port=587,
                security=Security.TLS,
                username=ADDRESS,
                auth=PASSWORD,
            ),
        ),
        sources=(ispdb_of("charter.com.xml", "415cda5"), FAIREMAIL),
    ),
    Provider(
        name="Spectrum (Road Runner)",
        domains="rr.com roadrunner.com",
        servers=at(imap="mail.twc.com", pop3="mail.twc.com", smtp="mail.twc.com:587"),
        sources=(ispdb_of("rr.com.xml", "b57df2b"), FAIREMAIL),
    ),
    Provider(
        name="EarthLink",
        domains="earthlink.net",
        servers=(
            *at(imap="imap.earthlink.net", pop3="pop.earthlink.net", auth=_ENCRYPTED_FIRST),
            *at(smtp="smtpauth.earthlink.net:587"),
        ),
        sources=_EARTHLINK_SOURCES,
    ),
    # Each of the old brands has a POP3 server of its own; IMAP is the same for all.
    Provider(
        name="EarthLink (MindSpring, Netcom)",
        domains="mindspring.com ix.netcom.com",
        mx="earthlink.net",
        servers=(
            *at(imap="imap.earthlink.net", auth=_ENCRYPTED_FIRST),
            *at(smtp="smtpauth.earthlink.net:587"),
        ),
        sources=_EARTHLINK_SOURCES,
    ),
    Provider(
        name="CenturyLink (Q.com)",
        domains="q.com",
        servers=at(imap="mail.q.com", pop3="mail.q.com", smtp="smtp.q.com:587"),
        sources=(ispdb("q.com.xml"),),
    ),
    Provider(
        name="PenTeleData",
        domains="ptd.net",
        servers=at(imap="promail.ptd.net", pop3="promail.ptd.net", smtp="promail.ptd.net", user=LOCAL_PART),
        sources=(ispdb("ptd.net.xml"), FAIREMAIL),
    ),
    Provider(
        name="Optimum",
        domains="optimum.net",
        servers=at(imap="mail.optimum.net", smtp="mail.optimum.net"),
        sources=(FAIREMAIL, QUILLBOX),
    ),
    Provider(
        name="Bell",
        domains="bell.net sympatico.ca",
        servers=at(imap="imap.bell.net", pop3="pophm.sympatico.ca", smtp="smtphm.sympatico.ca:587"),
        sources=(ispdb("bell.net.xml"), QUILLBOX),
    ),
    Provider(
        name="Shaw",
        domains="shaw.ca",
        servers=at(imap="imap.shaw.ca", smtp="mail.shaw.ca:587"),
        sources=(FAIREMAIL, QUILLBOX),
    ),
    Provider(
        name="UOL",
        domains="uol.com.br",
        servers=at(
            imap="imap.uol.com.br", pop3="pop3.uol.com.br", smtp="smtps.uol.com.br:587", user=LOCAL_PART
        ),
        sources=(ispdb("uol.com.br.xml"),),
    ),
    Provider(
        name="BOL",
        domains="bol.com.br",
        servers=at(imap="imap.bol.com.br", pop3="pop3.bol.com.br", smtp="smtps.bol.com.br", user=LOCAL_PART),
        sources=(ispdb("bol.com.br.xml"),),
    ),
)
