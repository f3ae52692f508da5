"""Finding what somebody means by a few letters."""

from __future__ import annotations

from typing import NamedTuple

_START, _NEXT, _INSIDE = 10.0, 8.0, 4.0
_LENGTH = 0.02


class Match(NamedTuple):
    """How well the letters fit, and where in the text they are."""

    score: float
    places: tuple[int, ...]


def match(query: str, text: str) -> Match | None:
    """Find the letters of ``query`` in ``text`` in their order, whatever the case; None when they do not fit.

    Each letter begins a word or follows the one before it (``swf`` and ``showwo`` fit "Show the workspace folder");
    what is typed in one piece may also stand inside a word. Of equal fits the shorter text is better.
    An empty query fits everything alike.
    """
    letters = _folded(query.replace(" ", ""))
    if not letters:
        return Match(0.0, ())
    folded = _folded(text)
    options = [option for option in (_by_words(letters, folded, text), _in_one_piece(query, folded)) if option]
    if not options:
        return None
    best = max(options)
    return Match(best.score - _LENGTH * len(text), best.places)


def _folded(text: str) -> str:
    # One letter for one letter, so that places stay places.
    return "".join(letter.casefold()[:1] or letter for letter in text)


def _in_one_piece(query: str, text: str) -> Match | None:
    wanted = _folded(query.strip())
    place = text.find(wanted)
    if place < 0:
        return None
    return Match(_INSIDE + _NEXT * (len(wanted) - 1), tuple(range(place, place + len(wanted))))


def _by_words(letters: str, folded: str, text: str) -> Match | None:
    # best[place]: the best fit of the letters so far whose last letter stands there.
    best: dict[int, Match] = {}
    for number, letter in enumerate(letters):
        here: dict[int, Match] = {}
        before: Match | None = None
        for place, found in enumerate(folded):
            options = []
            if found == letter:
                if place - 1 in best:
                    last = best[place - 1]
                    options.append(Match(last.score + _NEXT, (*last.places, place)))
                if _starts_word(text, place) and (number == 0 or before is not None):
                    first = before or Match(0.0, ())
                    options.append(Match(first.score + _START, (*first.places, place)))
            if options:
                here[place] = max(options)
            if place in best and (before is None or best[place].score > before.score):
                before = best[place]
        best = here
    # A fit at the very start of the text is what most people mean.
    return max((Match(fit.score + (fit.places[0] == 0), fit.places) for fit in best.values()), default=None)


def _starts_word(text: str, place: int) -> bool:
    if place == 0:
        return True
    before, letter = text[place - 1], text[place]
    return letter.isalnum() and (not before.isalnum() or (letter.isupper() and before.islower()))
