"""Submissions, as the operator asks for them."""

from sciculture_etl.submissions.life import SubmissionFilter, decide, list_status, list_submissions, submission_history

__all__ = ["SubmissionFilter", "decide", "list_status", "list_submissions", "submission_history"]
