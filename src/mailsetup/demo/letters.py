"""The five messages that lie in every mailbox of the demo."""

from textwrap import dedent

_TEXTS = (
    """\
    From: Grace Hopper <grace@navy.example>
    To: Ada Lovelace <ada@example.org>
    Subject: A moth in the relay
    Date: Mon, 02 Nov 2026 09:12:44 +0100
    Message-ID: <moth-1947@navy.example>
    MIME-Version: 1.0
    Content-Type: text/plain; charset=us-ascii

    We found it in panel F, relay 70. I have taped it into the log book.

    Grace
    """,
    """\
    From: Charles Babbage <charles@engines.example>
    To: Ada Lovelace <ada@example.org>
    Subject: Your notes on the engine
    Date: Tue, 03 Nov 2026 18:30:00 +0000
    Message-ID: <note-g@engines.example>
    MIME-Version: 1.0
    Content-Type: text/plain; charset=us-ascii

    Note G is longer than the paper it explains, and better.
    .
    The line above is a single dot; it must arrive as one.

    C. B.
    """,
    """\
    From: =?utf-8?Q?Ren=C3=A9e_M=C3=BCller?= <renee@buchladen.example>
    To: Ada Lovelace <ada@example.org>
    Subject: =?utf-8?Q?Ihre_Bestellung_ist_da_=E2=80=93_sch=C3=B6ne_Gr=C3=BC=C3=9Fe?=
    Date: Thu, 05 Nov 2026 11:05:31 +0100
    Message-ID: <bestellung-4711@buchladen.example>
    MIME-Version: 1.0
    Content-Type: text/plain; charset=utf-8
    Content-Transfer-Encoding: quoted-printable

    Das Buch =C3=BCber Zahnr=C3=A4der liegt f=C3=BCr Sie bereit.
    """,
    """\
    From: The post office <postmaster@example.org>
    To: ada@example.org
    Subject: Welcome to your new mailbox
    Date: Sun, 01 Nov 2026 08:00:00 +0000
    Message-ID: <welcome@example.org>
    MIME-Version: 1.0
    Content-Type: multipart/alternative; boundary="two-ways"

    --two-ways
    Content-Type: text/plain; charset=us-ascii

    Welcome. Fetch your mail by IMAP or by POP3, as you like.
    --two-ways
    Content-Type: text/html; charset=us-ascii

    <p>Welcome. Fetch your mail by <b>IMAP</b> or by <b>POP3</b>, as you like.</p>
    --two-ways--
    """,
    """\
    From: Alan Turing <alan@bletchley.example>
    To: Ada Lovelace <ada@example.org>
    Cc: Grace Hopper <grace@navy.example>
    Subject: Can it think?
    Date: Sat, 07 Nov 2026 23:59:59 +0000
    Message-ID: <imitation@bletchley.example>
    In-Reply-To: <note-g@engines.example>
    MIME-Version: 1.0
    Content-Type: text/plain; charset=us-ascii

    You wrote that it only does what we order it to do. I should like to argue.

    Alan
    """,
)

LETTERS: tuple[bytes, ...] = tuple(dedent(text).replace("\n", "\r\n").encode() for text in _TEXTS)
"""As they go over the wire: lines end in CRLF."""
