// The page "Ask the data": questions, the editor, and the answer as table, chart and file. All that comes out of an
// answer is put on the page as text, never as markup.
"use strict";
globalThis.ask = globalThis.ask || {};

(() => {
  const MAX_ROWS_SHOWN = 500;
  const MAX_LETTERS_SHOWN = 1000;
  const MAX_QUESTION = 20000;

  const given = JSON.parse(document.getElementById("ask-given").textContent);
  const at = (name) => document.getElementById(`ask-${name}`);
  const [form, sql, run, stop] = ["form", "sql", "run", "stop"].map(at);
  const [state, problem, place, answer] = ["state", "problem", "place", "answer"].map(at);
  const format = new Intl.NumberFormat(given.language, { maximumFractionDigits: 3 }).format;
  let found = null; // the answer on the page
  let drawn = null; // what of it is drawn: x, y, series

  const words = (name, values = {}) => given.words[name].replace(/\{(\w+)\}/g, (_, one) => String(values[one] ?? ""));
  const say = (name, values) => { state.textContent = words(name, values); };
  function make(tag, text, properties = {}) {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    return Object.assign(element, properties);
  }

  const cut = (text) => (text.length > MAX_LETTERS_SHOWN ? `${text.slice(0, MAX_LETTERS_SHOWN)}…` : text);

  // --- the question, and the link that holds it ---

  const linkOf = (text) => `#sql=${encodeURIComponent(text)}`;

  function questionOf(hash) {
    if (!hash.startsWith("#sql=")) return null;
    try {
      return decodeURIComponent(hash.slice(5)).slice(0, MAX_QUESTION);
    } catch {
      return null;
    }
  }

  function fill(text) {
    sql.value = text;
    sql.rows = Math.min(Math.max(text.split("\n").length + 1, 8), 24);
  }

  // What came with a link is shown, not asked: whoever opened it sees first what it is.
  function openLink() {
    const text = questionOf(location.hash);
    if (text === null || text === sql.value) return;
    fill(text);
    say("from_link");
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#sql=']");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    fill(questionOf(link.getAttribute("href")));
    form.scrollIntoView({ block: "nearest" });
    begin();
  });

  at("copy").addEventListener("click", async () => {
    const address = location.href.replace(/#.*$/, "") + linkOf(sql.value);
    try {
      await navigator.clipboard.writeText(address);
      say("copied");
    } catch { // an office's browser may not let pages copy: it is there to be copied by hand
      const box = at("address");
      box.hidden = false;
      box.value = address;
      box.select();
      say("copy_by_hand");
    }
  });

  // --- asking ---

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    begin();
  });
  sql.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      begin();
    }
  });
  stop.addEventListener("click", () => ask.stop());

  async function begin() {
    if (run.disabled) return;
    const text = sql.value;
    problem.hidden = true;
    sql.removeAttribute("aria-invalid");
    const refused = text.length > MAX_QUESTION ? "too_long" : ask.refusal(text);
    if (refused) return explain({ code: refused });
    run.disabled = true;
    stop.disabled = false;
    answer.setAttribute("aria-busy", "true");
    location.replace(linkOf(text));
    say(ask.isReady() ? "asking" : "loading");
    const began = performance.now();
    try {
      found = await ask.query(text, () => say("asking"));
      show((performance.now() - began) / 1000);
    } catch (error) {
      explain(ask.explain(error, text));
    } finally {
      run.disabled = false;
      stop.disabled = true;
      answer.removeAttribute("aria-busy");
    }
  }

  function explain(why) {
    if (why.code === "stopped") return say("stopped");
    state.textContent = "";
    answer.hidden = true;
    const lines = [make("p", words(`wrong_${why.code}`, why))];
    if (why.near) lines.push(make("p", words("near", { names: why.near })));
    if (why.line) {
      lines.push(make("p", words("place", why)));
      sql.focus();
      sql.setSelectionRange(why.from, why.to);
      sql.setAttribute("aria-invalid", "true");
    }
    if (why.message) {
      const own = make("p", words("engine_says"), { className: "note" });
      own.append(" ", make("q", cut(why.message), { lang: "en" }));
      lines.push(own);
    }
    place.replaceChildren(...lines);
    problem.hidden = false;
  }

  // --- the answer ---

  function show(seconds) {
    const count = { count: format(found.rows.length), seconds: format(Math.round(seconds * 10) / 10) };
    say(found.rows.length === 0 ? "no_rows" : "answered", count);
    answer.hidden = false;
    const notes = [];
    if (found.isCut) notes.push(words("is_cut", count));
    if (found.rows.length > MAX_ROWS_SHOWN) {
      notes.push(words("not_all_shown", { shown: format(MAX_ROWS_SHOWN), ...count }));
    }
    at("notes").replaceChildren(...notes.map((note) => make("p", note)));
    at("table").replaceChildren(tableOf());
    at("csv").disabled = found.columns.length === 0;
    drawn = ask.choices(found);
    offerChart();
  }

  // A column that says why another is empty stands with that one where both were asked for.
  function signOf(column) {
    return found.columns.findIndex(({ name }) => name === `${found.columns[column].name}_status`);
  }

  function shown(cell, column, sign) {
    if (cell === null) return sign || "-";
    if (typeof cell === "boolean") return words(cell ? "is_true" : "is_false");
    if (found.columns[column].kind !== "number") return cut(String(cell));
    if (/(^|_)(year|no|code)$/.test(found.columns[column].name) || typeof cell === "string") return String(cell);
    return typeof cell === "number" && !Number.isFinite(cell) ? String(cell) : format(cell);
  }

  function tableOf() {
    const table = make("table");
    const caption = make("caption", words("answer"));
    const head = make("tr");
    const signs = found.columns.map((_, column) => signOf(column));
    for (const { name, kind } of found.columns) {
      const cell = make("th", cut(name), { scope: "col", className: kind === "number" ? "n" : "" });
      const meaning = given.columns[name];
      if (meaning) cell.append(make("span", meaning, { className: "unit ask-meaning" }));
      head.append(cell);
    }
    const body = make("tbody");
    for (const row of found.rows.slice(0, MAX_ROWS_SHOWN)) {
      const line = make("tr");
      row.forEach((cell, column) => {
        const sign = signs[column] < 0 ? null : row[signs[column]];
        const isNumber = found.columns[column].kind === "number";
        line.append(make("td", shown(cell, column, sign), { className: isNumber ? "n" : "" }));
      });
      body.append(line);
    }
    const top = make("thead");
    top.append(head);
    table.append(caption, top, body);
    return table;
  }

  at("csv").addEventListener("click", () => ask.download(ask.csv(found), "sciculture_answer.csv"));

  // --- the chart ---

  const selects = { x: at("x"), y: at("y"), series: at("series") };
  const option = (name, value, chosen) => make("option", name, { value, selected: value === chosen });

  function offerChart() {
    const { places, values, x, y, series } = drawn;
    const canDraw = found.rows.length > 1 && places.length > 0 && values.length > 0;
    at("chart").hidden = !canDraw;
    if (!canDraw) return;
    const name = (column) => cut(found.columns[column].name);
    selects.x.replaceChildren(...places.map((one) => option(name(one), one, x)));
    selects.y.replaceChildren(...values.map((one) => option(name(one), one, y)));
    const parts = places.map((one) => option(name(one), one, series));
    selects.series.replaceChildren(option(words("no_series"), "", ""), ...parts);
    draw();
  }

  function draw() {
    const figure = at("picture");
    const wide = Math.max(Math.floor(figure.clientWidth), 280);
    const made = ask.draw(found, drawn, wide, format);
    if (!made) return figure.replaceChildren(make("p", words("nothing_to_draw")));
    const named = { y: found.columns[drawn.y].name, x: found.columns[drawn.x].name };
    made.picture.setAttribute("aria-label", words("chart_of", named));
    const caption = make("figcaption", words("chart_of", named), { className: "note" });
    if (made.shown < made.of) {
      caption.append(" ", words("not_all_drawn", { shown: format(made.shown), count: format(made.of) }));
    }
    figure.replaceChildren(made.picture, caption);
  }

  for (const [name, select] of Object.entries(selects)) {
    select.addEventListener("change", () => {
      drawn[name] = select.value === "" ? undefined : Number(select.value);
      draw();
    });
  }
  let waiting = 0;
  addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { if (found && !at("chart").hidden) draw(); }, 150);
  });

  // --- tables that there are ---

  at("filter").addEventListener("input", (event) => {
    const wanted = event.target.value.trim().toLowerCase();
    for (const one of document.querySelectorAll(".ask-table")) {
      one.hidden = wanted !== "" && !one.textContent.toLowerCase().includes(wanted);
    }
  });

  // --- begin ---

  at("off").hidden = true;
  for (const one of document.querySelectorAll(".ask-live")) one.hidden = false;
  addEventListener("hashchange", openLink);
  fill(sql.value);
  openLink();
})();
