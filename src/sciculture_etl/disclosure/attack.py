"""How far few persons can be computed: the interval in which a withheld number must lie, by integer programs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_matrix, csr_matrix, vstack
from scipy.sparse.csgraph import connected_components

from sciculture_etl.disclosure.found import HALF, NOTHING, Found, Interval
from sciculture_etl.disclosure.system import System
from sciculture_etl.disclosure.targets import Target

# A program that takes longer is given up: what it hasn't shown to be wide counts as narrow.
MAX_SECONDS = 20.0
# No number that is counted is greater; one that can be so great has no bound.
MAX_NUMBER = 10_000_000


@dataclass(frozen=True)
class _Program:
    """Unknown numbers that hang together, with all that is known of them.

    Attributes:
        columns: place in the system → column.
        fixed: place → value, of those that are known by themselves.
    """

    columns: dict[int, int]
    fixed: dict[int, float]
    constraints: list[LinearConstraint]
    bounds: Bounds

    def expression(self, target: Target) -> tuple[np.ndarray, float]:
        row, constant = np.zeros(len(self.columns)), target.constant
        for place, factor in target.terms:
            if place in self.columns:
                row[self.columns[place]] += factor
            else:
                constant += factor * self.fixed[place]
        return row, constant

    def solve(self, objective: np.ndarray) -> np.ndarray | None:
        """The numbers for which it is least; None where none were found in time."""
        found = milp(
            objective,
            constraints=self.constraints,
            bounds=self.bounds,
            integrality=np.ones(len(objective)),
            options={"time_limit": MAX_SECONDS},
        )
        return None if found.x is None else np.round(found.x)

    def least(self, target: Target, sign: int) -> float:
        """What it is at least (sign 1), or at most (-1)."""
        row, constant = self.expression(target)
        if not row.any():
            return constant
        found = self.solve(sign * row)
        value = target.exact if found is None else float(row @ found) + constant
        return -sign * np.inf if -sign * value >= MAX_NUMBER else value


def find_narrow(system: System, k: int) -> list[Found]:
    """The numbers of few persons that can't be 0 (1 where they are somebody's for sure) and k alike."""
    everything = _parts(system, lambda _: True)
    narrow: list[tuple[Target, Interval]] = []
    for program, targets in everything:
        narrow += [(target, _interval(program, target)) for target in _unproved(program, targets, k)]
    return [_explained(system, target, interval) for target, interval in narrow]


def interval_of(system: System, target: Target) -> tuple[float | None, float | None]:
    """Between what a number must lie by all that was published; None where there is no bound."""
    low, high = _alone(system, target, lambda _: True)
    return (None if low == -np.inf else low), (None if high == np.inf else high)


def _interval(program: _Program, target: Target) -> Interval:
    return program.least(target, 1), program.least(target, -1)


def _explained(system: System, target: Target, interval: Interval) -> Found:
    if system.is_first or target.first >= system.now:
        earlier = NOTHING
    else:
        earlier = _alone(system, target, lambda spans: any(start < system.now for start, _ in spans))
    return Found(target, interval, earlier)


def _alone(system: System, target: Target, is_counted: Callable[[Sequence[tuple[int, int]]], bool]) -> Interval:
    for program, targets in _parts(system, is_counted, [target]):
        if targets:
            return _interval(program, target)
    return NOTHING


def _parts(
    system: System, is_counted: Callable[[Sequence[tuple[int, int]]], bool], targets: list[Target] | None = None
) -> list[tuple[_Program, list[Target]]]:
    """The parts of a system that have nothing to do with each other, as far as they hold such a number.

    Args:
        is_counted: whether an equation counts, by its spans.
        targets: those that are asked for; None: all.
    """
    judged = system.targets if targets is None else targets
    equations = [equation for equation in system.equations if is_counted(equation.spans)]
    fixed = {one.variables[0]: one.total for one in equations if len(one.variables) == 1}
    size = len(system.exact)
    edges: list[tuple[int, int]] = []
    rests: list[tuple[list[int], float]] = []
    for equation in equations:
        rest = [place for place in equation.variables if place not in fixed]
        if rest:
            total = equation.total - sum(fixed[place] for place in equation.variables if place in fixed)
            rests.append((rest, total))
            edges += [(rest[0], place) for place in rest[1:]]
    lower, upper = system.least.copy(), np.full(size, 2.0 * MAX_NUMBER)
    pairs: list[tuple[int, int]] = []
    for limit in system.limits:
        less, more = limit.less, limit.more
        low = limit.known if less is None else fixed.get(less)
        high = limit.known if more is None else fixed.get(more)
        if less is not None and more is not None and low is None and high is None:
            pairs.append((less, more))
            edges.append((less, more))
        elif more is not None and high is None and low is not None:
            lower[more] = max(lower[more], low)
        elif less is not None and low is None and high is not None:
            upper[less] = min(upper[less], high)
    edges += [(target.terms[0][0], place) for target in judged if target.terms for place, _ in target.terms[1:]]
    return _programs(_labels(size, edges), fixed, rests, pairs, (lower, upper), judged)


def _labels(size: int, edges: list[tuple[int, int]]) -> np.ndarray:
    if not size:
        return np.zeros(0, dtype=int)
    ends = np.array(edges, dtype=int).reshape(-1, 2)
    graph = coo_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1])


def _programs(
    labels: np.ndarray, fixed: dict[int, float], rests: list[tuple[list[int], float]], pairs: list[tuple[int, int]],
    limits: tuple[np.ndarray, np.ndarray], judged: list[Target],
) -> list[tuple[_Program, list[Target]]]:  # fmt: skip
    wanted: dict[int, list[Target]] = {}
    for target in judged:
        free = [place for place, _ in target.terms if place not in fixed]
        wanted.setdefault(int(labels[free[0]]) if free else -1, []).append(target)
    places: dict[int, list[int]] = {label: [] for label in wanted}
    for place, label in enumerate(labels.tolist()):
        if label in places and place not in fixed:
            places[label].append(place)
    sums: dict[int, list[tuple[list[int], float]]] = {label: [] for label in wanted}
    for rest, total in rests:
        if (label := int(labels[rest[0]])) in sums:
            sums[label].append((rest, total))
    ordered: dict[int, list[tuple[int, int]]] = {label: [] for label in wanted}
    for less, more in pairs:
        if (label := int(labels[less])) in ordered:
            ordered[label].append((less, more))
    lower, upper = limits
    found = []
    for label, targets in wanted.items():
        columns = {place: column for column, place in enumerate(places[label])}
        constraints = _constraints(columns, sums[label], ordered[label])
        bounds = Bounds(lower[places[label]], upper[places[label]])
        found.append((_Program(columns, fixed, constraints, bounds), targets))
    return found


def _constraints(
    columns: dict[int, int], sums: list[tuple[list[int], float]], ordered: list[tuple[int, int]]
) -> list[LinearConstraint]:
    constraints = []
    for rows, lowest, highest in (
        ([[(place, 1) for place in rest] for rest, _ in sums], [t for _, t in sums], [t for _, t in sums]),
        ([[(more, 1), (less, -1)] for less, more in ordered], [0.0] * len(ordered), [np.inf] * len(ordered)),
    ):
        if rows:
            data = [(row, columns[place], factor) for row, terms in enumerate(rows) for place, factor in terms]
            at, column, factor = zip(*data, strict=True)
            matrix = csr_matrix((factor, (at, column)), shape=(len(rows), len(columns)))
            constraints.append(LinearConstraint(matrix, np.array(lowest), np.array(highest)))
    return constraints


def _unproved(program: _Program, targets: list[Target], k: int) -> list[Target]:
    """Those of which no possible numbers were found that are low, or none that are high."""
    lows = _reaching(program, targets, [target.lowest for target in targets], -1)
    highs = _reaching(program, targets, [float(k)] * len(targets), 1)
    return [target for place, target in enumerate(targets) if place not in lows or place not in highs]


def _reaching(program: _Program, targets: list[Target], goals: list[float], sign: int) -> set[int]:
    """The targets that can reach their goal, upwards (sign 1) or downwards (-1).

    One program moves as many as it can at once; whom it leaves behind is tried alone.
    """
    rows = [program.expression(target) for target in targets]
    done = {
        place for place, ((row, constant), goal) in enumerate(zip(rows, goals, strict=True))
        if not row.any() and sign * (constant - goal) > -HALF
    }  # fmt: skip
    left = [place for place, (row, _) in enumerate(rows) if row.any()]

    def reached(numbers: np.ndarray) -> set[int]:
        return {p for p in left if sign * (rows[p][0] @ numbers + rows[p][1] - goals[p]) > -HALF}

    while left:
        together = _together(program, [(*rows[place], goals[place]) for place in left], sign)
        new = reached(together) if together is not None else set()
        if not new:
            break
        done |= new
        left = [place for place in left if place not in new]
    while left:
        numbers = program.solve(-sign * rows[left[0]][0])
        new = set() if numbers is None else reached(numbers)
        done |= new
        left = [place for place in left[1:] if place not in new]
    return done


def _together(program: _Program, wanted: list[tuple[np.ndarray, float, float]], sign: int) -> np.ndarray | None:
    """Numbers that bring as many as possible near their goal: each counts as far as to its goal, no further."""
    size, count = len(program.columns), len(wanted)
    matrix = csr_matrix(sign * np.array([row for row, _, _ in wanted]))
    reach = np.array([sign * (goal - constant) for _, constant, goal in wanted])
    beside = csr_matrix(-np.eye(count))
    linked = LinearConstraint(_beside(matrix, beside), np.zeros(count), np.full(count, np.inf))
    empty = [
        LinearConstraint(_beside(one.A, csr_matrix((one.A.shape[0], count))), one.lb, one.ub)
        for one in program.constraints
    ]
    found = milp(
        np.concatenate([np.zeros(size), -np.ones(count)]),
        constraints=[*empty, linked],
        bounds=Bounds(
            np.concatenate([program.bounds.lb, np.full(count, -np.inf)]), np.concatenate([program.bounds.ub, reach])
        ),
        integrality=np.concatenate([np.ones(size), np.zeros(count)]),
        options={"time_limit": MAX_SECONDS, "mip_rel_gap": 0.05},
    )
    return None if found.x is None else np.round(found.x[:size])


def _beside(left: csr_matrix, right: csr_matrix) -> csr_matrix:
    return csr_matrix(vstack([left.T, right.T]).T)
