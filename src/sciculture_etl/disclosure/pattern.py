"""The pattern: which nodes of a system are withheld, so that no few persons can be told from what is shown.

Small blocks come first, the rows of a total that is shown; what can't be kept safe within one is looked at again in the
next wider one, where totals may be withheld too. What is safe in a block stays so, whatever else is withheld.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from sciculture_etl.disclosure.blocks import Block, Few, Floats, few_of
from sciculture_etl.disclosure.cells import CellSystem, Integers

# Of withholding one number; that of a total is as many times that as it adds up numbers.
COST = 1_000


@dataclass
class Pattern:
    """What is withheld of a system.

    Attributes:
        withheld: numbers of nodes.
        unsafe: numbers of few persons that stay in sight whatever is withheld now: earlier releases gave them away.
    """

    withheld: set[int] = field(default_factory=set)
    unsafe: list[Few] = field(default_factory=list)


def find_pattern(system: CellSystem) -> Pattern:
    """The pattern of a system. It follows from what the system holds, in whatever order."""
    nodes = range(len(system.nodes))
    few = [one for number in nodes for one in few_of(system, number)]
    pattern = Pattern({n for n in nodes if system.nodes[n].was_withheld or _is_few(system, n)})
    if not few:
        return pattern
    costs = costs_of(system)
    for blocks in _levels(system):
        left: list[Few] = []
        of_block: defaultdict[int, list[Few]] = defaultdict(list)
        belongs = {int(cell): number for number, cells in enumerate(blocks) for cell in cells}
        for one in few:
            numbers = {belongs.get(int(cell), -1) for cell in system.nodes[one.node].cells}
            if len(numbers) == 1 and -1 not in numbers:
                of_block[numbers.pop()].append(one)
            else:
                left.append(one)
        for number, own in sorted(of_block.items()):
            block = Block(system, blocks[number])
            left += _protect(block, pattern, own, costs)
        few = sorted(left)
    pattern.unsafe = few
    return pattern


def _protect(block: Block, pattern: Pattern, few: list[Few], costs: Floats) -> list[Few]:
    """Withholds in a block what keeps its numbers safe; returns those that nothing in it keeps safe."""
    found = block.withhold(pattern.withheld, few, costs)
    left: list[Few] = []
    if found is None:
        possible = [one for one in few if block.is_possible(one)]
        left = [one for one in few if one not in possible]
        found = block.withhold(pattern.withheld, possible, costs)
    pattern.withheld |= found or set()
    return left


def _is_few(system: CellSystem, number: int) -> bool:
    """Whether a node is withheld for itself, be it known already."""
    node = system.nodes[number]
    values = system.values[node.cells].sum(axis=0)
    numbers = [values[m] for m in range(len(values)) if node.judged[m]]
    numbers += [values[more] - values[less] for less, more in system.pairs if node.judged[less] and node.judged[more]]
    return node.is_shown and any(1 <= value < node.k for value in numbers)


def _levels(system: CellSystem) -> Iterator[list[Integers]]:
    """Blocks from the smallest: the rows of each sum, those of most rows first; at last all cells."""
    of_sum: defaultdict[int, list[Integers]] = defaultdict(list)
    for node in system.nodes:
        for number in sorted({number for number, _ in node.rows}):
            of_sum[number].append(node.cells)
    seen = set()
    for _, blocks in sorted(of_sum.items(), key=lambda item: (-len(item[1]), item[0])):
        same = frozenset(cells.tobytes() for cells in blocks)
        if len(blocks) > 1 and max(map(len, blocks)) > 1 and same not in seen:
            seen.add(same)
            yield blocks
    yield [np.arange(len(system.values))]


def costs_of(system: CellSystem) -> Floats:
    """What it costs to withhold each node: more for larger numbers, for totals by how many numbers they add up."""
    rows = np.repeat(np.arange(len(system.nodes)), [len(node.cells) for node in system.nodes])
    columns = np.concatenate([node.cells for node in system.nodes])
    shape = (len(system.nodes), len(system.values))
    members = sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=shape)
    sizes = np.asarray([len(node.cells) for node in system.nodes])
    shared = (members @ members.T).tocoo()
    inside = np.bincount(shared.row[shared.data == sizes[shared.col]], minlength=len(sizes))
    values = np.asarray([system.values[node.cells].sum(axis=0).max() for node in system.nodes])
    ties = [_tie(min((key for _, key in node.rows), default="")) for node in system.nodes]
    costs: Floats = np.rint(COST * (1 + np.log2(1 + values) / 4)) * inside + ties
    return costs


def _tie(key: str) -> int:
    """Decides between nodes that cost the same, alike on every machine."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4]) % (COST // 10)
