"""Charts as SVG, drawn on the server. A chart is a picture beside a table that says the same; pygal is loaded when one is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import web

MOST_BARS = 12
HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'", "Cache-Control": "private, max-age=60"}
"""The picture's own rules: a style of its own, and nothing else."""
_DARK = "inline:@media (prefers-color-scheme: dark) {{ {0}.axis text, {0}.title, {0}.text-overlay text {{ fill: #e6ece8 }} }}"


def line(labels: Sequence[str], values: Sequence[int], name: str) -> web.Response:
    """Values over time."""
    import pygal

    every = max(1, len(labels) // 8)
    chart = pygal.Line(**_look(), fill=True, x_labels_major_every=every, show_minor_x_labels=False, dots_size=2)
    chart.x_labels = list(labels)
    chart.add(name, list(values))
    return _answer(chart)


def bars(rows: Sequence[tuple[str, int]], name: str) -> web.Response:
    """The largest on top."""
    import pygal

    shown = list(reversed(rows[:MOST_BARS]))
    chart = pygal.HorizontalBar(**_look(), print_values=True, show_y_guides=False)
    chart.x_labels = [label if len(label) <= 26 else f"{label[:25]}…" for label, _ in shown]
    chart.add(name, [value for _, value in shown])
    return _answer(chart)


def _look() -> dict[str, object]:
    from pygal.style import Style

    style = Style(
        background="transparent",
        plot_background="transparent",
        foreground="#536158",
        foreground_strong="#536158",
        foreground_subtle="#849389",
        colors=("#2f8d68",),
        opacity=".85",
        font_family="system-ui, sans-serif",
        label_font_size=15,
        major_label_font_size=15,
        value_font_size=15,
    )
    return {
        "js": [],
        "style": style,
        "css": ["file://style.css", "file://graph.css", _DARK],
        "width": 720,
        "height": 360,
        "margin": 8,
        "show_legend": False,
        "truncate_label": -1,
        "min_scale": 2,
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
