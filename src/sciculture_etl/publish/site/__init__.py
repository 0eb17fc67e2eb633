"""The site of a release: static pages in Korean and English that open from a folder and from any web server."""

from sciculture_etl.publish.site.kinds import made_from, pages_of, write_page

__all__ = ["made_from", "pages_of", "write_page"]
