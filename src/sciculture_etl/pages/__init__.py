"""What all pages share, of the site in a release and of the desk: templates, words, numbers, charts, the look."""

from sciculture_etl.pages.environment import render
from sciculture_etl.pages.words import LANGUAGES, Language, page_texts

__all__ = ["LANGUAGES", "Language", "page_texts", "render"]
