"""One nation's console page as an ASGI application: the page, its picture, its stream, its commands, its log-in."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bongsu.base.errors import BadValue
from bongsu.console.api.access import Doorman, Sessions
from bongsu.console.api.commands import Commands
from bongsu.console.api.gate import Gate
from bongsu.console.api.ledger import LedgerRoutes
from bongsu.console.api.login import Login
from bongsu.console.api.past import PastRoute
from bongsu.console.api.sections import PictureBoard
from bongsu.console.api.stream import Streams
from bongsu.console.ports import Accounts, CommandPort, Provider, Source
from bongsu.ledger import packaged
from bongsu.words.catalogue import catalogue_bytes

STATIC = Path(__file__).parent / "static"
JSON = "application/json"


async def words(request: Request) -> Response:
    """The catalogue of one language."""
    try:
        return Response(catalogue_bytes("console", request.path_params["language"]), media_type=JSON)
    except BadValue as error:
        return Response(str(error), status_code=404)


def shared_routes() -> list[Route | Mount]:
    """What the console and the wall have in common: words, scripts, styles, maps."""
    return [Route("/words/{language}.json", words), Mount("/static", StaticFiles(directory=STATIC))]


def page(name: str, path: str = "/") -> Route:
    """The route of one page."""

    async def answer(request: Request) -> Response:
        return FileResponse(STATIC / name)

    return Route(path, answer)


def stream_routes(streams: Streams, path: str, doorman: Doorman | None = None) -> list[Route]:
    """`path`: all at once; `/api/stream`: all, then what changes. With a doorman only for those whom it knows, for as long as it knows them."""

    def known(request: Request) -> bool:
        return doorman is None or doorman.person(request.cookies) is not None

    async def whole(request: Request) -> Response:
        if not known(request):
            return JSONResponse({"reason": "log_in"}, status_code=401)
        return Response(streams.whole(), media_type=JSON, headers={"Cache-Control": "no-store"})

    async def stream(request: Request) -> Response:
        if not known(request):
            return JSONResponse({"reason": "log_in"}, status_code=401)
        armed = request.query_params.get("armed") == "1"
        return streams.respond(request.headers.get("last-event-id"), armed, lambda: known(request))

    return [Route(path, whole), Route("/api/stream", stream)]


@dataclass(frozen=True)
class Doors:
    """Who may come in, and under which names the page answers.

    `accounts` None: a drill's console on this machine, where everybody is the drill's account. `names` are the hosts besides this machine's own,
    and only with TLS (`secure`). `provider` vouches for persons who have an account of their name.
    """

    accounts: Accounts | None = None
    names: tuple[str, ...] = ()
    secure: bool = False
    provider: Provider | None = None


def create(
    source: Source,
    commands: CommandPort,
    console: str,
    doors: Doors = Doors(),
    on_attended: Callable[[bool], None] | None = None,
) -> Starlette:
    """The application for one node. `console` names this console in commands and receipts; `on_attended` hears whether an armed page is open."""
    sessions = None if doors.accounts is None else Sessions(doors.accounts, monotonic)
    doorman = Doorman(sessions, doors.secure)
    streams = Streams(PictureBoard(source), on_attended)
    routes = [
        page("console.html"),
        *stream_routes(streams, "/api/picture", doorman),
        Route("/api/past", PastRoute(source, doorman).get),
        page("ledger.html", "/ledger"),
        *LedgerRoutes(packaged.book, doorman).routes(),
        Route("/api/commands", Commands(commands, console, doorman).post, methods=["POST"]),
        *Login(doorman, doors.accounts, commands, console, monotonic, doors.provider).routes(),
        *shared_routes(),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(Gate, names=doors.names)])
    app.state.streams = streams
    return app
