"""Contracts of forms and of tables (``expectations/submissions/``, ``expectations/curated/``) as one typed model."""

from sciculture_etl.contracts.contract import (
    REGION_COLUMNS,
    Contract,
    RowRule,
    Unpivot,
    load_contracts,
    read_contract,
)
from sciculture_etl.contracts.correction import Correction
from sciculture_etl.contracts.deprecation import Deprecation
from sciculture_etl.contracts.expectation import Expectation
from sciculture_etl.contracts.field import ContractField
from sciculture_etl.contracts.form import FormColumn, TemplateId, form_columns, form_version
from sciculture_etl.contracts.table_contract import (
    TableColumn,
    TableContract,
    load_table_contracts,
    read_table_contract,
    table_contracts_over,
)
from sciculture_etl.contracts.yaml_files import BilingualText

__all__ = [
    "REGION_COLUMNS",
    "BilingualText",
    "Contract",
    "ContractField",
    "Correction",
    "Deprecation",
    "Expectation",
    "FormColumn",
    "RowRule",
    "TableColumn",
    "TableContract",
    "TemplateId",
    "Unpivot",
    "form_columns",
    "form_version",
    "load_contracts",
    "load_table_contracts",
    "read_contract",
    "read_table_contract",
    "table_contracts_over",
]  # fmt: skip
