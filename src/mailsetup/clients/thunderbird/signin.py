"""At which servers Thunderbird can sign in by the provider's own page (OAuth2): only where it is registered.

From OAuth2Providers.sys.mjs of Thunderbird 153; a test asks the real one about the hosts of our table.
"""

from mailsetup.account import Server

# Hosts, and domains with all that is inside them.
_KNOWN = frozenset(
    {
        "aol.com",
        "att.net",
        "gmail.com",
        "googlemail.com",
        "hotmail.com",
        "imap.comcast.net",
        "imap.fastmail.com",
        "imap.mail.ru",
        "imap.yandex.com",
        "office365.com",
        "outlook.com",
        "pop.comcast.net",
        "pop.fastmail.com",
        "smtp.comcast.net",
        "smtp.fastmail.com",
        "smtp.mail.ru",
        "smtp.yandex.com",
        "thundermail.com",
        "yahoo.com",
    }
)


def knows_page(server: Server) -> bool:
    """Whether Thunderbird has a sign-in page for this server."""
    labels = server.host.split(".")
    return any(".".join(labels[first:]) in _KNOWN for first in range(len(labels)))
