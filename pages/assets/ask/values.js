// Values of DuckDB, as they come by Arrow → what the page shows, draws and writes: a text, a number (BigInt where it
// is too large for JavaScript's own), true or false, or null.
"use strict";
globalThis.ask = globalThis.ask || {};

(() => {
  const MAX_ELEMENTS = 1000;

  const two = (number) => String(number).padStart(2, "0");

  // A decimal comes as four words of 32 bits, the lowest first, without its point.
  function decimal(words, scale) {
    let whole = 0n;
    for (let place = words.length - 1; place >= 0; place -= 1) whole = (whole << 32n) | BigInt(words[place]);
    whole = BigInt.asIntN(words.length * 32, whole);
    if (scale === 0) return whole;
    const digits = String(whole < 0n ? -whole : whole).padStart(scale + 1, "0");
    const text = `${whole < 0n ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
    // Exact as text; as number where that says the same.
    return String(Number(text)) === text.replace(/\.?0+$/, "") ? Number(text) : text;
  }

  function day(milliseconds) {
    const date = new Date(Number(milliseconds));
    return `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
  }

  function clock(milliseconds) {
    const date = new Date(Number(milliseconds));
    const part = date.getUTCMilliseconds();
    const whole = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
    return part ? `${whole}.${String(part).padStart(3, "0")}` : whole;
  }

  const moment = (milliseconds) => `${day(milliseconds)} ${clock(milliseconds)}`;

  // Lists, structs and whatever else: as JSON. Of a list that nobody would read, as much as anybody might.
  function nested(value) {
    if (typeof value === "string") return value;
    if (value instanceof Uint8Array) {
      return [...value.slice(0, MAX_ELEMENTS)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    }
    const isLong = value && typeof value.slice === "function" && value.length > MAX_ELEMENTS;
    const listed = isLong ? value.slice(0, MAX_ELEMENTS) : value;
    const plain = (_, one) => (typeof small(one) === "bigint" ? String(one) : small(one));
    const text = JSON.stringify(listed && listed.toJSON ? listed.toJSON() : listed, plain);
    return listed === value ? text : `${text.slice(0, -1)},…]`;
  }

  function small(value) {
    return typeof value === "bigint" && value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER
      ? Number(value) : value;
  }

  function kindOf({ name, type }) {
    const { Type } = duckdbWasm;
    switch (type.typeId) {
      case Type.Int: return ["number", small];
      case Type.Float: return ["number", (value) => value];
      case Type.Decimal: return ["number", (value) => small(decimal(value, type.scale))];
      case Type.Bool: return ["boolean", (value) => value];
      case Type.Date: return ["time", day];
      case Type.Time: return ["time", (value) => clock(Number(value) / 1000)];
      case Type.Timestamp: return ["time", moment];
      case Type.Utf8:
      case Type.LargeUtf8: return ["text", (value) => value];
      // What Arrow doesn't bring whole out of the worker: the question says that it is wanted as a text.
      case Type.Dictionary:
      case Type.Interval: throw new ask.Failure("as_text", name);
      default: return ["other", nested];
    }
  }

  // Name, kind (number, text, time, boolean, other), and what makes a cell of a value.
  ask.columnsOf = (schema) => schema.fields.map((field) => {
    const [kind, cell] = kindOf(field);
    return { name: field.name, kind, cell: (value) => (value === null || value === undefined ? null : cell(value)) };
  });
})();
