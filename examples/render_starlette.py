"""A widget in a page of a Starlette application, put in by a Jinja template: it is there before any script runs."""

from jinja2 import Environment
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route

from widgets.app import create_app
from widgets.settings import Settings

library = create_app(Settings(public_url="https://clinic.example/library"))
environment = Environment(autoescape=True)
environment.globals["render_widget"] = library.render_widget
page = environment.from_string("""<!doctype html>
<html lang="en">
<title>Heart care</title>
<script async crossorigin referrerpolicy="strict-origin" src="https://clinic.example/library/embed.js"></script>
<h1>Heart care</h1>
{{ render_widget("article-card", article="heart-attack") }}
""")


async def home(request: Request) -> HTMLResponse:
    """A page of the application's own."""
    return HTMLResponse(page.render())


app = Starlette(routes=[Route("/", home), Mount("/library", library)])
