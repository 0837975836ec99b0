"""The table: our own facts on mail providers, a small record each, every one with its source and date.

A new provider is a record in one of these files. Nothing here is read before it is asked for.
"""

from functools import cache

from mailsetup.discovery.providers.record import Provider


@cache
def every_provider() -> tuple[Provider, ...]:
    """All of them."""
    # Imported late: most commands never ask.
    from mailsetup.discovery.providers import america, east, europe, france, germany, hosts, world

    files = (world, france, germany, europe, america, east, hosts)
    return tuple(provider for file in files for provider in file.PROVIDERS)


@cache
def _by_domain() -> dict[str, Provider]:
    return {domain: provider for provider in every_provider() for domain in provider.domains.split()}


@cache
def _by_mx() -> dict[str, Provider]:
    return {end: provider for provider in every_provider() for end in provider.mx.split()}


def find_by_domain(domain: str) -> Provider | None:
    """Whose mail domain (A-labels) this is."""
    return _by_domain().get(domain)


@cache
def _by_server() -> dict[str, tuple[Provider, ...]]:
    owners: dict[str, tuple[Provider, ...]] = {}
    for provider in every_provider():
        for host in {server.host for server in provider.servers}:
            owners[host] = (*owners.get(host, ()), provider)
    return owners


def find_by_server(host: str) -> tuple[Provider, ...]:
    """Whose mail server this is; several brands of one provider may share it."""
    return _by_server().get(host, ())


def find_by_mx(host: str) -> Provider | None:
    """Whose customers get their mail at this host (A-labels); the longest ending that is known decides."""
    end = host
    while end:
        if end in _by_mx():
            return _by_mx()[end]
        _, _, end = end.partition(".")
    return None
