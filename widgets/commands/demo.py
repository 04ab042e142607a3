"""health-widgets demo: the library, and on another site a partner's page and the gallery."""

import asyncio
import html
import os
import re
import signal
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from urllib.parse import urlencode

import click
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from widgets.catalog import catalog
from widgets.commands.serve import free_or_exit, library_or_exit, settings_or_exit
from widgets.embed import Asset, loader
from widgets.languages import words_in
from widgets.settings import files
from widgets.sites import DEFAULT
from widgets.widget import Widget

PLACEHOLDER = "https://library.example"
HASH, INTEGRITY = "HASH", "INTEGRITY"
"""What stands for the library's address, and for its loader's hash and integrity, in the examples."""
_SCRIPT = f'<script async crossorigin referrerpolicy="strict-origin" src="{PLACEHOLDER}/embed.js"></script>'


@click.command("demo")
@click.option(
    "--port", type=click.IntRange(0, 65534), default=8000, show_default=True, help="The library's port; the partner's pages take the next one."
)
def command(port: int) -> None:
    """Show the library and, on another site, a partner's page with every widget."""
    library = f"http://localhost:{port}"
    settings = settings_or_exit()
    for number in (port, port + 1):
        free_or_exit("127.0.0.1", number)
    served = library_or_exit(replace(settings, public_url=library))  # not where the library will stand one day: it is here
    filled_in = partial(filled, library=library, pinned=lambda: loader(served.settings.public_url, served.editions.current))
    click.echo(f"The library:               {library}/")
    click.echo(f"A partner's page:          http://127.0.0.1:{port + 1}/")
    click.echo(f"Every widget, to copy:     http://127.0.0.1:{port + 1}/gallery.html")
    click.echo(f"Your own snippet:          {library}/embed")
    if settings.content:
        click.echo(f"Edit a file below {settings.content}{os.sep} and load a page again: it shows at once.")
    click.echo("Stop with Ctrl-C.")
    apps: list[tuple[ASGIApp, int]] = [
        (served, port),
        (partner(filled_in, {name: site.region.emergency for name, site in served.editions.current.sites.items()}), port + 1),
    ]
    asyncio.run(_serve([_server(app, number) for app, number in apps]))


def filled(page: str, library: str, pinned: Callable[[], Asset]) -> str:
    """An example with the library's address in it, and where it pins the loader, that loader's hash and integrity."""
    page = page.replace(PLACEHOLDER, library)
    if f"embed-{HASH}.js" not in page:
        return page
    asset = pinned()
    return page.replace(f"embed-{HASH}.js", f"embed-{asset.hash}.js").replace(f'"{INTEGRITY}"', f'"{asset.integrity}"')


def partner(filled_in: Callable[[str], str], numbers: Mapping[str, str] = MappingProxyType({DEFAULT: "911"})) -> Starlette:
    """A partner's site: the example pages, filled in for a library, and the gallery; `numbers` are the sites' emergency numbers."""
    folder = files() / "examples"

    async def page(request: Request) -> Response:
        name = request.path_params.get("name", "clinic.html")
        if name == "gallery.html":
            return HTMLResponse(filled_in(gallery(numbers)))
        path = folder / name
        if path.parent != folder or not path.is_file():
            return PlainTextResponse("There is no such example.", 404)
        if path.suffix == ".html":
            return HTMLResponse(filled_in(path.read_text("utf-8")))
        return FileResponse(path)

    return Starlette(routes=[Route("/", page), Route("/{name}", page)])


def gallery(numbers: Mapping[str, str]) -> str:
    """Every widget live in each of its declared states, then in the look of each other site, with the snippet to copy."""
    states = "\n".join(_state(widget, example, numbers[DEFAULT]) for widget in catalog().values() for example in widget.examples)
    others = [site for site in numbers if site != DEFAULT]
    states += "".join(_state(widget, {**widget.examples[0], "site": site}, numbers[site]) for site in others for widget in catalog().values())
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>Every widget</title><link rel="stylesheet" href="example.css">{_SCRIPT}</head>'
        f"<body><main><h1>Every widget in its states</h1><p>Paste this once into a page:</p><pre>{html.escape(_SCRIPT)}</pre>"
        f'<p><a href="{PLACEHOLDER}/embed">Choose a widget of your own, and copy its snippet</a></p>'
        f"{states}<h2>Every way to put one on a page</h2>{_ways()}</main></body></html>"
    )


def _ways() -> str:
    """Links to the example pages, by their titles."""
    titles = ((path.name, re.search("<title>(.*)</title>", path.read_text("utf-8"))) for path in sorted((files() / "examples").glob("*.html")))
    return f"<ul>{''.join(f'<li><a href={name}>{title[1]}</a></li>' for name, title in titles if title)}</ul>"


def _state(widget: type[Widget], example: Mapping[str, str], number: str) -> str:
    attributes = "".join(f' {name}="{html.escape(value)}"' if value else f" {name}" for name, value in example.items())
    level = int(example.get("heading-level", 2))
    urgent = html.escape(words_in("en").say("emergency_line", number=number))
    inside = f'  <strong>{urgent}</strong>\n  <a href="{PLACEHOLDER}/">Health library</a>\n'
    snippet = f"<{widget.tag()}{attributes}>\n{inside}</{widget.tag()}>"
    between = "".join(f'<h{n} class="unseen-level">{widget.kind()}</h{n}>' for n in range(2, level))
    label = html.escape(widget.kind() + attributes)
    builder = html.escape(f"{PLACEHOLDER}/embed?{urlencode({'widget': widget.kind(), **example})}")
    change = f'<p><a href="{builder}">Change it in the builder</a></p>'
    return f'<section class="state" aria-label="{label}">{between}{snippet}<pre>{html.escape(snippet)}</pre>{change}</section>'


class _Server(uvicorn.Server):
    """A server that leaves the signals to whoever runs several."""

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        return nullcontext()


def _server(app: ASGIApp, port: int) -> _Server:
    return _Server(uvicorn.Config(app, host="127.0.0.1", port=port, access_log=False, log_level="warning", server_header=False))


async def _serve(servers: list[_Server]) -> None:
    """Run the servers until the process is told to stop; then stop them all."""

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop)
    await asyncio.gather(*(server.serve() for server in servers))
