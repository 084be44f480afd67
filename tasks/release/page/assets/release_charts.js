"use strict";
// The charts of a release's page.
(() => {
  const { data, number, percent, style, ink, muted, bar, warn, draw, bars, labelWidth, shortened } = Charts;
  const DAY = 86_400_000;

  // Language tags as names, in the charts and in the tables.
  const names = new Intl.DisplayNames(["en"], { type: "language", fallback: "none" });
  function language(tag) {
    try {
      return names.of(tag) || tag;
    } catch {
      return tag; // no tag: "not known"
    }
  }
  for (const cell of document.querySelectorAll("[data-language]")) {
    const name = language(cell.dataset.language);
    if (name !== cell.dataset.language) cell.textContent = `${name} (${cell.dataset.language})`;
  }

  // Time: the day counts, in the range and by the unit that the reader picks.
  const units = { day: d3.utcDay, week: d3.utcMonday, month: d3.utcMonth, year: d3.utcYear };
  const format = {
    day: d3.utcFormat("%-d %B %Y"), week: (date) => `week of ${d3.utcFormat("%-d %B %Y")(date)}`,
    month: d3.utcFormat("%B %Y"), year: d3.utcFormat("%Y"),
  };
  const ranges = { "the last 90 days": 90, "the last year": 366, "the last 5 years": 1827, "the last 20 years": 7305, "all time": Infinity };
  const start = data.days.start ? Date.parse(data.days.start) : 0;
  const days = data.days.counts.map(([offset, n]) => ({ date: new Date(start + offset * DAY), offset, n }));
  const all = d3.sum(days, (day) => day.n);
  const last = days.length ? days[days.length - 1].offset : 0;
  const within = (length) => days.filter((day) => last - day.offset < length);
  const rangeSelect = document.getElementById("time-range"), unitSelect = document.getElementById("time-unit");
  const option = (value, text = value) => Object.assign(document.createElement("option"), { value, textContent: text });
  const offered = Object.keys(ranges).filter((name) => ranges[name] === Infinity || (days.length && last - days[0].offset >= ranges[name]));
  rangeSelect.append(...offered.map((name) => option(name)));
  unitSelect.append(option("auto", "fitting unit"), ...Object.keys(units).map((name) => option(name)));
  // A few articles with dates from long ago must not squeeze the others into one bar.
  rangeSelect.value = offered.find((name) => d3.sum(within(ranges[name]), (day) => day.n) >= 0.95 * all);

  // The finest unit whose bars are at least five pixels wide.
  const length = { day: 1, week: 7, month: 30, year: 365 };
  function fittingUnit(shown, width) {
    const span = shown[shown.length - 1].offset - shown[0].offset + 1;
    return Object.keys(length).find((unit) => (span / length[unit]) * 5 <= width - 64) ?? "year";
  }
  const time = (width) => {
    const shown = within(ranges[rangeSelect.value]);
    const sum = d3.sum(shown, (day) => day.n);
    if (!shown.length) return null;
    const unit = unitSelect.value === "auto" ? fittingUnit(shown, width) : unitSelect.value;
    const interval = units[unit], span = shown[shown.length - 1].offset - shown[0].offset + 1;
    const inset = ((width - 64) * length[unit]) / span > 4 ? 0.5 : 0;
    const held = d3.rollups(shown, (rows) => d3.sum(rows, (row) => row.n), (row) => +interval(row.date))
      .map(([date, n]) => ({ start: new Date(date), end: interval.offset(new Date(date), 1), n }));
    document.getElementById("time-status").textContent =
      `${number.format(sum)} of ${number.format(all)} dated articles, by ${unit}.`;
    return Plot.plot({
      width, style, height: Math.max(220, Math.min(320, width * 0.36)), marginLeft: 52, marginRight: 12, marginTop: 30,
      x: { type: "utc", label: null, domain: [held[0].start, held[held.length - 1].end] },
      y: { label: "articles", grid: true, tickSize: 0, tickFormat: d3.format(",d"), ticks: Math.min(5, d3.max(held, (row) => row.n)), nice: true },
      marks: [
        Plot.rect(held, { x1: "start", x2: "end", y1: 0, y2: "n", fill: bar, insetLeft: inset, insetRight: inset }),
        Plot.ruleY([0], { stroke: ink }),
        Plot.tip(held, Plot.pointerX({ x: (row) => new Date((+row.start + +row.end) / 2), y: "n",
          title: (row) => `${format[unit](row.start)}\n${number.format(row.n)} ${row.n === 1 ? "article" : "articles"}` })),
      ],
    });
  };
  for (const select of [rangeSelect, unitSelect]) select.addEventListener("change", () => time.redraw());

  // Fill rates: this release against the former one, the emptiest last.
  const columns = data.columns.filter(([, rate]) => rate !== null)
    .map(([name, rate, former, fell]) => ({ name, rate, former, fell }))
    .sort((a, b) => d3.descending(a.rate, b.rate) || d3.ascending(a.name, b.name));
  const fill = (width) => {
    if (!columns.length) return null;
    const left = labelWidth(columns.map((row) => row.name), width);
    const compared = columns.filter((row) => row.former !== null);
    const words = (row) => `${row.name}\n${percent.format(row.rate)} filled` +
      (row.former === null ? "" : `, was ${percent.format(row.former)}`);
    const colour = (row) => (row.fell ? warn : bar);
    const fallen = columns.filter((row) => row.fell), others = columns.filter((row) => !row.fell);
    return Plot.plot({
      width, style, marginLeft: left, marginRight: 64, marginTop: 24, marginBottom: 6, height: columns.length * 21 + 34,
      x: { domain: [0, 1], label: null, axis: "top", ticks: width < 500 ? [0, 0.5, 1] : [0, 0.25, 0.5, 0.75, 1], tickFormat: "%", grid: true },
      y: { label: null, domain: columns.map((row) => row.name), tickSize: 0, tickFormat: (name) => shortened(name, left - 10) },
      marks: [
        Plot.ruleY(columns, { y: "name", x1: 0, x2: "rate", stroke: colour, strokeWidth: 2, strokeOpacity: 0.45 }),
        Plot.ruleY(fallen.filter((row) => row.former !== null), { y: "name", x1: "rate", x2: "former", stroke: warn, strokeWidth: 2, strokeDasharray: "2,3" }),
        Plot.dot(compared, { x: "former", y: "name", r: 5, stroke: "var(--other)", strokeWidth: 2, fill: "var(--surface)" }),
        Plot.dot(others, { x: "rate", y: "name", r: 4, fill: bar }),
        Plot.dot(fallen, { x: "rate", y: "name", r: 6, fill: warn, symbol: "triangle2", rotate: 180 }),
        Plot.text(columns, { x: (row) => Math.max(row.rate, row.former ?? 0), y: "name", textAnchor: "start", dx: 9, fill: ink, fontSize: 12,
          text: (row) => (row.fell && row.former !== null ? `${percent.format(row.rate)} ▼` : percent.format(row.rate)) }),
        Plot.tip(columns, Plot.pointerY({ x: "rate", y: "name", title: words })),
      ],
    });
  };

  draw({
    days: time, columns: fill,
    clusters: bars(data.clusters, { label: (size) => `${size} texts` }),
    languages: bars(data.languages, { label: language }),
    domains: bars(data.domains),
    funnel: bars(data.funnel, { fill: (name) => (name === "rejects" ? warn : name === "read" ? "var(--other)" : bar) }),
    rejects: bars(data.rejects, { fill: () => warn }),
  });
})();
