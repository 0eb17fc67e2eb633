"""Prefect flows: composition only. What they call lives in ``sciculture_etl`` and knows nothing of Prefect."""
