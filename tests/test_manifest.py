"""What development tools are told of the elements: the manifest holds to its schema, and both files to the declarations."""

import json
import shutil
import subprocess
from dataclasses import MISSING, fields
from typing import Any

import httpx
import pytest

from tests.conftest import serving
from tests.npm import installed
from widgets import embed
from widgets.app import Library
from widgets.catalog import catalog
from widgets.manifest import manifest, own_fields, type_of
from widgets.typings import typings
from widgets.values import flag, number, one_of
from widgets.widget import Widget, attribute, html_name

VALIDATE = """
const schema = require("custom-elements-manifest/schema.json"), Ajv = require("ajv");
const valid = new Ajv({ strict: false, logger: false }).compile(schema);
const given = JSON.parse(require("fs").readFileSync(0, "utf-8"));
console.log(JSON.stringify(valid(given) ? [] : valid.errors));
"""


def declarations() -> dict[str, Any]:
    """What the manifest says, by tag."""
    (module,) = json.loads(manifest())["modules"]
    return {one["tagName"]: one for one in module["declarations"]}


def test_the_manifest_is_valid(request: pytest.FixtureRequest) -> None:
    """The manifest is valid by the published schema, which refuses one with a wrong word in it."""
    modules = installed(request.config, "manifest", "custom-elements-manifest@2.1.0", "ajv@8.20.0")
    node = shutil.which("node")
    assert node

    def errors(text: str) -> Any:
        done = subprocess.run([node, "-e", VALIDATE], input=text, env={"NODE_PATH": str(modules)}, capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    assert errors(manifest()) == []
    assert errors(manifest().replace('"kind": "class"', '"kind": "klass"', 1))


def test_the_manifest_says_what_is_declared() -> None:
    """Each element stands in the manifest with its attributes, events, properties and parts, and is exported under its tag."""
    found = declarations()
    assert list(found) == [widget.tag() for widget in catalog().values()]
    (module,) = json.loads(manifest())["modules"]
    exports = [(one["name"], one["declaration"]["name"]) for one in module["exports"]]
    assert exports == [(tag, one["name"]) for tag, one in found.items()]
    for widget in catalog().values():
        one = found[widget.tag()]
        names = [html_name(f) for f in widget.declared()]
        assert [a["name"] for a in one["attributes"]] == [*names, *embed.ON_THE_ELEMENT]
        assert [e["name"] for e in one["events"]] == list(embed.EVENTS)
        assert [p["name"] for p in one["cssProperties"]] == list(embed.PROPERTIES)
        assert all(p["default"] for p in one["cssProperties"])
        assert [p["name"] for p in one["cssParts"]] == list(embed.PARTS)


def test_a_type_is_what_the_check_takes() -> None:
    """A check of words, of a range or of a flag says its values as a type; all else is a string."""

    def kind(check: Any) -> str:
        return type_of(attribute("A doc.", example="x", check=check))

    assert kind(one_of("a", "b")) == '"a" | "b"'
    assert kind(number(1, 3)) == '1 | 2 | 3 | "1" | "2" | "3"'
    assert kind(flag).startswith("boolean")
    assert kind(None) == "string"


@pytest.mark.parametrize("widget", catalog().values(), ids=catalog())
def test_the_typings_name_every_element(widget: type[Widget]) -> None:
    """Each element has its attributes in the typings, required where they are, and stands in the maps of DOM, JSX and Vue."""
    text = typings()
    assert text.count(f'"{widget.tag()}": ') == 3
    for f in (*own_fields(widget), *fields(Widget)):
        name = html_name(f) if html_name(f).isidentifier() else f'"{html_name(f)}"'
        either = any(html_name(f) in (html_name(one), one.metadata["instead"]) for one in widget.declared() if one.metadata["instead"])
        assert f"  {name}{'' if f.default is MISSING or either else '?'}: {type_of(f)};" in text
    for name in embed.EVENTS:
        assert f'"{name}": ' in text
        assert f'"on{name}"?: ' in text


def test_both_are_served(app: Library) -> None:
    """Both have their type, may be read by any page, are kept for five minutes, and revalidated by their tag."""
    kinds = {"/custom-elements.json": ("application/json", manifest()), "/health-widgets.d.ts": ("application/typescript; charset=utf-8", typings())}
    with serving(app) as base:
        for path, (kind, text) in kinds.items():
            answer = httpx.get(base + path)
            assert (answer.status_code, answer.headers["content-type"], answer.text) == (200, kind, text)
            assert answer.headers["access-control-allow-origin"] == "*"
            assert answer.headers["cache-control"] == "max-age=300"
            assert httpx.get(base + path, headers={"if-none-match": answer.headers["etag"]}).status_code == 304
            assert httpx.head(base + path).status_code == 200
            assert httpx.post(base + path).status_code == 405
