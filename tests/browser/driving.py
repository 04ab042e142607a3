"""Other browsers, driven in the words of W3C WebDriver: Firefox by Marionette, WebKitGTK by its own driver."""

import itertools
import json
import os
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import httpx

WATCH = """
window.said = [];
for (const name of ["log", "info", "warn", "error"]) {
  const as = console[name];
  console[name] = (...words) => { said.push(words.join(" ")); as(...words); };
}
addEventListener("error", (event) => said.push(event.message));
addEventListener("unhandledrejection", (event) => said.push(String(event.reason)));
"""
UNTIL = """
const done = arguments[0], end = Date.now() + 15000;
const look = () => { const found = %s; if (found || Date.now() > end) done(Boolean(found)); else setTimeout(look, 30); };
look();
"""
WHERE = """
const one = %s;
one.scrollIntoView({ block: "center", behavior: "instant" });
const { x, y, width, height } = one.getBoundingClientRect();
return [Math.round(x + width / 2), Math.round(y + height / 2)];
"""
# The expressions are put into the scripts: WebKit runs those with the page's policy, which may forbid eval.


class Session(Protocol):
    """A session of WebDriver: one command, and what it answers."""

    def __call__(self, command: str, **given: Any) -> Any: ...


class Driver:
    """One window of a browser."""

    def __init__(self, name: str, session: Session) -> None:
        self.name, self.session = name, session

    def go(self, url: str) -> None:
        self.session("Navigate", url=url)

    def run(self, script: str, *values: Any) -> Any:
        """What a script returns."""
        return self.session("ExecuteScript", script=script, args=list(values))

    def until(self, condition: str) -> None:
        """Wait until an expression is true on the page."""
        found = self.session("ExecuteAsyncScript", script=UNTIL % condition, args=[])
        assert found, f"{self.name}: not in 15 s: {condition}"

    def click(self, element: str) -> None:
        """Click in the middle of the element that an expression gives, as a reader does."""
        x, y = self.run(WHERE % element)
        move = {"type": "pointerMove", "x": x, "y": y, "duration": 0, "origin": "viewport"}
        self._act("pointer", "mouse", [move, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}])

    def type(self, text: str) -> None:
        """Press keys, where the focus is."""
        self._act("key", "keys", [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")])

    def shadow(self, tag: str, selector: str) -> str:
        """An expression for an element in a widget's shadow root."""
        return f"document.querySelector('{tag}')?.shadowRoot?.querySelector('{selector}')"

    def inside(self, selector: str, script: str) -> Any:
        """What a script returns inside a frame."""
        self.session("SwitchToFrame", id=self.run("return document.querySelector(arguments[0])", selector))
        try:
            return self.run(script)
        finally:
            self.session("SwitchToFrame", id=None)

    def _act(self, kind: str, name: str, actions: list[dict[str, Any]]) -> None:
        self.session("PerformActions", actions=[{"type": kind, "id": name, "actions": actions}])


# --- Firefox -------------------------------------------------------------------------------------------------


@contextmanager
def firefox() -> Iterator[Driver]:
    """Debian's Firefox, in a profile of its own."""
    with ExitStack() as stack:
        profile = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        quiet = {"marionette.port": 0, "app.update.enabled": False, "datareporting.policy.dataSubmissionEnabled": False,
                 "browser.shell.checkDefaultBrowser": False, "network.captive-portal-service.enabled": False,
                 "network.connectivity-service.enabled": False, "browser.safebrowsing.downloads.remote.enabled": False}  # fmt: skip
        (profile / "user.js").write_text("".join(f'user_pref("{name}", {json.dumps(value)});\n' for name, value in quiet.items()), "utf-8")
        command = ["firefox-esr", "--headless", "--no-remote", "--marionette", "--profile", str(profile)]
        process = _started(stack, command, {"HOME": str(profile), "MOZ_HEADLESS_WIDTH": "1200", "MOZ_HEADLESS_HEIGHT": "1000"})
        port = profile / "MarionetteActivePort"
        _wait(process, lambda: port.is_file() and port.read_text("utf-8").strip().isdecimal())
        connection = stack.enter_context(socket.create_connection(("127.0.0.1", int(port.read_text("utf-8"))), timeout=60))
        stream = stack.enter_context(connection.makefile("rb"))

        def read() -> Any:
            length = b""
            while (digit := stream.read(1)) != b":":
                length += digit
            return json.loads(stream.read(int(length)))

        numbers = itertools.count()

        def session(command: str, **given: Any) -> Any:
            raw = json.dumps([0, next(numbers), f"WebDriver:{command}", given]).encode()
            connection.sendall(str(len(raw)).encode() + b":" + raw)
            _, _, error, result = read()
            assert not error, error
            return result.get("value") if isinstance(result, dict) else result

        read()  # its greeting
        session("NewSession", capabilities={"alwaysMatch": {"timeouts": {"script": 20000}}})
        yield Driver("firefox", session)


# --- WebKitGTK -----------------------------------------------------------------------------------------------

MINI = "webkit2gtk-4.1/MiniBrowser"
"""WebKitGTK's own little browser, below the folder of libraries."""
PATHS = {
    "Navigate": ("POST", "/url"),
    "ExecuteScript": ("POST", "/execute/sync"),
    "ExecuteAsyncScript": ("POST", "/execute/async"),
    "PerformActions": ("POST", "/actions"),
    "SwitchToFrame": ("POST", "/frame"),
}


@contextmanager
def webkit() -> Iterator[Driver]:
    """Debian's WebKitGTK in its MiniBrowser, on a screen that is not there."""
    with ExitStack() as stack:
        home = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        screen = _started(stack, ["Xvfb", "-displayfd", "1", "-screen", "0", "1200x1000x24", "-nolisten", "tcp"], {}, stdout=subprocess.PIPE)
        assert screen.stdout
        display = f":{int(screen.stdout.readline())}"
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
        quiet = {"HOME": home, "XDG_RUNTIME_DIR": home, "DISPLAY": display, "GDK_BACKEND": "x11", "NO_AT_BRIDGE": "1"}
        process = _started(
            stack, ["WebKitWebDriver", f"--port={port}"], quiet | {"LIBGL_ALWAYS_SOFTWARE": "1", "WEBKIT_DISABLE_COMPOSITING_MODE": "1"}
        )
        client = stack.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60))
        _wait(process, lambda: _listens(port))
        options = {
            "webkitgtk:browserOptions": {"binary": str(next(Path("/usr/lib").glob(f"*/{MINI}"))), "args": ["--automation"]},
            "timeouts": {"script": 20000},
        }
        made = client.post("/session", json={"capabilities": {"alwaysMatch": options}}).json()["value"]
        path = f"/session/{made['sessionId']}"
        stack.callback(client.delete, path)

        def session(command: str, **given: Any) -> Any:
            method, under = PATHS[command]
            answer = client.request(method, path + under, json=given)
            value = answer.json()["value"]
            assert answer.status_code == 200, value
            return value

        yield Driver("webkit", session)


def _started(stack: ExitStack, command: list[str], environ: dict[str, str], stdout: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(command, env=os.environ | environ, stdout=stdout, stderr=subprocess.DEVNULL)

    def end() -> None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
        if process.stdout:
            process.stdout.close()

    stack.callback(end)
    return process


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def _wait(process: subprocess.Popen[bytes], ready: Callable[[], bool]) -> None:
    """Wait until a process that was started is ready, for half a minute."""
    for _ in range(600):
        if ready():
            return
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
    raise AssertionError(f"{process.args!r} was not ready within half a minute")
