"""Tool tips of words that are not our own."""

from __future__ import annotations

from html import escape


def plain_tip(text: str) -> str:
    """Give a tool tip that shows ``text`` as it is; Qt would take some of it for HTML."""
    is_plain = "<" not in text and "&" not in text
    return text if is_plain else f"<span style='white-space: pre-wrap'>{escape(text)}</span>"


def shortened(text: str, most: int) -> str:
    """Give at most ``most`` signs of a name, the last of them an ellipsis where more are left out."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
