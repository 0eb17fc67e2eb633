"""A reading of a place text as far as it goes: places, each below the one before."""

from typing import NamedTuple

from sciculture_etl.regions.place_index import Place


class ParsedPlace(NamedTuple):
    """Places from the widest to the narrowest, and how many letters of the text they explain.

    `shortened`: a suffix was left out; `vague`: and a level too, so that 고양 일산 may mean more than 일산동.
    `closed`: an unknown word came after the places, so that no level may be skipped.
    `turned`: a wider place came after a narrower one (강남구, 서울), so that no unknown word may follow.
    """

    places: tuple[Place, ...] = ()
    letters: int = 0
    shortened: bool = False
    vague: bool = False
    closed: bool = False
    turned: bool = False

    @property
    def last(self) -> Place | None:
        return self.places[-1] if self.places else None

    def extended(
        self, chain: tuple[Place, ...], letters: int, *, shortened: bool = False, vague: bool = False
    ) -> "ParsedPlace":
        """Return the reading with further places below, which explain so many letters more."""
        return self._replace(
            places=self.places + chain,
            letters=self.letters + letters,
            shortened=self.shortened or shortened,
            vague=self.vague or vague,
        )
