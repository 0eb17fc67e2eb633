"""The hidden sheet of values that drop-downs offer.

Lists of codes stand below one another in its first column, so that no row of it looks like the header of a form. Places
stand beside them, each list with the place it belongs to, in the order in which a drop-down can cut its part out.
"""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from sciculture_etl.template.region_lists import Names
from sciculture_etl.template.texts import words

FIRST_PLACE_COLUMN = 2
BETWEEN = "|"


class Lists:
    """Writes lists and says where they stand, as formulas for drop-downs."""

    def __init__(self, sheet: Worksheet) -> None:
        self.sheet = sheet
        self.name = words("labels")["lists"]
        self.height = 0

    def add(self, values: Sequence[str | int]) -> str:
        """A list of its own."""
        first = self.height + 1
        for value in values:
            self.sheet.write(self.height, 0, value)
            self.height += 1
        return f"='{self.name}'!$A${first}:$A${self.height}"

    def add_places(self, chains: list[list[Names]]) -> None:
        """All levels of places; ``places_below`` then cuts out what lies in one."""
        for level, chain in enumerate(chains):
            for row, names in enumerate(chain):
                self.sheet.write(row, FIRST_PLACE_COLUMN + 2 * level, BETWEEN.join(names[:-1]))
                self.sheet.write(row, FIRST_PLACE_COLUMN + 2 * level + 1, names[-1])
        self.lengths = [len(chain) for chain in chains]

    def places_below(self, above: Sequence[str]) -> str:
        """The places below those that stand in the cells ``above``, from the sido down; all sido below none."""
        level = len(above)
        last = self.lengths[level]
        keys, names = (xl_col_to_name(FIRST_PLACE_COLUMN + 2 * level + side) for side in (0, 1))
        if not above:
            return f"='{self.name}'!${names}$1:${names}${last}"
        wanted = f'&"{BETWEEN}"&'.join(above)
        column = f"'{self.name}'!${keys}$1:${keys}${last}"
        start = f"'{self.name}'!${names}$1"
        return f"=OFFSET({start},MATCH({wanted},{column},0)-1,0,COUNTIF({column},{wanted}),1)"
