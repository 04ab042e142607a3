"""A template tag of Django; save it as templatetags/health_library.py of one of your apps, and write in a template:

{% load health_library %}
{% render_widget "article-card" article="heart-attack" %}
"""

from django import template
from markupsafe import Markup

from widgets.app import create_app
from widgets.settings import Settings

library = create_app(Settings(public_url="https://library.example"))
register = template.Library()


@register.simple_tag
def render_widget(kind: str, **attributes: str) -> Markup:
    """The widget's element with its content."""
    return library.render_widget(kind, **attributes)
