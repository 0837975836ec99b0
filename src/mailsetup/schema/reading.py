"""Reading a document back (`--from`): strict about types, and nothing is taken on trust.

What a document says of consent is not read at all.
"""

import re

import msgspec

from mailsetup.account import Domain, Retention, Server, Subject, domain_of, fill_placeholders
from mailsetup.discovery.finding import Candidate, Discovery, Trust
from mailsetup.errors import MailsetupError, NetworkFailed, NothingFound, WrongUsage, say
from mailsetup.net.suffixes import is_foreign
from mailsetup.schema.forms import CandidateForm, DiscoveryForm, ErrorForm


def read_discovery(document: bytes, subject: Subject) -> Discovery:
    """Read a `mailsetup/discovery/1` document back, for one address or domain.

    Who is foreign is worked out anew from the host names; trust is believed no further than the kind of
    source allows. Raises WrongUsage where the document is not one, or is about another domain.
    """
    _raise_told(document)
    try:
        form = msgspec.json.decode(document, type=DiscoveryForm)
        if form.kind != "mailsetup/discovery/1":
            raise ValueError("schema is not mailsetup/discovery/1")
        incoming = tuple(_read_candidate(found, subject) for found in form.incoming)
        outgoing = tuple(_read_candidate(found, subject) for found in form.outgoing)
        if any(not found.server.protocol.incoming for found in incoming):
            raise ValueError("incoming holds an SMTP server")
        if any(found.server.protocol.incoming for found in outgoing):
            raise ValueError("outgoing holds a server that is not SMTP")
        named = Domain.parse(form.domain)
    except (msgspec.DecodeError, ValueError, RecursionError) as fault:
        raise WrongUsage(
            say("What --from gave is no discovery document: {fault}.", fault=fault),
            say("Give it the output of mailsetup discover --json."),
        ) from None
    if named != domain_of(subject):
        raise WrongUsage(
            say(
                "The discovery document is about {named}, not {domain}.",
                named=named,
                domain=domain_of(subject),
            ),
            say("Run mailsetup discover --json for this address."),
        )
    return Discovery(subject=subject, incoming=incoming, outgoing=outgoing, findings=())


def _raise_told(document: bytes) -> None:
    """Raise the error that a discovery ended with, where the document is one of those."""
    try:
        told = msgspec.json.decode(document, type=ErrorForm)
    except (msgspec.DecodeError, RecursionError):
        return
    if told.kind == "mailsetup/error/1":
        kinds: dict[int, type[MailsetupError]] = {3: NothingFound, 4: NetworkFailed}
        raise kinds.get(told.exit, WrongUsage)(
            say("The discovery that --from was given has failed: {error}", error=told.error),
            say("{fix}", fix=told.fix),
        )


# RFC 6335, section 5.1.
_SERVICE = re.compile(r"[a-z0-9-]{1,15}")


def _read_candidate(form: CandidateForm, subject: Subject) -> Candidate:
    retention = form.retention
    server = Server(
        protocol=form.protocol,
        host=form.host,
        port=form.port,
        security=form.security,
        auth=tuple(form.auth),
        # A discovery for a whole domain leaves a place for the address.
        username=None if form.username is None else fill_placeholders(form.username, subject),
    )
    if form.srv_service is not None and not _SERVICE.fullmatch(form.srv_service):
        raise ValueError("srv_service is no service label")
    return Candidate(
        server=server,
        # A file can be edited by anybody: nothing it says makes a host trusted.
        trust=Trust.UNSIGNED,
        foreign=is_foreign(server.host, domain_of(subject)),
        sources=tuple(form.sources),
        from_srv=form.srv_service,
        retention=Retention(keep=retention.keep, days=retention.days, until_deleted=retention.until_deleted)
        if retention
        else None,
    )
