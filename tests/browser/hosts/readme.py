"""Writes README.md anew from the declarations: python -m tests.browser.hosts.readme"""

from pathlib import Path

from tests.browser.hosts.cures import CURES
from tests.browser.hosts.test_hosts import HOSTS

TOP = """# Host pages

Each page stands for one thing that host pages do to embeds. It is loaded twice: with our script, and with an empty script of the same
origin. The widget must show and open by a real click (or its fallback stay), and the page must be what its twin is: names of
`window`, DOM, title, address, history, style sheets, focus, scroll, storage, listeners, console, errors, reports of its policies.
`make test` runs those marked *, `make test-full` all. Written by `python -m tests.browser.hosts.readme` from the declarations beside it.

Libraries come from npm (htmx 1.9, 2.0 and 4.0, React 18 and 19, Vue 3, Turbo, jQuery, zone.js, RequireJS) and, since npm has no browser
builds of them, from Debian's packages (Prototype.js, MooTools); a page whose library cannot be had is skipped, with the reason.

What an answer that fails does to a page (cut off, slow, redirected, no CORS) is in `../test_failures.py`, with a proxy that makes the faults.
On pages served as XHTML widgets show and open; that typed values can be lost there is a limit which HAZARDS.md names and no page here shows.
"""
MIDDLE = """
## Cures

`python -m tests.browser.hosts.cures [page ...]` takes each of them out, in a copy of the tree, and says whether its page goes red.

| page that goes red | cure | where it stands |
|---|---|---|
"""


def main() -> None:
    """Write the file."""
    rows = "".join(f"| `{host.name}` | {host.row} | {'' if host.full else '*'} |\n" for host in HOSTS)
    cures = "".join(f"| `{cure.page}` | {cure.what} | `{cure.file}` |\n" for cure in CURES)
    text = f"{TOP}\n## Pages\n\n| page | what it does | |\n|---|---|---|\n{rows}{MIDDLE}{cures}"
    (Path(__file__).parent / "README.md").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
