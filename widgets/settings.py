"""What an operator may set. The only module that reads the environment."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from os import PathLike
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PREFIX = "HEALTH_WIDGETS_"
MOST = 1_000_000
"""The greatest number that a setting may be."""


class SettingsError(ValueError):
    """A setting has a value that cannot be used; the text names the setting and what would be right."""


def files() -> Path:
    """The folder that holds templates, static, content and examples: in the wheel, or in the checkout."""
    here = Path(__file__).parent
    packaged = here / "_files"
    return packaged if packaged.is_dir() else here.parent


SAMPLE = files() / "content"
"""The sample library that comes with the package."""


def setting(default: Any, doc: str) -> Any:
    """Declare one setting: its default and the sentence that the README shows."""
    return field(default=default, metadata={"doc": doc})


@dataclass(frozen=True)
class Settings:
    """The settings of one application; each field is also a `HEALTH_WIDGETS_*` variable."""

    public_url: str = setting(
        "",
        "The address readers use, with path when mounted: `https://library.example`. Needed on any host but loopback.",
    )
    content: Path | None = setting(
        None, "The content folder. Default: the sample library that comes with the package, or none where a snapshot is named."
    )
    snapshot: Path | None = setting(
        None,
        "The compiled library: a file that `health-widgets build` made, served as it is; or, where a content folder is named too, "
        "a file that the server keeps up to date from it, so that it starts at once. On a local disk. Default: a private one.",
    )
    watch: bool = setting(True, "Show edited content files at once. `0` reads them at start only.")
    cache_megabytes: int = setting(64, "How much memory the finished answers may take.")
    cache_tags: str = setting(
        "Cache-Tag",
        "The header that tells caches which article or topic an answer shows, so that one purge withdraws it: `Cache-Tag`, `Surrogate-Key`, "
        "`xkey`; `none` for none.",
    )
    releases: Path | None = setting(
        None, "A folder where the server keeps each release's scripts, so that pinned snippets go on working. Default: none."
    )
    access_log: bool = setting(False, "`1` writes a line a request: method, route, status. Never path, query or address.")

    def __post_init__(self) -> None:
        """Check once, early and loudly."""
        for f in fields(self):
            object.__setattr__(self, f.name, _checked(f.name, f.default, getattr(self, f.name)))
        if self.content is None and self.snapshot is None:
            object.__setattr__(self, "content", SAMPLE)
        if self.content is not None and not _reached("CONTENT", self.content).is_dir():
            raise SettingsError(f"{PREFIX}CONTENT: no folder {self.content}; name the folder that holds articles/ and topics/.")
        if self.snapshot is not None and _reached("SNAPSHOT", self.snapshot).is_dir():
            raise SettingsError(f"{PREFIX}SNAPSHOT: {self.snapshot} is a folder; name a file, like {self.snapshot / 'library.sqlite'}.")
        if self.releases is not None and _reached("RELEASES", self.releases).exists() and not self.releases.is_dir():
            raise SettingsError(f"{PREFIX}RELEASES: {self.releases} is no folder; name one, which need not be there yet.")
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,60}", self.cache_tags):
            raise SettingsError(f"{PREFIX}CACHE_TAGS: {self.cache_tags!r} is not the name of a header, like Cache-Tag; none for none.")
        object.__setattr__(self, "public_url", _base(self.public_url))
        if self.releases and not self.public_url:
            raise SettingsError(f"{PREFIX}RELEASES: needs {PREFIX}PUBLIC_URL, since a release's scripts hold the public address.")

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], **given: Any) -> "Settings":
        """Settings from the environment; what is `given` and not None wins."""
        _known(environ, [PREFIX + f.name.upper() for f in fields(cls)])
        values = {f.name: _parse(f.name, f.default, environ[PREFIX + f.name.upper()])
                  for f in fields(cls) if environ.get(PREFIX + f.name.upper())}  # fmt: skip
        return cls(**(values | {name: value for name, value in given.items() if value is not None}))


def _known(environ: Mapping[str, str], names: list[str]) -> None:
    """Refuse a misspelt name. Others may begin like ours: Kubernetes sets some for each service, after its name."""
    for name in environ:
        near = get_close_matches(name, names, 1, 0.9) if name.startswith(PREFIX) and name not in names else []
        if near:
            raise SettingsError(f"{name}: there is no such setting; did you mean {near[0]}?")


def _parse(name: str, default: Any, text: str) -> Any:
    """One variable's text as the type of its default."""
    if isinstance(default, bool):
        if text.lower() not in {"0", "1", "true", "false", "yes", "no"}:
            raise SettingsError(f"{PREFIX}{name.upper()}: {text!r} is neither 1 nor 0.")
        return text.lower() in {"1", "true", "yes"}
    if isinstance(default, int):
        return int(text) if re.fullmatch(r"-?[0-9]{1,9}", text) else text
    return text if isinstance(default, str) else Path(text)


def _checked(name: str, default: Any, value: Any) -> Any:
    """The value, if it is of the type of its default; a path may be given as text, and an empty one is none."""
    if default is None and isinstance(value, str | PathLike):
        return Path(value) if str(value) else None
    if isinstance(default, int) and not isinstance(default, bool):
        fits, right = type(value) is int and 1 <= value <= MOST, f"is not a whole number from 1 to {MOST}"
    else:
        fits, right = value is default or isinstance(value, type(default)), _RIGHT[type(default)]
    if not fits:
        raise SettingsError(f"{PREFIX}{name.upper()}: {value!r:.80} {right}.")
    return value


def _reached(name: str, path: Path) -> Path:
    """The path, if this process may look at what is there."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        pass  # it is said elsewhere where something must be there
    except OSError as error:
        raise SettingsError(f"{PREFIX}{name}: {path} cannot be reached: {error.strerror}.") from error
    return path


_RIGHT = {str: "is not text", bool: "is neither True nor False", type(None): "is not a path"}

_HOST = r"(?:[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?"
_ADDRESS = re.compile(rf"https?://{_HOST}(?:/[\w.~%!$&'()*+,;=:@-]+)*", re.ASCII | re.IGNORECASE)


def _base(url: str) -> str:
    """A public address as browsers write it in an origin, without its trailing slash; "" stays ""."""
    url = url.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # of [ without ], or of a port that there cannot be
        parts, port = urlsplit(""), None
    if url and not (parts.netloc and _ADDRESS.fullmatch(url)):
        raise SettingsError(f"{PREFIX}PUBLIC_URL: {url!r} is not an address like https://library.example or https://clinic.example/library.")
    usual = port == {"https": 443, "http": 80}.get(parts.scheme)
    host = parts.netloc.lower().rpartition(":")[0] if usual else parts.netloc.lower()
    return f"{parts.scheme}://{host}{parts.path}" if url else ""
