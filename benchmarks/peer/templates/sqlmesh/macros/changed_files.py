from typing import Any

from sqlmesh import macro


@macro()
def changed_files(evaluator: Any, files: Any) -> Any:
    """The files that changed since what is loaded, as a list for read_csv; all of them the first time."""
    if evaluator.runtime_stage != "evaluating":
        return files
    query = (
        f"SELECT list(filename) FROM read_text({files.sql('duckdb')}) WHERE last_modified > coalesce("
        f"(SELECT max(modified_at) FROM {evaluator.this_model}), TIMESTAMPTZ '1970-01-01')"
    )
    found = evaluator.engine_adapter.fetchone(query)[0]
    return "[" + ", ".join(f"'{name}'" for name in found) + "]" if found else files
