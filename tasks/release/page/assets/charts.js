"use strict";
// What the charts of both pages share: their style, their data, drawing again when the width changes.
const Charts = (() => {
  const data = JSON.parse(document.getElementById("chart-data").textContent);
  const number = new Intl.NumberFormat("en-US");
  const percent = new Intl.NumberFormat("en-US", { style: "percent", maximumFractionDigits: 1 });
  const ink = "var(--ink)", muted = "var(--muted)", bar = "var(--bar)", warn = "var(--warn-bar)";
  const style = { background: "none", color: ink, fontFamily: "inherit", fontSize: "13px" };

  // Draw into each element of data-chart; a chart without data says so.
  function draw(charts) {
    for (const element of document.querySelectorAll("[data-chart]")) {
      const chart = charts[element.dataset.chart];
      if (!chart) continue;
      let width = 0;
      const again = () => {
        const now = Math.floor(element.clientWidth);
        if (now < 40 || now === width) return;
        width = now;
        redraw(element, chart, width);
      };
      new ResizeObserver(again).observe(element);
      again();
      chart.redraw = () => width && redraw(element, chart, width);
    }
  }

  function redraw(element, chart, width) {
    const drawn = chart(width);
    if (drawn) {
      drawn.setAttribute("aria-hidden", "true"); // the element around it says what it is
      element.replaceChildren(drawn);
    } else {
      const empty = document.createElement("p");
      empty.className = "empty";
      empty.textContent = "Nothing to draw.";
      element.replaceChildren(empty);
    }
  }

  // The room for the longest of some labels, in pixels, at most a share of the width.
  const context = document.createElement("canvas").getContext("2d");
  function labelWidth(labels, width, share = 0.42) {
    context.font = `13px ${getComputedStyle(document.body).fontFamily}`;
    const longest = Math.max(0, ...labels.map((label) => context.measureText(label).width));
    return Math.ceil(Math.min(longest + 12, width * share));
  }
  function shortened(label, room) {
    context.font = `13px ${getComputedStyle(document.body).fontFamily}`;
    if (context.measureText(label).width <= room) return label;
    let end = label.length;
    while (end > 1 && context.measureText(label.slice(0, end) + "…").width > room) end--;
    return label.slice(0, end) + "…";
  }

  // Horizontal bars, the figure behind each. Rows are [name, count]; fill and label may depend on the name.
  function bars(rows, { fill = () => bar, label = (name) => name } = {}) {
    return (width) => {
      if (!rows.length || !rows.some(([, n]) => n)) return null;
      const names = rows.map(([name]) => label(name));
      const left = labelWidth(names, width);
      const right = labelWidth(rows.map(([, n]) => number.format(n)), width) + 4;
      const held = rows.map(([name, n]) => ({ name, n, label: label(name) }));
      return Plot.plot({
        width, style, marginLeft: left, marginRight: right, marginTop: 2, marginBottom: 4,
        height: held.length * 25 + 8,
        x: { axis: null, domain: [0, Math.max(...held.map((row) => row.n))] },
        y: { label: null, domain: held.map((row) => row.name), tickSize: 0, padding: 0.25,
             tickFormat: (name) => shortened(label(name), left - 10) },
        marks: [
          Plot.barX(held, { x: "n", y: "name", fill: (row) => fill(row.name), rx: 2 }),
          Plot.text(held, { x: "n", y: "name", text: (row) => number.format(row.n), textAnchor: "start", dx: 6, fill: ink }),
          Plot.tip(held, Plot.pointerY({ x: "n", y: "name", title: (row) => `${row.label}\n${number.format(row.n)}` })),
        ],
      });
    };
  }

  return { data, number, percent, style, ink, muted, bar, warn, draw, bars, labelWidth, shortened };
})();
