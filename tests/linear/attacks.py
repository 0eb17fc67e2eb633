"""Texts that make a pattern try again and again, made of the pattern's own pieces, and what they cost."""

from __future__ import annotations

import gc
import math
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

SIZES = (20, 200, 6000)  # an exponential pattern shows at the first, a cubic at the second, a quadratic at the third
SUSPECT = 0.0025  # seconds of CPU that a text of these sizes may cost before its growth is measured
STOP = 0.1  # no larger text is tried after one that cost more
DEAR = 0.5  # what costs more is measured once, not three times
ENDLESS = 4.0  # what costs more at first isn't tried twice as large
MAX_DOUBLINGS = 12
LINEAR = 1.45  # exponent of growth beyond which a cost is not linear
EIGHTH, ABOUT_EIGHT = 8, 9.8  # what costs so many times its eighth at most goes with its length
REPEATED = 8  # a piece repeated more often than this can be pumped
MAX_TEXTS = 160  # a pattern
PLAIN = [" ", "\n", "1", "가", "a", "(", "[", ",", ".", "-", "<", '"', "1,", "가 ", "1 ", "\u3000", "(1", "x\n"]
SIGNS = {
    sre.CATEGORY_DIGIT: "1", sre.CATEGORY_SPACE: " ", sre.CATEGORY_WORD: "a",
    sre.CATEGORY_NOT_DIGIT: "x", sre.CATEGORY_NOT_SPACE: "x", sre.CATEGORY_NOT_WORD: "-",
}  # fmt: skip
REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)
Tokens = list[tuple[Any, Any]]


