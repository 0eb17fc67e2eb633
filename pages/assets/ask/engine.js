// The engine behind "Ask the data": DuckDB in a worker of this page, over the database that lies beside it.
//
// Everything comes by scripts and is handed to the worker as bytes: a page that is opened from a folder may load
// nothing else, and a worker that has to fetch nothing can be kept from fetching anything.
"use strict";
globalThis.ask = globalThis.ask || {};

(() => {
  const HERE = document.currentScript.src.replace(/[^/]*$/, "");
  const FILE = "sciculture.duckdb";
  const MAX_MEMORY = "1GB";
  // Of an answer so much is taken; the page says so where there is more.
  const MAX_ROWS = 100000;
  const MAX_CHARACTERS = 20e6;
  // No other file, no network, no extension, and none of it can be turned on again.
  const LOCK = `SET autoinstall_known_extensions = false; SET autoload_known_extensions = false;
    SET allow_community_extensions = false; SET enable_external_access = false; SET memory_limit = '${MAX_MEMORY}';
    SET errors_as_json = true; SET lock_configuration = true`;

  const packed = {};
  let loaded = null; // a promise of module, worker's source, database
  let running = null; // a promise of worker and connection
  let stop = () => {};

  // The data files hand over what they hold: gzip in base64.
  ask.keep = (name, text) => { packed[name] = text; };

  // What failed, in a word that the page has a sentence for.
  ask.Failure = class extends Error {
    constructor(code, detail = "") {
      super(detail);
      this.code = code;
    }
  };

  function loadScript(name) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = HERE + name;
      script.onload = resolve;
      script.onerror = () => reject(new ask.Failure("not_loaded", name));
      document.head.append(script);
    });
  }

  async function unpack(name) {
    const text = packed[name];
    delete packed[name];
    const bytes = Uint8Array.fromBase64
      ? Uint8Array.fromBase64(text)
      : Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  async function load() {
    if (typeof WebAssembly !== "object" || typeof DecompressionStream !== "function") {
      throw new ask.Failure("too_old");
    }
    await Promise.all(["duckdb.js", "duckdb_engine.js", "database.js"].map(loadScript));
    const [engine, source, database] = await Promise.all(["engine", "worker", "database"].map(unpack));
    return { module: await WebAssembly.compile(engine), source, database };
  }

  // Runs in the worker before DuckDB's own lines: takes the engine from the page, and leaves no way out.
  function guard() {
    let engine = null;
    addEventListener("message", (event) => {
      if (event.data && event.data.askEngine) {
        engine = event.data.askEngine;
        event.stopImmediatePropagation();
      }
    });
    WebAssembly.instantiateStreaming = async (_, imports) => ({
      module: engine, instance: await WebAssembly.instantiate(engine, imports),
    });
    let isFirst = true;
    const refuse = () => { throw new TypeError("nothing leaves this page"); };
    const bar = (name, value) => Object.defineProperty(self, name, { value, writable: false, configurable: false });
    bar("fetch", async () => {
      if (!isFirst) refuse();
      isFirst = false; // what DuckDB asks for first is the engine, which it then gets from above
      return new Response("");
    });
    for (const name of ["XMLHttpRequest", "WebSocket", "WebTransport", "EventSource", "Worker", "SharedWorker"]) {
      bar(name, refuse);
    }
    for (const name of ["importScripts", "indexedDB", "caches", "BroadcastChannel"]) bar(name, undefined);
  }

  async function start() {
    loaded = loaded || load();
    const { module, source, database } = await loaded.catch((error) => {
      loaded = null; // so that pressing again tries again
      throw error;
    });
    const address = URL.createObjectURL(new Blob([`(${guard})();\n`, source], { type: "text/javascript" }));
    const worker = new Worker(address);
    worker.postMessage({ askEngine: module });
    const duckdb = new duckdbWasm.AsyncDuckDB(new duckdbWasm.VoidLogger(), worker);
    try {
      await duckdb.instantiate("https://engine.invalid/");
      await duckdb.registerFileBuffer(FILE, database.slice());
      await duckdb.open({ path: FILE, accessMode: duckdbWasm.DuckDBAccessMode.READ_ONLY, maximumThreads: 1 });
      const connection = await duckdb.connect();
      await connection.query(LOCK);
      return { worker, connection };
    } catch (error) {
      worker.terminate();
      throw error;
    } finally {
      URL.revokeObjectURL(address);
    }
  }

  // Begins to load, where that has not begun.
  ask.prepare = () => {
    running = running || start().catch((error) => {
      running = null;
      throw error;
    });
    return running;
  };

  let isReady = false;
  ask.isReady = () => isReady && running !== null;

  // The answer to a statement: its columns, and rows as far as they are taken. ``begun`` is called once it is asked.
  ask.query = async (sql, begun) => {
    const stopped = new Promise((_, reject) => { stop = () => reject(new ask.Failure("stopped")); });
    const answer = (async () => {
      const { connection } = await ask.prepare();
      isReady = true;
      begun();
      return take(connection, sql);
    })();
    answer.catch(() => {}); // where it was stopped nobody waits for it
    try {
      return await Promise.race([answer, stopped]);
    } catch (error) {
      if (error.code === "stopped" || isBroken(error)) await leave();
      throw error;
    }
  };

  // Ends the question that is being answered, whatever the engine is at: with its worker.
  ask.stop = () => stop();

  async function leave() {
    const ended = running;
    running = null;
    // Not awaited: one that is still being started ends itself as soon as it is there.
    if (ended) ended.then(({ worker }) => worker.terminate(), () => {});
  }

  // After an error that is none of DuckDB's own sentences the engine may be in any state.
  function isBroken(error) {
    const isOfWasm = error instanceof WebAssembly.RuntimeError;
    return isOfWasm || /unreachable|out of bounds|table index|Aborted/.test(error.message);
  }

  async function take(connection, sql) {
    const reader = await connection.send(sql, true);
    await reader.open();
    const columns = ask.columnsOf(reader.schema);
    const rows = [];
    let characters = 0;
    for await (const batch of reader) {
      const vectors = columns.map((_, number) => batch.getChildAt(number));
      for (let row = 0; row < batch.numRows; row += 1) {
        if (rows.length >= MAX_ROWS || characters > MAX_CHARACTERS) {
          await connection.cancelSent();
          return { columns, rows, isCut: true };
        }
        const cells = columns.map((column, number) => column.cell(vectors[number].get(row)));
        for (const cell of cells) characters += cell === null ? 0 : String(cell).length;
        rows.push(cells);
      }
    }
    return { columns, rows, isCut: false };
  }
})();
