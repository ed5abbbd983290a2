"""The stepper as a page: one HTML file that needs no network, no kernel and no installation.

Owns the frame of the page, the form in which a payload travels to the browser, the module that page
and widget share, and the still picture for where no script or no kernel runs.
"""

import hashlib
import html
import json
import zlib
from base64 import b64encode
from collections.abc import Mapping
from importlib import resources
from typing import Any
from unicodedata import category
from xml.etree import ElementTree

from autograd.view.text import number

# In the order in which they run: each uses only what stands before it.
SCRIPTS = (
    "elements",
    "formula",
    "state",
    "picture",
    "panels",
    "breaks",
    "player",
    "stepper",
    "module",
)
STILL_STEPS = 200  # that the still picture lists

_SVG = "{http://www.w3.org/2000/svg}"


def stepper_page(payload: Mapping[str, Any]) -> str:
    """Return the stepper whose `payload()` this is as one HTML page.

    Args:
        payload: of `Stepper.payload()`.

    The page asks no network for anything: its policy forbids it. Names are shown as they are,
    whatever signs they hold. Without a script it shows the picture and the steps as a list.
    """
    words = payload["words"]
    look = style() + _static("page.css")
    script = f"{module()}openPage();\n"
    parts = {
        "lang": html.escape(payload["lang"]),
        "title": html.escape(_visible(payload["title"])),
        "policy": (
            "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
            f"script-src '{_hash(script)}'; style-src '{_hash(look)}'"
        ),
        "style": look,
        "too_old": html.escape(words["too_old"]),
        "no_script": html.escape(words["no_script"]),
        "still": still(payload),
        "payload": b64encode(packed(payload)).decode("ascii"),
        "script": script,
    }
    before, *rest = _static("page.html").split("{{")
    pieces = [before]
    for piece in rest:
        name, after = piece.split("}}", 1)
        pieces += [parts[name], after]
    return "".join(pieces)


def module() -> str:
    """The ES module of page and widget: its default export has `render`, as anywidget asks."""
    return "\n".join(_static(f"{name}.js") for name in SCRIPTS)


def style() -> str:
    """The style of page and widget; all of it stands under the class `glassgrad`."""
    return _static("stepper.css")


def packed(payload: Mapping[str, Any]) -> bytes:
    """The payload as compressed JSON; static/module.js unpacks it."""
    # ASCII alone: every other sign, even half of a surrogate pair, arrives escaped and as itself.
    text = json.dumps(payload, allow_nan=False, separators=(",", ":"))
    return zlib.compress(text.encode("ascii"), 6)


def still(payload: Mapping[str, Any]) -> str:
    """The picture with all its numbers, and the steps as a list: HTML that needs no script.

    The picture is an image, so that notebooks that were not trusted show it too.
    """
    words, records = payload["words"], payload["records"]
    title = html.escape(_visible(payload["title"]))
    pieces = [f"<p><strong>{title}</strong></p>"]
    if payload["picture"] is not None:
        picture = b64encode(_finished(payload).encode()).decode("ascii")
        pieces.append(f'<p><img alt="{title}" src="data:image/svg+xml;base64,{picture}"></p>')
    else:
        pieces.append(f"<p>{html.escape(_visible(payload['notice'] or words['no_picture']))}</p>")
    steps = "".join(
        f"<li>{html.escape(_visible(record['message']))}</li>" for record in records[:STILL_STEPS]
    )
    if len(records) > STILL_STEPS:
        more = words["still_more"].format(more=f"{len(records) - STILL_STEPS:,}")
        steps += f"</ol><p>{html.escape(more)}</p>"
    else:
        steps += "</ol>"
    summary = html.escape(words["still_steps"].format(total=f"{len(records):,}"))
    pieces.append(f"<details><summary>{summary}</summary><ol>{steps}</details>")
    return "".join(pieces)


def _finished(payload: Mapping[str, Any]) -> str:
    """The picture with the gradients that backpropagation leaves."""
    gradients: dict[str, str] = {}
    for record in payload["records"]:
        if record["phase"] == "loss" and record["gradient"] is not None:
            gradients[f"v{record['node']}"] = record["gradient"]
        for addition in record["additions"]:
            gradients[f"v{addition['node']}"] = addition["after"]
    ElementTree.register_namespace("", _SVG[1:-1])
    ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    root = ElementTree.fromstring(payload["picture"])
    for group in root.iter(f"{_SVG}g"):
        gradient = gradients.get(group.get("id", "").partition("p")[0])
        lines = [one for one in group.iter(f"{_SVG}text") if (one.text or "").startswith("grad ")]
        if gradient is not None and lines:
            lines[-1].text = f"grad {number(float(gradient))}"
    return ElementTree.tostring(root, encoding="unicode")


def _static(name: str) -> str:
    return (resources.files("autograd.view") / "static" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """The hash by which a Content-Security-Policy lets an inline script or style through."""
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}"


def _visible(text: str) -> str:
    """`text` with a replacement character for what UTF-8 or HTML has no place for."""
    return "".join("\ufffd" if category(sign) in ("Cc", "Cs") else sign for sign in text)
