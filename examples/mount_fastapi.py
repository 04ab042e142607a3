"""The library under /library of a FastAPI application."""

from fastapi import FastAPI

from widgets.app import create_app
from widgets.settings import Settings

app = FastAPI()
app.mount("/library", create_app(Settings(public_url="https://clinic.example/library")))
