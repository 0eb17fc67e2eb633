"""What a published number is made of, on the console."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sciculture_etl.revisions.lineage import reference_list
from sciculture_etl.trace import Account, Contribution, Part, SourceRow, Term, Trace, terms

MAX_LINES = 40
MAX_WIDTH = 600  # of a line in a file or pipe, so that no name of a file is broken
MAX_RANGES = 6
KINDS = {
    "sum": "added up over / 합산",
    "rows": "number of rows of / 행 수",
    "keys": "distinct, each counted once, from / 중복 없이 셈",
    "extreme": "held by / 해당 행",
    "value": "taken from / 출처",
    "computed": "computed over / 계산",
}
AMOUNT = {"sum": "adds / 합산값", "rows": "counts / 행 수"}
Places = tuple[tuple[str, str, int], ...]


def show_trace(console: Console, trace: Trace, limit: int | None, with_rows: bool) -> None:
    """Number, formula, what every term is made of, and whether it adds up.

    Args:
        limit: lines of every list at most; None: all.
    """
    _show_number(console, trace)
    if trace.part is not None:
        _show_part(console, trace, trace.part)
    account = trace.account if trace.part is None else trace.part.account
    if trace.account is None and trace.adds_up:
        console.print("  no row reaches it / 이 값에 이르는 행이 없습니다")
    for line in _formula(account, "  "):
        console.print(Text(line), soft_wrap=True)
    shown: set[str] = set()
    for term in terms(account):
        if term.text not in shown:
            shown.add(term.text)
            _show_term(console, trace, term, limit, with_rows)
    console.print()
    _show_verdict(console, trace)


def _show_number(console: Console, trace: Trace) -> None:
    question = trace.question
    conditions = " · ".join(f"{name}={value or '(empty)'}" for name, value in question.conditions)
    if question.figure_id:
        conditions = question.where
    name = f"{question.figure_id + '  ' if question.figure_id else ''}{question.table}.{question.column}"
    console.print(Text(f"{name}  {conditions}", "bold"), soft_wrap=True)
    cells = f" ({question.cell_count:,} cells / 칸)" if question.cell_count > 1 else ""
    console.print(f"  {number(trace.value)} {trace.unit}{cells}   [dim]{trace.sql}[/]")
    if trace.is_withheld:
        withheld = "withheld in the published table to protect persons; the exact value is for you alone"
        console.print(f"  [yellow]{withheld} / 공표표에서는 가린 값입니다. 운영자만 볼 수 있습니다[/]")
    if trace.is_not_yet_shown:
        not_yet = "published once the year is closed; until then the value is for you alone"
        console.print(f"  [yellow]{not_yet} / 그 사업연도가 마감된 뒤에 공표합니다. 지금은 운영자만 볼 수 있습니다[/]")
    if trace.withheld_cells:
        console.print(
            f"  [yellow]{trace.withheld_cells:,} of the cells are empty for readers and in this exact sum alone / "
            f"공표표에서 빈칸인 {trace.withheld_cells:,}개는 이 합계에만 들어 있습니다[/]"
        )


def _show_part(console: Console, trace: Trace, part: Part) -> None:
    """What the rows that fit make of the number, and what was meant by names of divisions that they don't bear."""
    conditions = " · ".join(f"{one.column}={one.value or '(empty)'}" for one in part.conditions)
    of = number(trace.value)
    console.print(Text(f"  rows behind with / 근거 행 중 {conditions}: {number(part.value)} (of / 전체 {of})", "bold"))
    for one in part.conditions:
        if one.names:
            console.print(f"  {one.value}: here named / 당시 명칭 {', '.join(one.names)}")
    kinds = {term.kind for term in terms(part.account)}
    if "keys" in kinds:
        console.print(
            "  keys with other rows, too, count there as well: such parts don't add up / "
            "다른 조건의 행에도 있는 값은 그쪽에서도 세므로 부분의 합은 전체와 다를 수 있습니다"
        )


