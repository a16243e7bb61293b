"""Charts as SVG, drawn on the server. A chart is a picture beside a table that says the same; pygal is loaded when one is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

from aiohttp import web

MOST_BARS = 12
WIDE, NARROW = (720, 360), (360, 260)
"""Each for the screen on which its letters stay readable."""
_LABELS = {False: 7, True: 4}
"""Along the time axis: as many as stand beside one another uncut."""
_LETTERS = {False: 26, True: 16}
HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'", "Cache-Control": "private, max-age=60"}
"""The picture's own rules: a style of its own, and nothing else."""
_DARK = "inline:@media (prefers-color-scheme: dark) {{ {0}.axis text, {0}.title, {0}.text-overlay text {{ fill: #e6ece8 }} }}"


def line(labels: Sequence[str], values: Sequence[int], name: str, *, narrow: bool = False) -> web.Response:
    """Values over time."""
    import pygal

    every = max(1, ceil(len(labels) / _LABELS[narrow]))
    chart = pygal.Line(**_look(narrow), fill=True, x_labels_major_every=every, margin_right=32, show_minor_x_labels=False, dots_size=2)
    chart.x_labels = list(labels)
    chart.y_labels = _steps(values)
    chart.add(name, list(values))
    return _answer(chart)


def bars(rows: Sequence[tuple[str, int]], name: str, *, narrow: bool = False) -> web.Response:
    """The largest on top."""
    import pygal

    shown = list(reversed(rows[:MOST_BARS]))
    chart = pygal.HorizontalBar(**_look(narrow), print_values=True, show_y_guides=False)
    chart.x_labels = [label if len(label) <= _LETTERS[narrow] else f"{label[: _LETTERS[narrow] - 1]}…" for label, _ in shown]
    chart.y_labels = _steps([value for _, value in shown])
    chart.add(name, [value for _, value in shown])
    return _answer(chart)


def _steps(values: Sequence[int]) -> Sequence[int]:
    """Whole numbers from nothing to the most, five of them or fewer."""
    most = max(values, default=0)
    each = max(1, ceil(most / 4))
    return list(range(0, most + each, each))


def _look(narrow: bool) -> dict[str, object]:
    from pygal.style import Style

    letters = 12 if narrow else 15
    style = Style(
        background="transparent",
        plot_background="transparent",
        foreground="#536158",
        foreground_strong="#536158",
        foreground_subtle="#849389",
        colors=("#2f8d68",),
        opacity=".85",
        font_family="system-ui, sans-serif",
        label_font_size=letters,
        major_label_font_size=letters,
        value_font_size=letters,
    )
    return {
        "js": [],
        "style": style,
        "css": ["file://style.css", "file://graph.css", _DARK],
        "width": (NARROW if narrow else WIDE)[0],
        "height": (NARROW if narrow else WIDE)[1],
        "margin": 8,
        "show_legend": False,
        "truncate_label": -1,
        "value_formatter": lambda value: f"{value:.0f}" if value is not None else "",
        "disable_xml_declaration": True,
        "no_data_text": "–",
    }


def _answer(chart: Any) -> web.Response:
    chart.add_xml_filter(_still)
    return web.Response(text=chart.render(is_unicode=True), content_type="image/svg+xml", headers=HEADERS)


def _still(root: Any) -> Any:
    """pygal leaves its settings as a script even where it has none to run."""
    for parent in root.iter():
        for script in [child for child in parent if str(child.tag).endswith("script")]:
            parent.remove(script)
    return root
