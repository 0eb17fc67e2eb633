"""Submissions, as the operator asks for them."""

from sciculture_etl.submissions.life import SubmissionFilter, decide, list_status, list_submissions, submission_history
from sciculture_etl.submissions.resolve import Named, resolve_submission

__all__ = [
    "Named",
    "SubmissionFilter",
    "decide",
    "list_status",
    "list_submissions",
    "resolve_submission",
    "submission_history",
]
