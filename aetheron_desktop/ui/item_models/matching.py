"""Finding what somebody means by a few letters."""

from __future__ import annotations

from typing import NamedTuple

_START, _NEXT, _HIT, _GAP = 12.0, 8.0, 2.0, 0.15


class Match(NamedTuple):
    """How well the letters fit, and where in the text they are."""

    score: float
    places: tuple[int, ...]


def match(query: str, text: str) -> Match | None:
    """Find the letters of ``query`` in ``text`` in their order, whatever the case; None when one is missing.

    Letters that begin a word or follow each other count more, and a short text more than a long one.
    An empty query fits everything alike.
    """
    letters = [letter.casefold()[:1] for letter in query if not letter.isspace()]
    if not letters:
        return Match(0.0, ())
    found = _best_places([letter.casefold()[:1] for letter in text], letters, _word_starts(text))
    if found is None:
        return None
    score, places = found
    return Match(score - _GAP * len(text) * 0.1, places)


def _word_starts(text: str) -> list[bool]:
    return [
        place == 0 or not text[place - 1].isalnum() or (letter.isupper() and text[place - 1].islower())
        for place, letter in enumerate(text)
    ]


def _best_places(text: list[str], letters: list[str], starts: list[bool]) -> tuple[float, tuple[int, ...]] | None:
    # best[p]: the best score with the letters so far, the last of them at place p, and the places.
    best: dict[int, tuple[float, tuple[int, ...]]] = {}
    for number, letter in enumerate(letters):
        here: dict[int, tuple[float, tuple[int, ...]]] = {}
        before: tuple[float, tuple[int, ...]] | None = None
        for place, found in enumerate(text):
            if found == letter and (number == 0 or before is not None):
                worth = _START if starts[place] else _HIT
                base, places = before or (0.0, ())
                option = (base + worth, (*places, place))
                if place - 1 in best:
                    straight = (best[place - 1][0] + _NEXT + worth, (*best[place - 1][1], place))
                    option = max(option, straight)
                here[place] = option
            if place in best and (before is None or best[place][0] > before[0]):
                before = best[place]
        best = here
        if not best:
            return None
    return max(best.values(), key=lambda option: option[0])
