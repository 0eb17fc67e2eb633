"""Versions: which submission counts for which part of a year, as a function of the archive and its journals alone.

Evidence orders the versions of a part of a year (``sql/rules/version_order.sql``); the fold walks them from oldest to
newest and lets the guards judge each against what counts so far.
"""
