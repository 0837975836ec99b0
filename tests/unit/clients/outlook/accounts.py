"""Accounts for Outlook, made at random."""

import string

from hypothesis import strategies as st

from mailsetup.account import Account, Address, Auth, Protocol, Retention, Security, Server

# Every letter of code page 1252 that is no control character.
LETTERS = "".join(bytes([code]).decode("cp1252", "ignore") for code in range(0x20, 0x100) if code != 0x7F)

texts = st.text(LETTERS, max_size=40)
retentions = st.one_of(
    st.just(Retention(keep=False)),
    st.builds(
        Retention,
        days=st.one_of(st.none(), st.integers(1, 9999)),
        until_deleted=st.booleans(),
    ),
)


@st.composite
def servers(draw: st.DrawFn, protocol: Protocol, auths: tuple[Auth, ...]) -> Server:
    secure = [Security.TLS] if protocol.incoming else [Security.TLS, Security.STARTTLS]
    label = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=12)
    return Server(
        protocol=protocol,
        host=f"{draw(label)}.{draw(label)}.example",
        port=draw(st.integers(1, 65535)),
        security=draw(st.sampled_from(secure)),
        auth=(draw(st.sampled_from(auths)),),
        username=draw(st.text(LETTERS, min_size=1, max_size=40)),
    )


@st.composite
def accounts(draw: st.DrawFn) -> Account:
    protocol = draw(st.sampled_from([Protocol.IMAP, Protocol.POP3]))
    incoming = draw(servers(protocol, (Auth.PASSWORD,)))
    outgoing = draw(servers(Protocol.SMTP, (Auth.PASSWORD, Auth.NONE)))
    local = draw(
        st.text(string.ascii_letters + string.digits + "!#$%&'*+-/=?^_`{|}~", min_size=1, max_size=20)
    )
    return Account(
        address=Address.parse(f"{local}@example.org"),
        name=draw(texts),
        incoming=incoming,
        outgoing=outgoing,
        retention=draw(retentions) if protocol is Protocol.POP3 else None,
    )
