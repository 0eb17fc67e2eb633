"""Submissions, as the operator asks for them."""

from sciculture_etl.submissions.life import Wanted, decide, list_status, list_submissions, tell_story

__all__ = ["Wanted", "decide", "list_status", "list_submissions", "tell_story"]
