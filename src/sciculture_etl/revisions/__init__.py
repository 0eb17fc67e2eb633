"""Revisions: what differs between two releases, and why."""