def _formula(account: Account | None, indent: str) -> Iterator[str]:
    """Every value that is computed from others, with what stands for each of them."""
    if account is None or isinstance(account, Term):
        return
    yield f"{indent}{account.text} = {number(account.value)}"
    for name, part in account.parts.items():
        if part is None or isinstance(part, str):
            yield f"{indent}  {name} = {number(part)}"
        elif isinstance(part, Term):
            yield f"{indent}  {name} = {part.text} = {number(part.value)}"
        else:
            yield f"{indent}  {name}:"
            yield from _formula(part, f"{indent}    ")


def _show_term(console: Console, trace: Trace, term: Term, limit: int | None, with_rows: bool) -> None:
    tables = sorted({row.table for one in term.contributions for row in one.rows})
    considered = f" of {term.considered:,} / 전체 {term.considered:,}" if term.considered is not None else ""
    console.print()
    console.print(Text(f"{term.text} = {number(term.value)}", "bold"), soft_wrap=True)
    console.print(f"  {KINDS[term.kind]} {', '.join(tables) or '-'}{considered}", soft_wrap=True)
    if term.kind == "keys":
        _show_keys(console, trace, term, limit)
    else:
        _show_submissions(console, trace, term, limit)
    if with_rows:
        _show_rows(console, trace, term, limit)


def _grid(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2), header_style="bold")
    for column in columns:
        is_number = column.split(" ")[0] in ("adds", "counts", "count")
        table.add_column(column, justify="right" if is_number else "left", overflow="fold")
    return table


def _print(console: Console, table: Table, lines: Sequence[tuple[str, ...]], limit: int | None) -> None:
    for line in lines[:limit]:
        table.add_row(*(Text(cell) for cell in line))
    if console.measure(table, options=console.options.update(max_width=MAX_WIDTH)).maximum <= console.width:
        console.print(table)
    else:  # columns would break names of files, which are there to be copied
        console.print(Text("  " + " · ".join(str(column.header) for column in table.columns), "bold"), soft_wrap=True)
        for line in lines[:limit]:
            console.print(Text("  " + " · ".join(cell for cell in line if cell)), soft_wrap=True)
    if limit is not None and len(lines) > limit:
        more = len(lines) - limit
        console.print(f"  {more:,} more lines: --all or --json / {more:,}줄 더 있음: --all 또는 --json")


def _places(one: Contribution) -> Places:
    return tuple(dict.fromkeys((row.table, row.submission_id, row.part) for row in one.rows))


def _show_submissions(console: Console, trace: Trace, term: Term, limit: int | None) -> None:
    grouped: defaultdict[Places, list[Contribution]] = defaultdict(list)
    for one in term.contributions:
        grouped[_places(one)].append(one)
    is_added = term.kind in AMOUNT
    amounts = {places: _total(group) for places, group in grouped.items()} if is_added else {}
    ordered = sorted(grouped, key=lambda places: (-amounts.get(places, 0.0), places))
    lines = []
    for places in ordered:
        rows = sorted({row for one in grouped[places] for row in one.rows})
        amount = number(f"{amounts[places]:.15g}") if is_added else grouped[places][0].amount or ""
        lines.append((*_named(trace, rows), ranges(rows, limit), f"{len(rows):,}", amount))
    last = AMOUNT.get(term.kind, "value / 값")
    table = _grid("submission", "institution / 기관", "file / 파일", "sheet / 시트", "rows / 행", "count / 개수", last)
    _print(console, table, lines, limit)
    if is_added:
        every = {row for one in term.contributions for row in one.rows}
        named = len({row.submission_id for row in every if row.submission_id})
        console.print(
            f"  total / 합계: {number(term.value)} from {len(every):,} rows of {named:,} submissions / "
            f"제출본 {named:,}개 {len(every):,}행"
        )


def _total(group: list[Contribution]) -> float:
    return sum(float(one.amount) for one in group if one.amount is not None)


def _named(trace: Trace, rows: list[SourceRow]) -> list[str]:
    """Submission, institution, file and sheet; of several, each once."""
    found = []
    for row in rows:
        place = trace.places.get((row.submission_id, row.part))
        listed = ("-", "-", reference_list(row.table) if row.table.startswith("reference.") else row.table, "")
        found.append((row.submission_id, place.submitter, place.file, place.sheet) if place else listed)
    return [" + ".join(dict.fromkeys(names)) for names in zip(*found, strict=True)] or ["-"] * 4


