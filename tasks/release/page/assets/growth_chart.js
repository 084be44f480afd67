"use strict";
// The chart of growth on the page over all releases: a line for each kind of release.
(() => {
  const { data, number, style, ink, draw, labelWidth } = Charts;
  const colours = ["var(--bar)", "var(--warn-bar)", "var(--other)", "var(--ink)"];
  const symbols = ["circle", "square", "triangle", "diamond"];
  const held = data.growth.map(([version, day, series, articles, copies], n) => ({ version, day, series, articles, copies, n }));
  // The kinds with the most releases have a colour and a sign of their own, the rest share the last.
  const counts = d3.rollups(held, (rows) => rows.length, (row) => row.series).sort((a, b) => d3.descending(a[1], b[1]));
  const place = new Map(counts.map(([series], n) => [series, Math.min(n, colours.length - 1)]));
  const legend = document.getElementById("growth-legend");
  if (counts.length > 1) {
    for (const [series] of counts) {
      const item = document.createElement("li");
      item.append(Plot.plot({ width: 14, height: 12, margin: 0, axis: null, x: { domain: [0, 1] }, y: { domain: [0, 1] },
        marks: [Plot.dot([[0.5, 0.5]], { fill: colours[place.get(series)], symbol: symbols[place.get(series)], r: 4 })] }), series);
      legend.append(item);
    }
  } else legend.remove();

  draw({
    growth: (width) => {
      if (!held.length) return null;
      const left = labelWidth([number.format(d3.max(held, (row) => row.articles))], width) + 14;
      return Plot.plot({
        width, style, height: Math.max(240, Math.min(340, width * 0.38)), marginLeft: left, marginRight: 24, marginTop: 24, marginBottom: 34,
        x: { type: "point", domain: held.map((row) => row.version), label: null, padding: 0.5, tickSize: 0,
             ticks: ticks(width) },
        y: { label: "articles", grid: true, nice: true, zero: true, tickFormat: d3.format(",d"), ticks: 5 },
        marks: [
          Plot.ruleY([0], { stroke: ink }),
          Plot.line(held, { x: "version", y: "articles", z: "series", stroke: (row) => row.series, strokeWidth: 2.5 }),
          Plot.dot(held, { x: "version", y: "articles", r: 5, fill: (row) => row.series, symbol: (row) => symbols[place.get(row.series)] }),
          Plot.tip(held, Plot.pointer({ x: "version", y: "articles",
            title: (row) => `${row.version} (${row.series})\n${number.format(row.articles)} articles\n${number.format(row.copies)} copies` })),
        ],
        color: { domain: counts.map(([series]) => series), range: counts.map(([series]) => colours[place.get(series)]) },
        symbol: { domain: symbols, range: symbols },
      });
    },
  });

  // As many version names as fit beside each other, the newest always.
  function ticks(width) {
    const room = Math.max(1, Math.floor(width / 90)), step = Math.ceil(held.length / room);
    return held.filter((row) => (held.length - 1 - row.n) % step === 0).map((row) => row.version);
  }
})();
