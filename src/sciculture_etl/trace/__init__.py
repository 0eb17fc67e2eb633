"""From a published number back to the submissions, files, sheets and rows behind it."""

from sciculture_etl.trace.account import Account, Contribution, Formula, SourceRow, Term, terms
from sciculture_etl.trace.as_json import as_json
from sciculture_etl.trace.source_files import Place
from sciculture_etl.trace.tracing import Part, Trace, trace_cell, trace_figure

__all__ = [
    "Account", "Contribution", "Formula", "Part", "Place", "SourceRow", "Term", "Trace", "as_json", "terms",
    "trace_cell", "trace_figure",
]  # fmt: skip
