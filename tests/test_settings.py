"""What an operator may set."""

import re
from pathlib import Path

import pytest

from tests import making
from widgets.settings import Settings, SettingsError, files


def test_the_working_folder_may_be_the_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`.` means the folder one stands in, and not the sample library, which is what comes without a setting."""
    making.library(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert Settings.from_environ({"HEALTH_WIDGETS_CONTENT": "."}).content.resolve() == tmp_path
    assert Settings.from_environ({"HEALTH_WIDGETS_CONTENT": ""}).content == files() / "content"


@pytest.mark.parametrize(
    "url",
    ["library.example", "ftp://library.example", "https://", "https:///path", "https://library.example/?a=b", "http://[", "http://x/#y",
     "https://a b.example", "https://a.example/b c", "https://a.example/<", 'https://a.example/"', "https://a.example;b", "https://me:it@a.example",
     "https://a.example:99999", "https://a.example\nb"],
)  # fmt: skip
def test_a_public_address_that_is_none_is_refused(url: str) -> None:
    """An address that readers could not use is refused in a sentence that shows a right one."""
    with pytest.raises(SettingsError, match=r"HEALTH_WIDGETS_PUBLIC_URL: .* is not an address like https://library\.example"):
        Settings(public_url=url)


def test_a_public_address_loses_its_last_slash() -> None:
    """The address is kept without a slash at its end, its path included."""
    assert Settings(public_url="https://clinic.example/library/").public_url == "https://clinic.example/library"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (" https://library.example ", "https://library.example"),
        ("HTTPS://Library.Example/Health", "https://library.example/Health"),
        ("https://library.example:443/a", "https://library.example/a"),
        ("http://library.example:80", "http://library.example"),
        ("https://library.example:80", "https://library.example:80"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
        ("http://[::1]:80/", "http://[::1]"),
    ],
)
def test_a_public_address_is_kept_as_origins_are_written(given: str, kept: str) -> None:
    """Small letters, and no port that goes without saying: it is compared with what browsers send, and printed into policies."""
    assert Settings(public_url=given).public_url == kept


def test_a_misspelt_setting_is_refused() -> None:
    """A name that is nearly a setting's stops the start; what Kubernetes sets for a service of our name does not."""
    with pytest.raises(SettingsError, match=r"HEALTH_WIDGETS_PUBLIC_ULR: there is no such setting; did you mean HEALTH_WIDGETS_PUBLIC_URL\?"):
        Settings.from_environ({"HEALTH_WIDGETS_PUBLIC_ULR": "https://library.example"})
    service = {"SERVICE_HOST": "10.0.0.1", "SERVICE_PORT": "8000", "PORT": "tcp://10.0.0.1:8000", "PORT_8000_TCP_ADDR": "10.0.0.1"}
    assert Settings.from_environ({f"HEALTH_WIDGETS_{name}": value for name, value in service.items()}).public_url == ""


def test_a_path_may_be_given_as_text(tmp_path: Path) -> None:
    """`Settings(content="some/folder")` means the folder; an empty text is no folder, as in the environment."""
    making.library(tmp_path / "content")
    given = Settings(content=str(tmp_path / "content"), releases=str(tmp_path), snapshot="", public_url="https://a.example")  # type: ignore[arg-type]
    assert (given.content, given.releases, given.snapshot) == (tmp_path / "content", tmp_path, None)
    with pytest.raises(SettingsError, match="HEALTH_WIDGETS_CONTENT: no folder some/where"):
        Settings(content="some/where")  # type: ignore[arg-type]


def test_a_folder_in_place_of_a_file_is_refused_and_a_file_in_place_of_a_folder(tmp_path: Path) -> None:
    """The sentence names the setting and the path; where there is nothing yet it can be made."""
    (file := tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(SettingsError, match=f"HEALTH_WIDGETS_SNAPSHOT: {tmp_path} is a folder; name a file, like {tmp_path}/library.sqlite"):
        Settings(snapshot=tmp_path)
    with pytest.raises(SettingsError, match=f"HEALTH_WIDGETS_RELEASES: {file} is no folder"):
        Settings(releases=file, public_url="https://a.example")
    assert Settings(releases=tmp_path / "new", public_url="https://a.example").releases == tmp_path / "new"


@pytest.mark.parametrize("name", ["content", "snapshot", "releases"])
def test_a_path_that_cannot_be_reached_is_refused(tmp_path: Path, name: str) -> None:
    """Where the system does not even tell what is there, one sentence names the setting, the path and why."""
    path = tmp_path / ("x" * 300)  # as where a folder on the way may not be entered
    with pytest.raises(SettingsError, match=f"HEALTH_WIDGETS_{name.upper()}: {path} cannot be reached: File name too long"):
        Settings(**{name: path}, public_url="https://a.example")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "value", "right"),
    [
        *(("cache_megabytes", value, "is not a whole number from 1 to 1000000") for value in (0, -1, "64", "lots", 1.5, True, None, 10**9)),
        *(("watch", value, "is neither True nor False") for value in ("0", 0, None)),
        *((name, None, "is not text") for name in ("public_url", "cache_tags")),
        *((name, 5, "is not a path") for name in ("content", "snapshot", "releases")),
    ],
)
def test_a_value_of_another_kind_is_refused(name: str, value: object, right: str) -> None:
    """The sentence names the setting, what was given, and what would be right."""
    with pytest.raises(SettingsError, match=f"HEALTH_WIDGETS_{name.upper()}: {re.escape(repr(value))} {right}"):
        Settings(**{name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["0", "-1", "lots", "1.5", "64 MB", "9" * 5000, "\u0664"])
def test_a_number_in_the_environment_is_checked(text: str) -> None:
    """So is what a variable says."""
    with pytest.raises(SettingsError, match=r"HEALTH_WIDGETS_CACHE_MEGABYTES: .* is not a whole number from 1"):
        Settings.from_environ({"HEALTH_WIDGETS_CACHE_MEGABYTES": text})
