"""What a refusal says: the reason, and below it a line for each submission that is behind it, most telling first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sciculture_etl.contracts import TableContract
from sciculture_etl.load import Warehouse
from sciculture_etl.load.row_places import FailingRows, file_of
from sciculture_etl.messages import message
from sciculture_etl.model import Model, all_statements
from sciculture_etl.model.figures import actual_query, read_figures
from sciculture_etl.model.statements import tables_read
from sciculture_etl.privacy import mask_text
from sciculture_etl.publish.figures import Figure
from sciculture_etl.publish.manifest import source_fingerprints
from sciculture_etl.quality.suites import SuiteOutcome
from sciculture_etl.revisions.changes import Change, count_reread
from sciculture_etl.revisions.lineage import changed_path
from sciculture_etl.revisions.moves import Move, Moves, Number, as_number, find_moves
from sciculture_etl.revisions.sources import sources_of
from sciculture_etl.revisions.worlds import chain_to, datasets_of

KINDS = {
    "came": "move_came", "withdrawn": "move_withdrawn", "gone": "move_gone", "read_again": "move_read_again",
}  # fmt: skip
FAULTS = "failing rows / 위반 행"


def explain_figures(
    warehouse: Warehouse, figures: Sequence[Figure], changes: Sequence[Change], model: Model,
    before: dict[str, Any] | None,
) -> list[str]:  # fmt: skip
    """A text for each figure that differs.

    Args:
        before: manifest of the current release.
    """
    listed = {line["figure_id"]: line for line in read_figures()}
    numbers = []
    for figure in figures:
        query = actual_query(listed[figure.figure_id])
        measure = listed[figure.figure_id]["expression"]
        numbers.append(Number(measure, f"SELECT {query}", tables_read(f"SELECT {query}")))
    texts = []
    for figure, moves in zip(figures, find_moves(warehouse, changes, numbers), strict=True):
        reason = message(
            "figure_differs", figure=figure.figure_id, text=figure.seed_text, expected=_shown(figure.expected),
            actual=_shown(figure.actual), table=figure.curated_table,
        )  # fmt: skip
        alone = [move for move in moves.named if _is_same(move.without, figure.expected)]
        lines = [_line(move) for move in moves.named]
        besides = _besides(warehouse, figure.curated_table, model, before)
        texts.append(_text(reason, lines, moves, alone, besides))
    return without_repeats(texts)


def explain_suites(
    warehouse: Warehouse, outcomes: Sequence[SuiteOutcome], table_contracts: dict[str, TableContract],
    changes: Sequence[Change], model: Model, before: dict[str, Any] | None,
) -> list[str]:  # fmt: skip
    """A text for each rule that a table breaks; before: manifest of the current release."""
    texts = []
    for outcome in outcomes:
        for sentence in outcome.errors:
            query = outcome.failing_rows.get(sentence)
            failing = FailingRows.found(warehouse.connection, query) if query else None
            examples = f": {failing.examples}" if failing and failing.examples else ""
            reason = message("suite_broken", table=outcome.name, reason=sentence, rows=examples)
            moves = Moves([])
            sources: dict[str, str] = {}
            if query and failing:
                count = Number(FAULTS, f"SELECT count(*) FROM ({query}) AS failing", tables_read(query), True)
                moves = find_moves(warehouse, changes, [count])[0]
                sources = sources_of(warehouse, table_contracts, outcome.name, failing)
            lines = [_line(move, sources.get(move.submission_id, "")) for move in moves.named]
            if not moves.named:
                lines = [
                    f"{file_of(warehouse, submission)} ({submission}): {message('move_rows', rows=rows)}"
                    for submission, rows in sources.items()
                ]
            alone = [move for move in moves.named if _is_same(move.before, "0")]
            texts.append(_text(reason, lines, moves, alone, _besides(warehouse, outcome.name, model, before)))
    return without_repeats(texts)


def without_repeats(texts: Sequence[str]) -> list[str]:
    """What is to be done is said once of each submission."""
    mentioned: set[str] = set()
    kept = []
    for text in texts:
        lines = [line for line in text.split("\n") if line not in mentioned]
        mentioned |= {line for line in lines if line.startswith("  →")}
        kept.append("\n".join(lines))
    return kept


def _text(reason: str, lines: list[str], moves: Moves, alone: Sequence[Move], besides: Sequence[str]) -> str:
    """alone: moves of which one undone mends it; where there is none, all that are named are to be seen to."""
    if moves.more:
        lines = [*lines, message("refusal_more_moves", count=f"{moves.more:,}")]
    if moves.not_tried:
        lines = [*lines, message("refusal_moves_not_tried", count=f"{moves.not_tried:,}")]
    lines = [*lines, *besides]
    if not lines:
        lines = [message("refusal_cause_unknown")]
    return "\n".join([reason, *(f"  {line}" for line in [*lines, *_remedies(alone[:1] or moves.named)])])


def _remedies(moves: Sequence[Move]) -> list[str]:
    """What to do, with a command for each submission; withdrawals apart."""
    withdrawn = [f"`sciculture withdraw {move.submission_id} --undo --reason ...`" for move in moves if _is_out(move)]
    sent = [f"`sciculture withdraw {move.submission_id} --reason ...`" for move in moves if not _is_out(move)]
    texts = {"refusal_mend_withdrawal": withdrawn, "refusal_mend_submission": sent}
    return [f"→ {message(code, commands=', '.join(commands))}" for code, commands in texts.items() if commands]


def _is_out(move: Move) -> bool:
    return move.kind == "withdrawn"


def _is_same(value: str | None, other: str | None) -> bool:
    return value is not None and _shown(value) == _shown(other)


def _line(move: Move, rows: str = "") -> str:
    """``가상센터/실적.csv (0fe7...): session_count 310 → 70 (-240); replaces ...``."""
    by = "" if move.step in (0, float("inf")) else f" ({move.step:+,.10g})"
    parts = [f"{move.measure} {_shown(move.before)} → {_shown(move.after)}{by}"]
    if rows:
        parts.append(message("move_rows", rows=rows))
    if move.kind == "replaces":
        parts.append(message("move_replaces", files=", ".join(move.replaced)))
    else:
        parts.append(message(KINDS[move.kind]))
    if move.quarantined:
        parts.append(message("move_quarantined", count=f"{move.quarantined:,}"))
    if move.without is not None:
        parts.append(message("move_without", value=_shown(move.without)))
    return mask_text(f"{move.source_file} ({move.submission_id}): {'; '.join(parts)}")


def _shown(text: str | None) -> str:
    number = as_number(text)
    return (text or "-") if number is None else f"{number:,.10g}"


def _besides(warehouse: Warehouse, table: str, model: Model, before: dict[str, Any] | None) -> list[str]:
    """SQL and lists on the way to the table that changed since the current release, and what was read again."""
    if before is None or "marks" not in before:
        return []
    sources = before.get("sources", {}) | source_fingerprints()
    path = changed_path(table, before["marks"], model.input_fingerprints, all_statements(), sources)
    count = count_reread(warehouse, before, datasets_of(chain_to([table])))
    lines = [message("refusal_tables_changed", reasons=", ".join(sorted(path.reasons)))] if path.reasons else []
    return [*lines, message("refusal_read_again", count=f"{count:,}")] if count else lines
