"""The files of examples/deploy, run as they are but for names, ports and paths: what they pass on, keep, and log."""

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests import making
from tests.browser.debian import need
from tests.test_edition import wait_until
from tests.test_reloads import heard
from tests.test_serve import Served, served
from tests.test_wheel import ROOT, run
from widgets.edition import compiled

pytestmark = pytest.mark.full
DEPLOY = ROOT / "examples/deploy"
NAME = "library.example"
SECRETS = ("sample", "zebra", "i21", "agent-x", "clinic.example", "127.0.0.1")
"""What the requests below hold: none of it may be in a log. (The configuration names the server's own address, the log does not.)"""


def port() -> int:
    """A free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@dataclass
class Front:
    """A proxy with HTTPS in front of the library."""

    origin: Served
    port: int
    log: Callable[[], str]
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        trusting = ssl.create_default_context()  # its certificate is made for the test
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        headers = {"host": f"{NAME}:{self.port}", "user-agent": "agent-x", "referer": "https://clinic.example/page"}
        self.client = httpx.Client(verify=trusting, headers=headers, timeout=60)

    def get(self, path: str, **headers: str) -> httpx.Response:
        """The answer to GET."""
        return self._ask("GET", path, headers=headers)

    def search(self, words: str, **headers: str) -> httpx.Response:
        """The answer to a search, as the page sends it."""
        return self._ask("POST", "/search", data={"q": words}, headers=headers)

    def _ask(self, method: str, path: str, **options: object) -> httpx.Response:
        asked = self.client.build_request(method, f"https://127.0.0.1:{self.port}{path}", **options)  # type: ignore[arg-type]
        asked.extensions["sni_hostname"] = NAME
        return self.client.send(asked)

    def ready(self) -> bool:
        """Whether the library answers through it."""
        try:
            return self.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False


@contextmanager
def caddy(folder: Path, origin: Served) -> Iterator[Front]:
    """Debian's Caddy with our Caddyfile; certificates are its own, and its ports free ones."""
    need("caddy", "/usr/bin/caddy")
    https = port()
    local = f"admin off\nhttp_port {port()}\nhttps_port {https}\nlocal_certs\nskip_install_trust\nstorage file_system {folder}/data\n"
    text = (DEPLOY / "Caddyfile").read_text("utf-8").replace("127.0.0.1:8000", origin.base.removeprefix("http://"))
    file = making.write(folder / "Caddyfile", text.replace("{\n", "{\n" + local, 1))
    log: list[str] = []
    command = ["/usr/bin/caddy", "run", "--config", str(file), "--adapter", "caddyfile"]
    with subprocess.Popen(command, env=os.environ | {"HOME": str(folder)}, stderr=subprocess.PIPE, text=True) as process:
        reading = threading.Thread(target=lambda: log.extend(process.stderr or ()))
        reading.start()
        yield Front(origin, https, lambda: "".join(line for line in log if '"http.log.' in line))
        process.terminate()
        reading.join(60)


