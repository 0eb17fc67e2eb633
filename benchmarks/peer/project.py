"""Projects of dbt and SQLMesh for a job, made from the templates beside this file.

``TABLE`` and ``SUMMARY`` in a file's name: it is made for each of them. Placeholders are ``<< >>`` and ``<% %>``, since
dbt has the usual ones itself.
"""

from __future__ import annotations

from pathlib import Path

import jinja2

from peer.job import Job, read_csv, summary

TEMPLATES = Path(__file__).with_name("templates")


def write_project(kind: str, job: Job, folder: Path) -> None:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES / kind), undefined=jinja2.StrictUndefined, autoescape=False,
        block_start_string="<%", block_end_string="%>", variable_start_string="<<", variable_end_string=">>",
        comment_start_string="<#", comment_end_string="#>", trim_blocks=True,
    )  # fmt: skip
    environment.globals |= {"read_csv": read_csv, "summary": summary, "tables": job.tables}
    # Some are Python, which whoever compiles a checkout leaves beside them.
    for name in environment.list_templates(filter_func=lambda name: not name.endswith(".pyc")):
        template = environment.get_template(name)
        for table in job.tables:
            if "SUMMARY" in name:
                for made, by in table.summaries.items():
                    _write(folder / name.replace("SUMMARY", made), template.render(table=table, name=made, by=by))
            else:
                _write(folder / name.replace("TABLE", table.name), template.render(table=table))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")
