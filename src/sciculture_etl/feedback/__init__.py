"""Feedback: for every submission an answer that its institution can act on, and reminders of what is owed."""

from sciculture_etl.feedback.answer import Answer
from sciculture_etl.feedback.outbox import answer_all
from sciculture_etl.feedback.reminders import remind_all
from sciculture_etl.feedback.workbook import answer_workbook

__all__ = ["Answer", "answer_all", "answer_workbook", "remind_all"]
