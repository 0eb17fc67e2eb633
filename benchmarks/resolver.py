"""Measure the region resolver: first answer, distinct texts a second, rows a second: python benchmarks/resolver.py"""

import datetime as dt
import random
import time
from collections.abc import Callable

import polars as pl

ROWS, DISTINCT = 1_000_000, 5_000


def timed(action: Callable[[], object]) -> float:
    start = time.process_time()
    action()
    return time.process_time() - start


def spellings(count: int) -> list[tuple[str, dt.date]]:
    """Make distinct texts as people write them, with dates: full, without spaces, with road, short, misspelt."""
    from sciculture_etl.regions import dim_region

    rng = random.Random(7)
    names = dim_region().filter(pl.col("level") == "eupmyeondong")["full_name_ko"].to_list()
    shapes: list[Callable[[str], str]] = [
        str,
        lambda name: name.replace(" ", ""),
        lambda name: f"{name} {rng.randrange(1, 999)}번지",
        lambda name: " ".join(name.split()[1:]),
        lambda name: f"{' '.join(name.split()[:-1])} 중앙로 {rng.randrange(1, 99)}",
        lambda name: name[:-2] + "홿" + name[-1],
    ]
    texts = {rng.choice(shapes)(rng.choice(names)) for _ in range(count * 2)}
    days = [dt.date(year, 12, 31) for year in range(2012, 2027)]
    return [(text, rng.choice(days)) for text in sorted(texts)[:count]]


def main() -> None:
    imported = timed(lambda: __import__("sciculture_etl.regions"))
    from sciculture_etl.regions import resolve, resolve_frame

    first = timed(lambda: resolve("경기도 성남시 분당구 서현1동", dt.date(2020, 5, 1)))
    pairs = spellings(4 * DISTINCT)
    one_by_one = timed(lambda: [resolve(text, on) for text, on in pairs[:DISTINCT]])
    fresh = pl.DataFrame(pairs[DISTINCT : 2 * DISTINCT], schema=["text", "on"], orient="row")
    frame_fresh = timed(lambda: resolve_frame(fresh))
    frame_again = timed(lambda: resolve_frame(fresh))
    many = fresh.sample(ROWS, with_replacement=True, seed=3)
    whole = timed(lambda: resolve_frame(many))

    print(f"import                          {imported:8.3f} s")
    print(f"first answer, reading the tables {first:7.3f} s")
    print(f"new texts, one by one           {DISTINCT / one_by_one:8,.0f} texts/s")
    print(f"new texts, frame                {DISTINCT / frame_fresh:8,.0f} texts/s")
    print(f"texts seen before, frame        {DISTINCT / frame_again:8,.0f} texts/s")
    print(f"{ROWS:,} rows, {DISTINCT:,} texts      {whole:8.3f} s, {ROWS / whole:,.0f} rows/s")


if __name__ == "__main__":
    main()
