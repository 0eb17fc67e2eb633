"""Which numbers of a block have to be withheld so that none of its few persons show: a small integer program.

A number of few persons is safe where other tables of whole persons, which fit all that is shown as well, hold nobody
there, or enough. For each such number and either way the program has a table of its own, as differences from the true
one; all of them share what is withheld.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from sciculture_etl.disclosure.cells import CellSystem, Integers

# What the search for the cheapest pattern of a block may take; then what it has found is taken. A count, not a time, so
# that every machine finds the same.
MAX_BRANCHES = 1_000
# Tables that are searched at once.
MAX_TABLES = 60
SOLVED, LIMITED = 0, 1
Floats = NDArray[np.float64]


@dataclass(frozen=True, order=True)
class Few:
    """A number of few persons: of a node, its measure; with ``less``, how many more than that measure."""

    node: int
    measure: int
    less: int = -1


@dataclass(frozen=True)
class Demand:
    """One way in which a number must be able to be another: by how much at least, up or down."""

    few: Few
    by: int


def few_of(system: CellSystem, node: int) -> list[Few]:
    """The numbers of a node that are few persons, shown nowhere yet."""
    one = system.nodes[node]
    if one.rows and not one.is_shown:
        return []
    values = system.values[one.cells].sum(axis=0)
    found = [
        Few(node, measure)
        for measure, value in enumerate(values)
        if one.judged[measure] and 1 <= value < one.k and not one.known[measure]
    ]
    for less, more in system.pairs:
        is_judged, is_known = one.judged[less] and one.judged[more], one.known[less] and one.known[more]
        if is_judged and not is_known and 1 <= values[more] - values[less] < one.k:
            found.append(Few(node, more, less))
    return found


def demands_of(system: CellSystem, few: Few) -> list[Demand]:
    """It must be possible that nobody is there, or no more than the cells that are there tell, and that k are."""
    node = system.nodes[few.node]
    values = system.values[node.cells].sum(axis=0)
    value, least = int(values[few.measure]), system.least[few.measure] * len(node.cells)
    if few.less >= 0:
        value, least = value - int(values[few.less]), 0
    return [Demand(few, by) for by in (min(0, least - value), node.k - value) if by]


class Block:
    """Cells of a system that are judged by themselves: what they add up to with others stays as it is.

    Attributes:
        inside: the nodes that are sums of cells of the block alone. Only these can be withheld for it.
    """

    def __init__(self, system: CellSystem, cells: Integers) -> None:
        self.system = system
        self.cells = cells
        place = np.full(len(system.values), -1)
        place[cells] = np.arange(len(cells))
        # Cells of the block that are added up → the nodes that do, inside and with cells beyond it.
        self._sums: dict[bytes, tuple[Integers, list[int], list[int]]] = {}
        for number, node in enumerate(system.nodes):
            own = place[node.cells]
            within = own[own >= 0]
            if len(within):
                _, nodes, crosses = self._sums.setdefault(within.tobytes(), (within, [], []))
                (nodes if len(within) == len(own) else crosses).append(number)
        self.inside = sorted(number for _, nodes, _ in self._sums.values() for number in nodes)

    @property
    def sums(self) -> list[tuple[Integers, list[int], list[int]]]:
        return [*self._sums.values()]

    def withhold(self, withheld: Collection[int], few: Sequence[Few], costs: Floats) -> set[int] | None:
        """The nodes that have to be withheld beside those that are, at the least cost; None where it can't be.

        Args:
            few: the numbers to be kept safe, of nodes inside.
        """
        demands = [demand for one in few for demand in demands_of(self.system, one)]
        chosen: set[int] = set()
        for start in range(0, len(demands), MAX_TABLES):
            found = self._search({*withheld, *chosen}, demands[start : start + MAX_TABLES], costs)
            if found is None:
                return None
            chosen |= found
        return chosen

    def is_possible(self, few: Few) -> bool:
        """Whether a number could be kept safe if all inside were withheld."""
        return self.withhold(self.inside, [few], np.zeros(len(self.system.nodes))) is not None

    def _search(self, withheld: Collection[int], demands: Sequence[Demand], costs: Floats) -> set[int] | None:
        """The same for demands that are met at once."""
        reach = max(self.system.nodes[demand.few.node].k for demand in demands)
        rules = _Rules(self, withheld, reach)
        tables, width = len(demands), rules.width
        targets = sparse.vstack([rules.target(demand.few) for demand in demands], format="csr")
        own = sparse.block_diag([targets[[table]] for table in range(tables)])
        few_up = np.asarray([demand.by if demand.by > 0 else -np.inf for demand in demands])
        few_down = np.asarray([demand.by if demand.by < 0 else np.inf for demand in demands])
        choices = len(rules.choices)
        differences = sparse.vstack([sparse.kron(sparse.eye_array(tables), rules.matrix), own])
        shared = np.tile(rules.choosing, (tables, 1))
        of_choices = sparse.vstack([sparse.csr_array(shared), sparse.csr_array((tables, choices))])
        found = milp(
            np.concatenate([np.zeros(tables * width), costs[rules.choices]]),
            integrality=1,
            bounds=Bounds(
                np.concatenate([np.tile(rules.lower, tables), np.zeros(choices)]),
                np.concatenate([np.tile(rules.upper, tables), np.ones(choices)]),
            ),
            constraints=LinearConstraint(
                sparse.hstack([differences, of_choices], format="csr"),
                np.concatenate([np.tile(rules.least, tables), few_up]),
                np.concatenate([np.tile(rules.most, tables), few_down]),
            ),
            options={"node_limit": MAX_BRANCHES, "mip_rel_gap": 0},
        )
        if found.x is None:
            return None if found.status not in (SOLVED, LIMITED) else set(rules.choices)
        return {node for node, chosen in zip(rules.choices, found.x[tables * width :], strict=True) if chosen > 0.5}


class _Rules:
    """What any table that a reader could think of keeps to, as rows over the differences of one from the true table.

    Attributes:
        choices: the nodes that may be withheld and aren't.
        matrix, least, most: the rows, and between what they lie.
        choosing: rows × choices: how far a row gives way where a node is withheld.
        lower, upper: of each difference, cell by cell, its measures in turn.
    """

    def __init__(self, block: Block, withheld: Collection[int], reach: int) -> None:
        self._block, system = block, block.system
        self._cells = block.cells
        self.measures = system.values.shape[1]
        self.width = len(self._cells) * self.measures
        values, is_empty = system.values[self._cells], system.is_empty[self._cells]
        lowest = np.minimum(0, np.asarray(system.least) - values)
        self.lower = np.where(is_empty, 0, np.maximum(-reach, lowest)).ravel().astype(float)
        self.upper = np.where(is_empty, 0, reach).ravel().astype(float)
        taken = {*withheld}
        self.choices = [n for n in block.inside if n not in taken and system.nodes[n].is_shown]
        place = {node: number for number, node in enumerate(self.choices)}
        self._rows: list[tuple[Integers, Floats]] = []
        self._between: list[tuple[float, float]] = []
        self._ways: list[tuple[int, float]] = []
        for cells, inside, crossing in block.sums:
            for measure in range(self.measures):
                if self._is_fixed(measure, inside, [n for n in crossing if n not in taken]):
                    if len(cells) == 1:
                        self.lower[cells[0] * self.measures + measure] = 0
                        self.upper[cells[0] * self.measures + measure] = 0
                    else:
                        self._add(cells, measure, 0, 0)
                    continue
                for node in inside:
                    if node in place and system.nodes[node].judged[measure]:
                        self._add(cells, measure, -np.inf, 0, place[node], -reach)
                        self._add(cells, measure, 0, np.inf, place[node], reach)
        for less, more in system.pairs:
            for cell, spare in enumerate(values[:, more] - values[:, less]):
                at = np.asarray([cell * self.measures + less, cell * self.measures + more])
                self._rows.append((at, np.asarray([1.0, -1.0])))
                self._between.append((-np.inf, float(spare)))
                self._ways.append((-1, 0))
        self.matrix = self._sparse(self._rows)
        between = np.asarray(self._between, dtype=float).reshape(-1, 2)
        self.least, self.most = between[:, 0], between[:, 1]
        self.choosing = np.zeros((len(self._rows), len(self.choices)))
        for row, (choice, way) in enumerate(self._ways):
            if choice >= 0:
                self.choosing[row, choice] = way

    def _is_fixed(self, measure: int, inside: list[int], crossing: list[int]) -> bool:
        nodes = self._block.system.nodes
        if any(nodes[n].known[measure] for n in inside):
            return True
        return any(nodes[n].known[measure] or (nodes[n].is_shown and nodes[n].judged[measure]) for n in crossing)

    def _add(self, cells: Integers, measure: int, least: float, most: float, choice: int = -1, way: float = 0) -> None:
        self._rows.append((cells * self.measures + measure, np.ones(len(cells))))
        self._between.append((least, most))
        self._ways.append((choice, way))

    def target(self, few: Few) -> sparse.csr_array:
        """The row of how far a number is from what it is."""
        own = self._block.system.nodes[few.node].cells
        cells = np.flatnonzero(np.isin(self._cells, own))
        at, factors = [cells * self.measures + few.measure], [np.ones(len(cells))]
        if few.less >= 0:
            at.append(cells * self.measures + few.less)
            factors.append(-np.ones(len(cells)))
        return self._sparse([(np.concatenate(at), np.concatenate(factors))])

    def _sparse(self, rows: list[tuple[Integers, Floats]]) -> sparse.csr_array:
        if not rows:
            return sparse.csr_array((0, self.width))
        ends = np.cumsum([0, *(len(columns) for columns, _ in rows)])
        columns, factors = (np.concatenate([row[part] for row in rows]) for part in (0, 1))
        return sparse.csr_array((factors, columns, ends), shape=(len(rows), self.width))
