// An answer as a chart: lines over years or days, bars over everything else. Values begin at 0, as on all pages.
"use strict";
globalThis.ask = globalThis.ask || {};

(() => {
  const MAX_BARS = 60;
  const MAX_LINES = 8;
  const MAX_POINTS = 2000;
  const LINE_HEIGHT = 320;
  const BAR = 30;
  const SIZE = 15; // of the letters, in pixels: the picture is as wide as its place, so they are never shrunk

  const isYear = (column) => /(^|_)year$/.test(column.name);
  const overTime = (column) => isYear(column) || column.kind === "time";
  const number = (cell) => (cell === null || typeof cell === "boolean" ? NaN : Number(cell));

  function make(tag, attributes, text) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    if (text !== undefined) element.textContent = text;
    return element;
  }

  const canvas = (width, height) => make("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img" });
  const range = (values) => [Math.min(...values), Math.max(...values)];

  // About how wide a text is: Korean letters are as wide as high, others half of it.
  const widthOf = (text) => [...text].reduce((sum, one) => sum + (one.codePointAt(0) > 0x1100 ? 1 : 0.58), 0) * SIZE;

  function fitting(text, width) {
    const letters = [...text];
    while (letters.length > 1 && widthOf(letters.join("")) > width) letters.pop();
    return letters.length < [...text].length ? `${letters.slice(0, -1).join("")}…` : text;
  }

  // Round numbers from the least (0, or below it) to the greatest.
  function ticksOf(least, greatest) {
    const low = Math.min(0, least);
    const high = Math.max(0, greatest);
    const rough = (high - low || 1) / 4;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= rough);
    const ticks = [];
    for (let at = Math.floor(low / step); at <= Math.ceil(high / step); at += 1) ticks.push(at * step);
    return ticks;
  }

  // What can be drawn of an answer: columns for the places, for the values, and to part the lines by.
  ask.choices = ({ columns, rows }) => {
    const values = [];
    const places = [];
    columns.forEach((column, at) => {
      const hasValues = rows.some((row) => Number.isFinite(number(row[at])));
      if (column.kind === "number" && !isYear(column) && hasValues) values.push(at);
      else if (column.kind !== "other") places.push(at);
    });
    const x = places.find((at) => overTime(columns[at])) ?? places[0];
    const isDouble = x !== undefined && new Set(rows.map((row) => row[x])).size < rows.length;
    const canPart = (at) => at !== x && columns[at].kind === "text" && rows.some((row) => row[at]);
    const series = isDouble ? places.find(canPart) : undefined;
    return { places, values, x, y: values[0], series };
  };

  // The picture, and in words what of the answer is not in it. Nothing where there is nothing to draw.
  ask.draw = ({ columns, rows }, { x, y, series }, width, format) => {
    const part = (row) => (series === undefined ? "" : String(row[series] ?? "-"));
    const found = rows
      .map((row) => ({ place: row[x], value: number(row[y]), series: part(row) }))
      .filter(({ place, value }) => place !== null && Number.isFinite(value));
    if (found.length === 0) return null;
    return overTime(columns[x]) ? lines(columns[x], found, width, format) : bars(found, width, format);
  };

  function bars(found, width, format) {
    const drawn = found.slice(0, MAX_BARS);
    const names = drawn.map(({ place, series }) => (series ? `${place} · ${series}` : String(place)));
    const left = Math.min(Math.max(...names.map(widthOf)) + 12, width * 0.42);
    const numbers = drawn.map(({ value }) => format(value));
    const right = Math.max(...numbers.map(widthOf)) + 10;
    const ticks = ticksOf(...range(drawn.map(({ value }) => value)));
    const [low, high] = [ticks[0], ticks[ticks.length - 1]];
    const scale = (value) => left + ((value - low) / (high - low)) * (width - left - right);
    const height = drawn.length * BAR + 4;
    const picture = canvas(width, height);
    drawn.forEach(({ value }, at) => {
      const y = at * BAR + 4;
      const [from, to] = [scale(Math.min(0, value)), scale(Math.max(0, value))];
      const beside = { x: left - 8, y: y + BAR / 2 + 2, "text-anchor": "end", class: "ask-label" };
      const name = make("text", beside, fitting(names[at], left - 12));
      name.append(make("title", {}, names[at]));
      picture.append(
        name,
        make("rect", { x: from, y: y + 3, width: Math.max(to - from, 1), height: BAR - 10, class: "ask-bar" }),
        make("text", { x: to + 6, y: y + BAR / 2 + 2, class: "ask-label" }, numbers[at]),
      );
    });
    picture.append(make("line", { x1: scale(0), x2: scale(0), y1: 0, y2: height, class: "ask-axis" }));
    return { picture, shown: drawn.length, of: found.length };
  }

  function lines(column, found, width, format) {
    const at = (place) => (column.kind === "time" ? Date.parse(String(place).replace(" ", "T")) : Number(place));
    const all = new Map();
    for (const one of found) all.set(one.series, [...(all.get(one.series) || []), one].slice(0, MAX_POINTS));
    const kept = [...all].slice(0, MAX_LINES);
    const points = kept.flatMap(([, own]) => own);
    const ticks = ticksOf(...range(points.map(({ value }) => value)));
    const [low, high] = [ticks[0], ticks[ticks.length - 1]];
    const left = Math.max(...ticks.map((one) => widthOf(format(one)))) + 10;
    const isNamed = kept.length > 1;
    const legend = isNamed ? kept.length * 24 + 8 : 0;
    const [first, last] = range(points.map(({ place }) => at(place)));
    const X = (place) => left + 8 + (last > first ? (at(place) - first) / (last - first) : 0.5) * (width - left - 40);
    const Y = (value) => 14 + (1 - (value - low) / (high - low)) * (LINE_HEIGHT - 54);
    const picture = canvas(width, LINE_HEIGHT + legend);
    for (const tick of ticks) {
      picture.append(
        make("line", { x1: left, x2: width, y1: Y(tick), y2: Y(tick), class: tick === 0 ? "ask-axis" : "ask-grid" }),
        make("text", { x: left - 6, y: Y(tick) + 5, "text-anchor": "end", class: "ask-label" }, format(tick)),
      );
    }
    const names = new Map(points.map(({ place }) => [at(place), String(place).slice(0, 10)]));
    const places = [...names].sort(([one], [other]) => one - other);
    const every = Math.ceil((places.length * (widthOf(places[0][1]) + 16)) / (width - left));
    places.filter((_, number) => number % every === 0).forEach(([, name]) => {
      const below = { x: X(name), y: LINE_HEIGHT - 18, "text-anchor": "middle", class: "ask-label" };
      picture.append(make("text", below, name));
    });
    kept.forEach(([name, own], number) => {
      const sorted = [...own].sort((one, other) => at(one.place) - at(other.place));
      const way = sorted.map(({ place, value }) => `${X(place).toFixed(1)},${Y(value).toFixed(1)}`).join(" ");
      picture.append(make("polyline", { points: way, class: `ask-line ask-line-${number}` }));
      for (const { place, value } of sorted.length > 60 ? [] : sorted) {
        const point = make("circle", { cx: X(place), cy: Y(value), r: 4, class: `ask-point ask-point-${number}` });
        point.append(make("title", {}, `${name ? `${name}, ` : ""}${place}: ${format(value)}`));
        picture.append(point);
      }
      if (!isNamed) return;
      const y = LINE_HEIGHT + number * 24 + 8;
      picture.append(
        make("line", { x1: left, x2: left + 36, y1: y, y2: y, class: `ask-line ask-line-${number}` }),
        make("text", { x: left + 44, y: y + 5, class: "ask-label" }, fitting(name, width - left - 50)),
      );
    });
    return { picture, shown: points.length, of: found.length };
  }
})();
