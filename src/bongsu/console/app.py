"""One nation's console page as an ASGI application: the page, its picture, its stream, its commands. It is served on loopback only."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bongsu.base.errors import BadValue
from bongsu.console.api.commands import Commands
from bongsu.console.api.gate import Gate
from bongsu.console.api.sections import PictureBoard
from bongsu.console.api.stream import Streams
from bongsu.console.ports import CommandPort, PictureSource
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


def page(name: str) -> Route:
    """The route of the one page."""

    async def answer(request: Request) -> Response:
        return FileResponse(STATIC / name)

    return Route("/", answer)


def stream_routes(streams: Streams, path: str) -> list[Route]:
    """`path`: all at once; `/api/stream`: all, then what changes."""

    async def whole(request: Request) -> Response:
        return Response(streams.whole(), media_type=JSON, headers={"Cache-Control": "no-store"})

    async def stream(request: Request) -> Response:
        return streams.respond(request.headers.get("last-event-id"))

    return [Route(path, whole), Route("/api/stream", stream)]


def create(source: PictureSource, commands: CommandPort, console: str) -> Starlette:
    """The application for one node. `console` names this console in commands and receipts."""
    streams = Streams(PictureBoard(source))
    routes = [
        page("console.html"),
        *stream_routes(streams, "/api/picture"),
        Route("/api/commands", Commands(commands, console).post, methods=["POST"]),
        *shared_routes(),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(Gate)])
    app.state.streams = streams
    return app