@dataclass(frozen=True)
class Attack:
    """A text of any size: ``before``, then ``pump`` over and over, then ``after``."""

    before: str
    pump: str
    after: str

    def text(self, size: int) -> str:
        return self.before + self.pump * max(1, size // len(self.pump)) + self.after


def _in_set(members: Tokens) -> str:
    negated = members[0][0] is sre.NEGATE
    if negated:
        taken = "".join(_in_set([member]) for member in members[1:])
        return next(sign for sign in "x1 가!-(<\n" if sign not in taken)
    kind, value = members[0]
    return chr(value) if kind is sre.LITERAL else chr(value[0]) if kind is sre.RANGE else SIGNS.get(value, "x")


def example(tokens: Tokens, groups: dict[int, str] | None = None) -> str:
    """A short text that the pieces of a pattern match, every repeated piece once at least."""
    groups = {} if groups is None else groups
    made = ""
    for kind, value in tokens:
        if kind is sre.LITERAL:
            made += chr(value)
        elif kind is sre.NOT_LITERAL:
            made += "x" if value != ord("x") else "y"
        elif kind is sre.ANY:
            made += "x"
        elif kind is sre.IN:
            made += _in_set(value)
        elif kind is sre.BRANCH:
            made += example(value[1][0], groups)
        elif kind is sre.SUBPATTERN:
            part = example(value[3], groups)
            groups[value[0] or 0] = part
            made += part
        elif kind is sre.ATOMIC_GROUP:
            made += example(value, groups)
        elif kind in REPEATS:
            made += example(value[2], groups) * max(1, value[0])
        elif kind is sre.GROUPREF:
            made += groups.get(value, "")
    return made


def _choices(tokens: Tokens) -> list[str]:
    """Examples of what is repeated: one a branch, one a member of a class."""
    if len(tokens) != 1:
        return [example(tokens)]
    kind, value = tokens[0]
    if kind is sre.SUBPATTERN:
        return _choices(list(value[3]))
    if kind is sre.BRANCH:
        return [example(branch) for branch in value[1]]
    if kind is sre.IN and value[0][0] is not sre.NEGATE:
        return [_in_set([member]) for member in value]
    return [example(tokens)]


def _walk(tokens: Tokens, before: str) -> Iterator[tuple[str, list[str]]]:
    """Every piece that can be repeated without end: what leads to it, and what may stand in it; and every word."""
    for number, (kind, value) in enumerate(tokens):
        lead = before + example(tokens[:number])
        if kind in REPEATS:
            if value[1] > REPEATED:
                yield lead, _choices(list(value[2]))
            yield from _walk(list(value[2]), lead)
        elif kind is sre.SUBPATTERN:
            yield from _walk(list(value[3]), lead)
        elif kind is sre.ATOMIC_GROUP:
            yield from _walk(list(value), lead)
        elif kind in (sre.ASSERT, sre.ASSERT_NOT):
            yield from _walk(list(value[1]), lead)
        elif kind is sre.BRANCH:
            for branch in value[1]:
                yield from _walk(list(branch), lead)
                yield "", [lead + example(branch)]


def attacks(pattern: str | bytes, flags: int = 0) -> list[Attack]:
    """The texts tried on a pattern, those made of its own repeated pieces first."""
    tokens = list(parser.parse(pattern, flags & ~re.DEBUG))
    pieces = list(_walk(tokens, ""))
    leads = list(dict.fromkeys(["", *(lead for lead, _ in pieces)]))
    own = list(dict.fromkeys(pump for _, pumps in pieces for pump in pumps if pump))
    whole = example(tokens)
    made = [
        Attack(lead, pump, after) for lead, pumps in pieces for pump in pumps if pump for after in ("", "\x01", "x")
    ]
    made += [Attack("", pump, after) for pump in [*leads, whole, *own, *PLAIN] if pump for after in ("", "\x01")]
    made += [Attack(lead, pump, "\x01") for lead in leads for pump in [*own, " "]]
    made += [Attack("", one + other, "") for one in own for other in own if one != other]
    if isinstance(pattern, bytes):
        made = [attack for attack in made if attack.text(1).isascii()]
    return list(dict.fromkeys(made))[:MAX_TEXTS]


def cost(call: Callable[[Any], object], given: Any) -> float:
    """Seconds of CPU, without what the collector of garbage takes over all that other tests have made."""
    gc.collect(0)
    gc.disable()
    try:
        begun = time.process_time()
        call(given)
        return time.process_time() - begun
    finally:
        gc.enable()


def _least(call: Callable[[Any], object], given: Any) -> float:
    """Of three tries: a busy machine only adds."""
    first = cost(call, given)
    return first if first > DEAR else min(first, cost(call, given), cost(call, given))


def growth(call: Callable[[Any], object], make: Callable[[int], Any], start: int, stop: float = STOP) -> float:
    """The exponent with which the cost grows over doublings from ``start`` on: 1 is linear.

    Args:
        stop: seconds; no larger one is tried after one that cost more.
    """
    costs = [(start, _least(call, make(start)))]
    while len(costs) < 2 or (costs[-1][1] < stop and len(costs) < MAX_DOUBLINGS):
        if costs[-1][1] > ENDLESS:
            return math.inf
        costs.append((costs[-1][0] * 2, _least(call, make(costs[-1][0] * 2))))
    (small, quick), (large, slow) = costs[-3:][0], costs[-1]
    return math.log(max(slow, 1e-9) / max(quick, 1e-9)) / math.log(large / small)


def beyond_linear(
    call: Callable[[Any], object],
    make: Callable[[int], Any],
    sizes: tuple[int, ...] = SIZES,
    suspect: float = SUSPECT,
    is_bare: bool = False,
) -> float | None:
    """The exponent of growth where it is beyond linear, else None.

    Args:
        make: a text, or whatever is asked about, of a size.
        suspect: seconds below which no growth is looked for.
        is_bare: nothing is done but what may grow, so that a size and its eighth tell most of what is linear.
    """
    for size in sizes:
        if cost(call, make(size)) < suspect or (least := _least(call, make(size))) < suspect:
            continue
        if is_bare and least < ABOUT_EIGHT * _least(call, make(size // EIGHTH)):
            continue
        exponent = growth(call, make, size)
        return exponent if exponent > LINEAR and growth(call, make, size) > LINEAR else None
    return None
