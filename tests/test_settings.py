"""What an operator may set."""

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
