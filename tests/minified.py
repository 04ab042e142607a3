"""Makes static/embed.min.js of static/embed.js: python -m tests.minified (or: make minified). Needs npm."""

import subprocess
from pathlib import Path

from widgets.embed import made_of_line

STATIC = Path(__file__).parent.parent / "static"
TERSER = "terser@5.51.2"
OPTIONS = ("--compress", "passes=3,ecma=2020", "--mangle", "--comments", "/^# /", "--format", "ascii_only")


def minified(*terser: str) -> str:
    """What the minifier, run by this command, makes of embed.js, below a line that says of which one."""
    run = subprocess.run([*terser, str(STATIC / "embed.js"), *OPTIONS], capture_output=True, text=True, timeout=120, check=True)
    return f"{made_of_line((STATIC / 'embed.js').read_bytes())}\n{run.stdout.strip()}\n"


if __name__ == "__main__":
    (STATIC / "embed.min.js").write_text(minified("npm", "exec", "--yes", f"--package={TERSER}", "--", "terser"), "utf-8")
