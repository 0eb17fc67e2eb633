"""Disclosure control: exact tables of the model → the tables that may be shown, in which no few persons show."""

from sciculture_etl.disclosure.published import Published, protect_tables, published_relation

__all__ = ["Published", "protect_tables", "published_relation"]
