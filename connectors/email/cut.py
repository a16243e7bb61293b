"""A mail over the cap, of which only the beginning was fetched: ended after its last whole part, so that no half photo is evidence.

Mail programs put the words first; what is cut away are the files. Pure.
"""

from __future__ import annotations

import re

from connectors.email.headers import fields, first, split

_BOUNDARY = re.compile(r"multipart/.*?;\s*boundary\s*=\s*(?:\"([^\"]{1,200})\"|([^\s;\"]{1,200}))", re.IGNORECASE | re.DOTALL)
DEPTH = 5


def ended(beginning: bytes, depth: int = DEPTH) -> bytes:
    """The beginning without its unfinished last part, properly closed. What is no multipart stays as it is."""
    head, body = split(beginning)
    boundary = _BOUNDARY.search(first(fields(head), "content-type"))
    if not boundary or not depth:
        return beginning
    delimiter = b"--" + (boundary[1] or boundary[2]).encode("utf-8", "replace")
    start = len(beginning) - len(body)
    marks = [found.start() for found in re.finditer(rb"^" + re.escape(delimiter), beginning[start:], re.MULTILINE)]
    if not marks:
        return beginning
    last = start + marks[-1]
    kept = beginning[:last]
    if len(marks) == 1:  # not even the first part is whole; it may have whole parts itself
        line = beginning.find(b"\n", last) + 1 or len(beginning)
        kept = beginning[:line] + ended(beginning[line:], depth - 1).rstrip(b"\r\n") + b"\r\n"
    return kept + delimiter + b"--\r\n"