def _show_keys(console: Console, trace: Trace, term: Term, limit: int | None) -> None:
    lines = []
    for one in term.contributions:
        submissions = {row.submission_id for row in one.rows}
        first = list(one.rows[:1])
        more = f" +{len(submissions) - 1:,}" if len(submissions) > 1 else ""
        submission, submitter, file, sheet = _named(trace, first)
        lines.append(
            (
                named_key(trace, one),
                f"{len(one.rows):,}",
                submission + more,
                submitter,
                file,
                sheet,
                ranges(first, limit),
            )
        )
    table = _grid(
        "key / 값", "count of rows / 행 수", "submission", "institution / 기관", "first file / 첫 파일",
        "sheet / 시트", "row / 행",
    )  # fmt: skip
    _print(console, table, lines, limit)
    console.print(f"  distinct / 서로 다른 값: {len(term.contributions):,}")


def named_key(trace: Trace, one: Contribution) -> str:
    """A key with its name, where it is a code that has one."""
    return " ".join(part for part in (one.key or "-", trace.names.get(one.key or "")) if part)


def _show_rows(console: Console, trace: Trace, term: Term, limit: int | None) -> None:
    table = _grid("submission", "sheet / 시트", "row / 행", AMOUNT.get(term.kind, "value / 값"), "values / 값")
    lines = []
    for one in term.contributions:
        for row in one.rows:
            place = trace.places.get((row.submission_id, row.part))
            values = "; ".join(f"{name}={value}" for name, value in trace.values.get(row, {}).items())
            amount = one.key if term.kind == "keys" else one.amount
            lines.append(
                (row.submission_id or row.table, place.sheet if place else "", str(row.row or ""), amount or "", values)
            )
    _print(console, table, lines, limit)


def _show_verdict(console: Console, trace: Trace) -> None:
    if trace.adds_up and trace.part is not None and not trace.part.adds_up:
        console.print(
            "[red]the number adds up from all its rows, but can't be divided between these and others / "
            "전체 행의 합계는 일치하지만 이 조건의 행만으로는 나눌 수 없습니다[/]"
        )
    elif trace.adds_up:
        console.print("[green]adds up / 합계가 일치합니다[/]")
    elif trace.account is None:
        read = ", ".join(trace.sources)
        console.print(
            f"[red]how it comes about can't be followed; it is made from / 산출 경로를 확인할 수 없습니다: {read}[/]"
        )
    else:
        console.print(
            "[red]does not add up from these rows: they all reach the number, but how is not known / "
            "위 행이 모두 반영되지만 값이 어떻게 나오는지는 확인되지 않습니다[/]"
        )
    if trace.release_id is None:
        console.print("[yellow]nothing is published yet / 아직 공표한 것이 없습니다[/]")
    elif trace.is_as_published:
        console.print(f"as published in {trace.release_id} / {trace.release_id}에 공표한 값과 같습니다")
    else:
        published = number(trace.published)
        text = f"{trace.release_id} publishes {published}: the build database has changed since"
        console.print(f"[yellow]{text} / 공표한 값은 {published}입니다. 그 뒤 자료가 바뀌었습니다[/]", soft_wrap=True)


def number(text: str | None) -> str:
    """A number with thousands apart; any other value as it is."""
    if text is None:
        return "(empty / 빈칸)"
    whole, point, fraction = text.partition(".")
    return f"{int(whole):,}{point}{fraction}" if whole.lstrip("-").isdigit() and "e" not in fraction else text


def ranges(rows: list[SourceRow], limit: int | None) -> str:
    """Rows of a sheet, runs of them as 3–17."""
    numbers = sorted({row.row for row in rows if row.row})
    starts = [n for before, n in pairwise([-1, *numbers]) if n != before + 1]
    ends = [n for n, after in pairwise([*numbers, -1]) if after != n + 1]
    runs = [f"{a}" if a == b else f"{a}–{b}" for a, b in zip(starts, ends, strict=True)]
    if limit is not None and len(runs) > MAX_RANGES:
        return f"{', '.join(runs[:MAX_RANGES])}, +{len(runs) - MAX_RANGES:,}"
    return ", ".join(runs)
