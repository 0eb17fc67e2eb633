// An answer as CSV that Excel opens: UTF-8 with its mark, lines as Windows ends them, no text that runs as a formula.
"use strict";
globalThis.ask = globalThis.ask || {};

(() => {
  const FORMULA = /^[=+\-@\t\r][\s\S]/; // as in all files of a release; a dash alone is none

  function field(cell, isText) {
    if (cell === null) return "";
    let text = String(cell);
    if (isText && FORMULA.test(text)) text = `'${text}`;
    return text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }

  ask.csv = ({ columns, rows }) => {
    const lines = [columns.map(({ name }) => field(name, true)).join(",")];
    for (const row of rows) {
      lines.push(row.map((cell, at) => field(cell, columns[at].kind !== "number")).join(","));
    }
    return new Blob(["\ufeff", lines.map((line) => `${line}\r\n`).join("")], { type: "text/csv;charset=utf-8" });
  };

  ask.download = (blob, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };
})();
