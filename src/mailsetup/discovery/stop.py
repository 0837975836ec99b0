"""When enough is known. Pure: what is in hand and what is still open decide."""

from collections.abc import Callable, Sequence

from mailsetup.account import Domain, Protocol
from mailsetup.discovery.finding import Candidate
from mailsetup.discovery.naming import SECURITY_ORDER, Named, Standing, name_all, places
from mailsetup.discovery.question import Question
from mailsetup.discovery.rank import Order, make_candidate, order_servers
from mailsetup.discovery.run import Asked, Patience


def patience_for(domain: Domain) -> Callable[[Sequence[Asked]], Patience]:
    """The rule for one mail domain, to be given to the runner."""

    def patience(asked: Sequence[Asked]) -> Patience:
        at = places(one.question.source for one in asked)
        order = order_servers(name_all([one.finding for one in asked], at))
        still_open = [(one.question, place) for one, place in zip(asked, at, strict=True) if not one.finding]
        if not any(_could_change(order, question, place) for question, place in still_open):
            return Patience.NO_MORE
        return Patience.BRIEFLY if _is_good(order, domain) else Patience.TO_THE_END

    return patience


def never_enough(asked: Sequence[Asked]) -> Patience:
    """The rule of those who want to see every answer."""
    return Patience.TO_THE_END


def _could_change(order: Order, question: Question, place: int) -> bool:
    """Whether an answer could better the best IMAP, POP3 or outgoing server in hand."""
    return any(
        _betters(question, place, _best(order, protocol), None if protocol.incoming else order.incoming_place)
        for protocol in question.about
    )


def _betters(question: Question, place: int, held: Named | None, liked: int | None) -> bool:
    if held is None:
        return True
    hoped = Standing(
        plain=False,
        distrust=-question.best,
        elsewhere=liked is not None and place != liked,
        security=min(SECURITY_ORDER.values()),
        place=place,
    )
    return hoped < held.standing(liked)


def _best(order: Order, protocol: Protocol) -> Named | None:
    servers = order.incoming if protocol.incoming else order.outgoing
    return next((named for named in servers if named.server.protocol is protocol), None)


def _is_good(order: Order, domain: Domain) -> bool:
    """Whether there is a server each way that is encrypted and needs no yes."""
    return all(
        any(_is_usable(make_candidate(named, domain)) for named in servers)
        for servers in (order.incoming, order.outgoing)
    )


def _is_usable(found: Candidate) -> bool:
    return not found.needs_consent and not any(warning.code == "plain" for warning in found.warnings)
