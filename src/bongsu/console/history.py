"""The ledger's page by itself: for an analyst without a node, a federation or a log-in, on this machine only."""

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.middleware import Middleware

from bongsu.console.api.gate import Gate
from bongsu.console.api.ledger import LedgerRoutes
from bongsu.console.app import page, shared_routes
from bongsu.ledger.book import Book


def create(book: Callable[[], Book]) -> Starlette:
    """The application; `book` is called once, when the first page asks."""
    pages = [page("ledger.html"), page("ledger.html", "/ledger")]
    return Starlette(
        routes=[*pages, *LedgerRoutes(book).routes(), *shared_routes()],
        middleware=[Middleware(Gate)],
    )
