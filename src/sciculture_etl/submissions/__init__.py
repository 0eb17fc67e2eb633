"""Submissions and years, as the operator asks for them."""

from sciculture_etl.submissions.approval import decide_waiting, list_waiting
from sciculture_etl.submissions.institution import OwnSubmissions, own_submission, own_submissions
from sciculture_etl.submissions.life import (
    SubmissionFilter,
    decide,
    list_status,
    list_submissions,
    prefer,
    submission_history,
)
from sciculture_etl.submissions.resolve import Named, resolve_submission
from sciculture_etl.submissions.years import close_years, list_years, reopen_years

__all__ = [
    "Named", "OwnSubmissions", "SubmissionFilter", "close_years", "decide", "decide_waiting", "list_status",
    "list_submissions", "list_waiting", "list_years", "own_submission", "own_submissions", "prefer",
    "reopen_years", "resolve_submission", "submission_history",
]  # fmt: skip
