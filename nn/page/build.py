"""`training.html`: a training as one page that works offline, to look at and to send on.

Owns the frame of the page: how the static parts and the contents become one file that asks no
network for anything, and how any text gets into it as itself.
"""

import hashlib
import html
import json
from base64 import b64encode
from importlib import metadata, resources
from typing import Any
from unicodedata import category

from nn.page.contents import contents_of
from nn.page.words import words
from nn.training.history import History

# In the order in which they run: each uses only what stands before it.
SCRIPTS = (
    "data", "words", "dom", "names", "signs", "forward", "contour", "plot", "choice", "network",
    "neuron", "plane", "samples", "tiles", "neurons", "curves", "confusion", "head", "player",
    "main",
)  # fmt: skip
# What a JSON text in an HTML page must not hold as itself: "</script>" and "<!--".
MARKUP = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&"}


def training_page(
    history: History,
    *,
    test: tuple[Any, Any] | None = None,
    preparation: Any = None,
    title: str | None = None,
    lang: str | None = None,
) -> str:
    """Return the training that `history` records as one HTML page.

    Args:
        history: what `nn.fit` returned.
        test: (X, y) that were not trained on, in the form of the training data.
        preparation: the `Preparation` of the data: names of features and classes, units.
        title: of the page; None names what it is in the reader's language.
        lang: "ko" or "en"; None follows the reader's browser. Either can be switched to.

    The page has the loss and accuracy of every epoch, the network with its weights, the decision
    boundary or the predictions, and what each neuron responds to. It holds at most 60 epochs and
    500 samples of each set, and says so. Raises ValueError for another language or for data that
    do not fit together.
    """
    if lang not in (None, "ko", "en"):
        raise ValueError(f'training_page: lang must be "ko", "en" or None, got {lang!r:.20}')
    contents = contents_of(history, test, preparation)
    contents |= {"title": title, "lang": lang, "words": words(), "version": _version()}
    # ASCII alone: every other sign, even half of a surrogate pair, arrives escaped and as itself.
    data = json.dumps(contents, allow_nan=False, separators=(",", ":")).translate(MARKUP)
    style = _static("page.css")
    script = '"use strict";\n' + "\n".join(_static(f"{name}.js") for name in SCRIPTS)
    parts = {
        "lang": lang or "en",
        "title": html.escape(_visible(title or words()[lang or "en"]["title"])),
        "policy": (
            "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
            f"script-src '{_hash(script)}'; style-src '{_hash(style)}'"
        ),
        "style": style,
        "data": data,
        "script": script,
        "no_script": " ".join(html.escape(texts["no_script"]) for texts in words().values()),
    }
    frame = _static("page.html")
    before, *rest = frame.split("{{")
    pieces = [before]
    for piece in rest:
        name, after = piece.split("}}", 1)
        pieces += [parts[name], after]
    return "".join(pieces)


def _static(name: str) -> str:
    return (resources.files("nn.page") / "static" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """The hash by which a Content-Security-Policy lets an inline script or style through."""
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}"


def _visible(text: str) -> str:
    """`text` with a replacement character for what UTF-8 or HTML has no place for."""
    return "".join("\ufffd" if category(sign) in ("Cc", "Cs") else sign for sign in text)


def _version() -> str:
    try:
        return metadata.version("glassgrad")
    except metadata.PackageNotFoundError:  # run from a folder, not installed
        return ""
