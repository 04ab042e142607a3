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


@pytest.mark.parametrize("url", ["library.example", "ftp://library.example", "https://", "https://library.example/?a=b", "http://[", "http://x/#y"])
def test_a_public_address_that_is_none_is_refused(url: str) -> None:
    """An address that readers could not use is refused in a sentence that shows a right one."""
    with pytest.raises(SettingsError, match=r"HEALTH_WIDGETS_PUBLIC_URL: .* is not an address like https://library\.example"):
        Settings(public_url=url)


def test_a_public_address_loses_its_last_slash() -> None:
    """The address is kept without a slash at its end, its path included."""
    assert Settings(public_url="https://clinic.example/library/").public_url == "https://clinic.example/library"
