"""A widget in a page of a FastAPI application: it is there before any script runs."""

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from widgets.app import create_app
from widgets.settings import Settings

library = create_app(Settings(public_url="https://clinic.example/library"))
app = FastAPI()
app.mount("/library", library)


@app.get("/", response_class=HTMLResponse)
def home() -> str:
    """A page of the application's own."""
    return f"""<!doctype html>
<html lang="en">
<title>Heart care</title>
<script async crossorigin referrerpolicy="strict-origin" src="https://clinic.example/library/embed.js"></script>
<h1>Heart care</h1>
{library.render_widget("article-card", article="heart-attack", heading_level="2")}"""
