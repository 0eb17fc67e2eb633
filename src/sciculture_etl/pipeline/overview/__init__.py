"""What the operator looks at: what arrived, what is wrong, what waits. The desk and the static edition show the same.

A view is one function from its sources to plain values, an entry of ``VIEWS``, its template in
``pages/templates/operators`` and its words in ``expectations/operators.yml``.
"""

from sciculture_etl.pipeline.overview.sources import Asked, Sources
from sciculture_etl.pipeline.overview.views import VIEWS, View, render_view

__all__ = ["VIEWS", "Asked", "Sources", "View", "render_view"]