@contextmanager
def nginx(folder: Path, origin: Served) -> Iterator[Front]:
    """Debian's nginx with our configuration in its http block, a certificate made here, and logs and cache in the folder."""
    need("nginx-light openssl", "/usr/sbin/nginx", "openssl")
    https = port()
    key, certificate = folder / "library.key", folder / "library.pem"
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}", "-keyout", key, "-out", certificate)
    text = (DEPLOY / "nginx.conf").read_text("utf-8").replace("127.0.0.1:8000", origin.base.removeprefix("http://"))
    for old, new in (("listen 443", f"listen 127.0.0.1:{https}"), ("/etc/ssl/library.example", f"{folder}/library"), ("/var/", f"{folder}/")):
        assert old in text
        text = text.replace(old, new)
    (folder / "log/nginx").mkdir(parents=True)
    (folder / "cache").mkdir()  # Debian has no more: what stands below it nginx makes, if it is one folder
    paths = "\n".join(f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root;" if os.geteuid() == 0 else ""
    file = making.write(folder / "nginx.conf", f"daemon off;\n{user}\npid {folder}/nginx.pid;\nevents {{}}\nhttp {{\n{paths}\n{text}\n}}\n")
    logs = (folder / "log/nginx/library.log", folder / "log/nginx/library-error.log")
    with subprocess.Popen(["/usr/sbin/nginx", "-p", str(folder), "-c", str(file), "-e", str(logs[1])]) as process:
        yield Front(origin, https, lambda: "".join(path.read_text() for path in logs if path.exists()))
        process.terminate()


@pytest.fixture(params=[caddy, nginx], ids=["caddy", "nginx"])
def front(request: pytest.FixtureRequest, content: Path, tmp_path: Path) -> Iterator[Front]:
    """The library behind each of them."""
    (folder := tmp_path / "front").mkdir()
    environ = {"HEALTH_WIDGETS_PUBLIC_URL": f"https://{NAME}", "HEALTH_WIDGETS_ACCESS_LOG": "1"}
    with served("--content", str(content), **environ) as origin, heard(origin), request.param(folder, origin) as made:
        assert wait_until(made.ready, 60)
        yield made
        made.client.close()


PASSED = ("content-type", "cache-control", "etag", "vary", "cache-tag", "content-security-policy", "access-control-allow-origin", "referrer-policy",
          "strict-transport-security", "x-content-type-options", "cross-origin-resource-policy", "x-robots-tag", "permissions-policy")  # fmt: skip


@pytest.mark.parametrize("encoding", ["br", "gzip", "identity"])
def test_answers_come_as_they_were_made(front: Front, encoding: str) -> None:
    """Through the proxy every answer has the headers and the bytes that the library gave it: nothing is added, and nothing compressed twice."""
    for path in ("/", "/articles/sample", "/partials/article-card?article=sample", "/frame/article-card?article=sample", "/embed.js", "/partials/x"):
        for _ in range(2):
            through = front.get(path, **{"accept-encoding": encoding})
            direct = httpx.get(front.origin.base + path, headers={"accept-encoding": encoding})
            assert (through.status_code, through.text) == (direct.status_code, direct.text), path
            assert through.headers.get("content-encoding") == direct.headers.get("content-encoding"), path
            passed = {name: through.headers.get_list(name) for name in PASSED}
            assert passed == {name: direct.headers.get_list(name) for name in PASSED}, path
            if direct.status_code == 200:
                assert front.get(path, **{"accept-encoding": encoding, "if-none-match": through.headers["etag"]}).status_code == 304, path


def test_a_reader_who_searches_too_often_is_told_when_to_try_again(front: Front) -> None:
    """The 429 of one client comes through with its Retry-After, whatever the client says that its address is; others can search."""
    with ThreadPoolExecutor(8) as threads:
        for _ in range(60):
            answers = list(threads.map(lambda n: front.search("sample", **{"x-forwarded-for": f"10.0.0.{n}"}), range(50)))
            if late := [answer for answer in answers if answer.status_code != 200]:
                break
    assert {(answer.status_code, answer.headers["retry-after"], answer.headers["cache-control"]) for answer in late} == {(429, "1", "no-store")}
    other = httpx.post(front.origin.base + "/search", data={"q": "sample"}, headers={"x-forwarded-for": "10.9.9.9"})
    assert other.status_code == 200


def test_no_log_tells_what_was_read(front: Front) -> None:
    """What the proxy and the server log of requests holds no path, query, form, agent, referrer or address, also while the server is down."""
    for path in (
        "/search?q=zebra",
        "/connect?mainSearchCriteria.v.c=I21.9",
        "/articles/sample",
        "/partials/article-card?article=zebra",
        "/nowhere/zebra",
    ):
        assert front.get(path).status_code in {200, 404}
    assert front.search("zebra").status_code == 200
    assert wait_until(lambda: front.log().count("200") >= 3, 30)
    front.origin.process.terminate()
    front.origin.process.wait(60)
    assert front.get("/articles/other?x=zebra").status_code == 502
    assert wait_until(lambda: "502" in front.log(), 30)
    text = (front.log() + "".join(front.origin.heard).replace(front.origin.base, "")).lower().replace(front.origin.base.removeprefix("http://"), "")
    assert [word for word in SECRETS if word in text] == []


def test_nginx_keeps_what_may_be_kept(content: Path, tmp_path: Path) -> None:
    """Loader, pages and partials come from nginx's cache the second time; a search never does; with the server gone they still come."""
    with served("--content", str(content), HEALTH_WIDGETS_PUBLIC_URL=f"https://{NAME}") as origin, nginx(tmp_path, origin) as front:
        assert wait_until(front.ready, 60)
        paths = ("/embed.js", "/articles/sample", "/partials/article-card?article=sample")
        for path in paths * 2:
            assert front.get(path).status_code == 200
        for _ in range(2):
            front.search("sample")
        assert wait_until(lambda: len(front.log().splitlines()) >= 9, 30)
        said = [line.split()[1:3] + line.split()[4:] for line in front.log().splitlines() if "/readyz" not in line][-8:]
        assert said == [["GET", "200", "MISS"]] * 3 + [["GET", "200", "HIT"]] * 3 + [["POST", "200", "-"]] * 2
        origin.process.terminate()
        origin.process.wait(60)
        assert [front.get(path).status_code for path in paths] == [200, 200, 200]
        front.client.close()


# --- The unit and the image -----------------------------------------------------------------------------------


def unit(folder: Path) -> Path:
    """The unit, with a command that is there."""
    text = (DEPLOY / "health-widgets.service").read_text("utf-8")
    assert "/srv/health-widgets/bin/health-widgets" in text
    command = shutil.which("true") or "/bin/true"
    return making.write(folder / "health-widgets.service", text.replace("/srv/health-widgets/bin/health-widgets", command))


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    """systemd finds nothing wrong with the unit, and calls it safe: an exposure below 2 of 10."""
    need("systemd", "systemd-analyze")
    file = unit(tmp_path)
    verified = subprocess.run(["systemd-analyze", "verify", str(file)], capture_output=True, text=True, check=False)
    assert (verified.returncode, [line for line in verified.stderr.splitlines() if "health-widgets" in line]) == (0, [])
    said = run("systemd-analyze", "security", "--offline=true", "--no-pager", file)
    exposure = re.search(r"Overall exposure level[^:]*: ([0-9.]+)", said)
    assert exposure and float(exposure[1]) < 2, said


def steps(text: str) -> Iterator[tuple[str, str]]:
    """The instructions of a Containerfile."""
    for line in text.replace("\\\n", " ").splitlines():
        if line and not line.startswith("#"):
            word, _, rest = line.partition(" ")
            yield word, rest


def test_the_containerfile_makes_a_library_that_runs(tmp_path: Path) -> None:
    """Its steps, done in a folder in place of an image: installed from the sources, checked, built, served from the file alone, healthy."""
    image, environ = tmp_path / "image", {"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path)}
    image.mkdir()
    at = {"/app": f"{image}/app", "/library.sqlite": f"{image}/library.sqlite", "/src": f"{image}/src"}

    def placed(text: str) -> str:
        return re.sub(r"(?<![\w/.])(/app|/library\.sqlite|/src)(?![\w.])", lambda found: at[found[1]], text)

    told = dict[str, str]()
    for word, rest in steps((DEPLOY / "Containerfile").read_text("utf-8")):
        told[word] = rest
        if (word, rest) == ("COPY", ". ."):
            tracked = run("git", "ls-files", "--cached", "--others", "--exclude-standard", cwd=ROOT).splitlines()
            for name in tracked:
                if (ROOT / name).is_file():
                    (image / "src" / name).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(ROOT / name, image / "src" / name)
        elif word == "RUN":
            command = placed(rest).replace("python -m venv", f"{sys.executable} -m venv")
            run("sh", "-c", command, cwd=image / "src", env=environ)
        elif word == "ENV":
            environ |= dict([placed(rest).split("=", 1)])
    shutil.rmtree(image / "src")
    free = str(port())
    command = [placed(part).replace("8000", free) for part in json.loads(told["CMD"])]
    check = [placed(part).replace("8000", free) for part in json.loads(told["HEALTHCHECK"].removeprefix("CMD "))]
    environ |= {"HEALTH_WIDGETS_PUBLIC_URL": f"https://{NAME}"}
    with subprocess.Popen(command, env=environ, cwd="/", stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr or ():
            if "Uvicorn running" in line:
                break
        assert subprocess.run(check, check=False).returncode == 0
        assert "Heart attack" in httpx.get(f"http://127.0.0.1:{free}/articles/heart-attack").text
        process.send_signal(signal.Signals[told["STOPSIGNAL"]])
        assert process.wait(60) == 0
    assert (told["EXPOSE"], told["USER"]) == ("8000", "65534")


# --- Backup and upgrade -----------------------------------------------------------------------------------------


def test_a_backup_is_the_content_folder(content: Path, tmp_path: Path) -> None:
    """The guide's two lines, with its folders moved: packed while it is served, unpacked elsewhere, it is the same library."""
    block = re.search(r"```sh\n(tar -czf.*?)```", (ROOT / "docs/operating.md").read_text("utf-8"), re.S)
    assert block
    (tmp_path / "restored").mkdir()
    content.rename(tmp_path / "library")
    pack, unpack = (line.replace("/srv", str(tmp_path)).replace("/restored", f"{tmp_path}/restored") for line in block[1].strip().splitlines())
    unpack, _, serve = unpack.partition(" && ")
    with served("--content", str(tmp_path / "library")) as one, heard(one):
        before = httpx.get(f"{one.base}/readyz").json()
        run("sh", "-c", pack, cwd=tmp_path)
    run("sh", "-c", unpack, cwd=tmp_path)
    with served(*serve.split()[2:]) as one, heard(one):
        assert httpx.get(f"{one.base}/readyz").json() == before


def test_an_upgrade_does_not_stop_who_is_not_yet_restarted(content: Path, tmp_path: Path) -> None:
    """A file of the next release put over the shipped one is named in the log of the old server, which goes on until its own kind comes."""
    file, next_file = tmp_path / "library.sqlite", tmp_path / "next.sqlite"
    compiled(content, file)
    shutil.copy(file, next_file)
    with sqlite3.connect(next_file) as db:
        db.execute("PRAGMA user_version=1")
    db.close()
    with served("--snapshot", str(file)) as one, heard(one) as log:
        next_file.replace(file)
        assert wait_until(lambda: any("was not made by this release" in line for line in log), 60)
        assert httpx.get(f"{one.base}/articles/sample").status_code == 200
        making.article(content, "second")
        compiled(content, file)
        assert wait_until(lambda: httpx.get(f"{one.base}/readyz").json()["articles"] == 2, 60)
    assert not any("Traceback" in line for line in log)
