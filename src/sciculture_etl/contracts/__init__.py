"""The contracts of ``expectations/submissions/`` and the promises of ``expectations/curated/`` as one typed model."""

from sciculture_etl.contracts.contract import (
    REGION_COLUMNS,
    Contract,
    RowRule,
    Unpivot,
    load_contracts,
    read_contract,
)
from sciculture_etl.contracts.correction import Correction
from sciculture_etl.contracts.expectation import Expectation
from sciculture_etl.contracts.field import ContractField
from sciculture_etl.contracts.form import FormColumn, TemplateMark, form_columns, form_version
from sciculture_etl.contracts.promise import Promise, PromiseColumn, load_promises, read_promise
from sciculture_etl.contracts.words import Words

__all__ = [
    "REGION_COLUMNS", "Contract", "ContractField", "Correction", "Expectation", "FormColumn",
    "Promise", "PromiseColumn", "RowRule", "TemplateMark", "Unpivot", "Words", "form_columns", "form_version",
    "load_contracts", "load_promises", "read_contract", "read_promise",
]  # fmt: skip
