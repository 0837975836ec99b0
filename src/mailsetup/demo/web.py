"""The web server: the domains' settings files and the provider database, over HTTPS."""

# Twisted is typed in part.
# mypy: untyped-calls-exclude="twisted"

from typing import Any

from twisted.web.http import Request
from twisted.web.resource import Resource
from twisted.web.server import Site

from mailsetup.demo.domains import PLACES
from mailsetup.demo.record import Command, Record


class Pages(Resource):
    """Every page of the world, by its URL without the query; anything else is 404."""

    isLeaf = True

    def __init__(self, record: Record) -> None:
        Resource.__init__(self)
        self._record = record
        self._pages = {url: body for place in PLACES for url, body in place.pages.items()}

    def render_GET(self, request: Request) -> bytes:
        """Serve one page."""
        host = request.getRequestHostname().decode("ascii", "replace").lower()
        path, _, query = request.uri.decode("ascii", "replace").partition("?")
        url = f"https://{host}{path}"
        self._record.commands.append(
            Command(
                server="https",
                session=0,
                secure=True,
                verb="GET",
                detail=f"{url}?{query}" if query else url,
                host=host,
            )
        )
        body = self._pages.get(url)
        if body is None:
            request.setResponseCode(404)
            request.setHeader("Content-Type", "text/plain")
            return b"There is no such page.\n"
        request.setHeader("Content-Type", "text/xml")
        return body


def web_site(record: Record) -> Site:
    """The server behind the port."""
    pages: Any = Pages(record)
    site = Site(pages)
    site.noisy = False
    return site
