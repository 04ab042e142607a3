"""TOML by dotted keys, such as `words.en.title`: written for people, and edited without touching the rest."""

import tomllib
from collections.abc import Mapping
from typing import Any

import tomlkit

Values = Mapping[str, Any]
"""Values by dotted key; a list of tables is one value."""
_LONG = 100
_SUPER = {"words", "symptom-checker"}
"""Tables that hold tables only, and so need no line of their own."""


def rendered(values: Values) -> str:
    """A TOML document: plain values first, then tables."""
    document = tomlkit.document()
    for key, value in sorted(values.items(), key=lambda pair: _is_table(pair[0], pair[1])):
        _set(document, key, value)
    return tomlkit.dumps(document)


def _is_table(key: str, value: Any) -> bool:
    return "." in key or (isinstance(value, list) and bool(value) and isinstance(value[0], Mapping))


def edited(text: str, values: Values) -> str:
    """The TOML with these values set, or taken out where they are None; comments and all else stay."""
    document = tomlkit.parse(text.lstrip("\n"))
    for key, value in values.items():
        if value is None:
            _remove(document, key)
        else:
            _set(document, key, value)
    return tomlkit.dumps(document).rstrip() + "\n"


def flat(text: str) -> dict[str, Any]:
    """A TOML document's values by dotted key; raises ValueError when it is not TOML."""
    return dict(_leaves(tomllib.loads(text), ""))


def _leaves(table: Mapping[str, Any], above: str) -> list[tuple[str, Any]]:
    found = []
    for key, value in table.items():
        found += _leaves(value, f"{above}{key}.") if isinstance(value, Mapping) else [(above + key, value)]
    return found


def _set(document: Any, key: str, value: Any) -> None:
    *above, last = key.split(".")
    table = document
    for step in above:
        if step not in table:
            table.append(step, tomlkit.table(is_super_table=step in _SUPER))
        table = table[step]
    table[last] = _item(value)


def _remove(document: Any, key: str) -> None:
    *above, last = key.split(".")
    tables = [document]
    for step in above:
        tables.append(tables[-1].get(step, {}))
    tables[-1].pop(last, None)
    for table, step in zip(tables[-2::-1], reversed(above), strict=True):
        if not table.get(step, True):  # nothing is left in it
            table.pop(step)


def _item(value: Any) -> Any:
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        tables = tomlkit.aot()
        for one in value:
            tables.append(tomlkit.item(dict(one)))
        return tables
    item = tomlkit.item(value)
    if isinstance(value, list) and len(item.as_string()) > _LONG:
        item.multiline(True)
    return item
