// What went wrong, in words: which sentence of the page says it, what that names, and where in the question it is.
"use strict";
globalThis.ask = globalThis.ask || {};

(() => {
  // What a question begins with, as `sciculture query` has it.
  const QUESTIONS = /^(select|from|with|values|describe|desc|show|summarize|pivot|unpivot|table|explain|\()/i;

  // Texts, names and comments, in which a semicolon ends nothing.
  const QUOTED = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\$(\w*)\$[\s\S]*?\$\1\$/g;

  // Engine's kind of error → sentence, the first that fits; what of its message the sentence names.
  const KINDS = [
    ["Parser", /syntax error at end of input/, "syntax_end"],
    ["Parser", /syntax error at or near "([\s\S]*?)"/, "syntax"],
    ["Parser", /([\s\S]*)/, "syntax_other"],
    ["Catalog", /name "(.*?)" is not in the catalog, but it exists in the (\w+) extension/, "no_extension"],
    ["Catalog", /Table with name (\S+) does not exist/, "no_table"],
    ["Catalog", /Function with name (\S+) does not exist/, "no_function"],
    ["Binder", /Referenced column "(.*?)" (?:was )?not found/, "no_column"],
    ["Binder", /Referenced table "(.*?)" not found/, "no_table"],
    ["Binder", /column "?(.*?)"? must appear in the GROUP BY/i, "not_grouped"],
    ["Permission", /./, "nothing_leaves"],
    ["Conversion", /Could not convert string '([\s\S]*?)'/, "not_converted"],
    ["Out of Memory", /./, "out_of_memory"],
    ["", /read-only mode|configuration has been locked|disabled through configuration/, "nothing_changes"],
    ["", /file system operations are disabled/, "nothing_leaves"],
    ["", /failed to allocate|bad_alloc|allocation failed|Invalid (typed array|string) length/i, "out_of_memory"],
    ["", /out of bounds|unreachable/, "out_of_memory"],
    ["", /no statements/, "empty"],
  ];

  // Why a text is none that is asked, before the engine sees it: the code of a sentence, or nothing.
  ask.refusal = (sql) => {
    const bare = sql.replace(/^(\s|--[^\n]*(\n|$)|\/\*[\s\S]*?\*\/)+/, "");
    if (bare === "") return "empty";
    if (!QUESTIONS.test(bare)) return "no_question";
    // The engine would do them all, and answer the last.
    return /;\s*[^\s;]/.test(sql.replace(QUOTED, " ")) ? "several" : null;
  };

  // The engine says it as JSON, of the parser's errors twice.
  function unpacked(message) {
    try {
      const found = JSON.parse(message);
      const within = unpacked(found.exception_message);
      return { ...found, ...(within.exception_type ? within : {}) };
    } catch {
      return { exception_message: message };
    }
  }

  // code: of the sentence; name, other: what it names; from, to: the place in the question; message: the engine's own.
  ask.explain = (error, sql) => {
    if (error instanceof ask.Failure) return { code: error.code, name: error.message };
    if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) return { code: "out_of_memory" };
    const said = unpacked(error.message);
    const { exception_type: kind = "", exception_message: message = "", position } = said;
    const [, words, code] = KINDS.find(([own, words]) => (own === "" || own === kind) && words.test(message)) || [];
    const [, name = "", other = ""] = (words && message.match(words)) || [];
    const [, meant = ""] = message.match(/(?:Candidate bindings|Did you mean):? (.*?)\??(\n|$)/) || [];
    const near = (said.candidates || meant).replaceAll('"', "");
    const own = message.split("\n\nLINE ")[0];
    return { code: code || "other", name, other, near, message: own, ...place(position, sql, name) };
  };

  // Where in the question: the engine counts bytes.
  function place(position, sql, name) {
    if (position === undefined) return {};
    const from = new TextDecoder().decode(new TextEncoder().encode(sql).slice(0, Number(position))).length;
    const [next] = sql.slice(from).match(/^["\w.\u0080-\uffff]+/) || [sql[from] || ""];
    const word = name && sql.startsWith(name, from) ? name : next;
    const before = sql.slice(0, from).split("\n");
    return { from, to: from + word.length, line: before.length, column: before[before.length - 1].length + 1 };
  }
})();
