"""The library under /library of a Starlette application."""

from starlette.applications import Starlette
from starlette.routing import Mount

from widgets.app import create_app
from widgets.settings import Settings

library = create_app(Settings(public_url="https://clinic.example/library"))
app = Starlette(routes=[Mount("/library", library)])
