"""What stands in the boxes of a picture: labels with room for the texts in them.

Owns the tables of a number and of a folded box. The layout is made with the widths of one font,
and a browser may have another: each text has room for the widest of the usual ones.
"""

from collections.abc import Sequence

from autograd.view.text import plain, room

MARGIN = 6  # points around a text in its box or cell
CENTRED = 1.2  # so much more room has a text in a table's middle, where a wider one grows rightward
STEPPED = "grad -0.1235"  # a page that writes numbers, step by step, has room for such ones


def number_label(name: str, data: str, gradient: str, ink: str, fill: str, is_stepped: bool) -> str:
    """Return the label of a number: its name above what it is and its gradient.

    Args:
        name: "" for none; each of its lines is a row of its own, so that they do not touch.
        data, gradient: what the two cells say.
        ink, fill: the colours of the gradient's cell; no fill: "".
        is_stepped: whether a page is going to write other numbers there.
    """
    data_room, gradient_room = (
        round(room(STEPPED if is_stepped else text)) + MARGIN for text in (data, gradient)
    )
    colour = f' BGCOLOR="{fill}"' if fill else ""
    width = max(round(CENTRED * room(name, bold=True)), data_room + gradient_room)
    title = "".join(
        f'<TR><TD COLSPAN="2" WIDTH="{width}"><B>{plain(line)}</B></TD></TR>'
        for line in name.split("\n")
        if line
    )
    return (
        '<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2">'
        f'{title}<TR><TD WIDTH="{data_room}" ALIGN="LEFT">{data}</TD>'
        f'<TD WIDTH="{gradient_room}" ALIGN="LEFT"{colour}>'
        f'<FONT COLOR="{ink}">{gradient}</FONT></TD></TR></TABLE>>'
    )


def box_label(title: str, lines: Sequence[str]) -> str:
    """Return the label of a folded box: a title and the lines below it."""
    width = round(CENTRED * max(room(title, bold=True), *map(room, lines)))
    rows = "".join(
        f'<TR><TD WIDTH="{width}">{row}</TD></TR>' for row in (f"<B>{plain(title)}</B>", *lines)
    )
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">{rows}</TABLE>>'


def inches(text: str) -> str:
    """Return the width of a box in which `text` stands alone, as Graphviz takes it."""
    return f"{(room(text) + MARGIN) / 72:.2f}"
