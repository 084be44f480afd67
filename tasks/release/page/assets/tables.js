"use strict";
// Tables that sort and filter, buttons that copy, tabs, the colours, and where on the page the reader is.
(() => {
  // Sorting: a button in each header that can be sorted by, so that it works by keyboard.
  const valueOf = (row, index, kind) => {
    const cell = row.cells[index];
    const text = (cell.dataset.value ?? cell.textContent).trim();
    if (kind !== "number") return text.toLocaleLowerCase("en");
    const found = parseFloat(text.replace(/[,▼\s]/g, "").replace("–", ""));
    return Number.isNaN(found) ? -Infinity : found;
  };
  for (const table of document.querySelectorAll("table[data-sortable]")) {
    const headers = [...table.tHead.rows[0].cells];
    headers.forEach((header, index) => {
      const kind = header.dataset.sort;
      if (!kind) return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...header.childNodes);
      header.append(button);
      button.addEventListener("click", () => {
        const first = kind === "number" ? "descending" : "ascending";
        const other = kind === "number" ? "ascending" : "descending";
        const direction = header.getAttribute("aria-sort") === first ? other : first;
        for (const one of headers) one.removeAttribute("aria-sort");
        header.setAttribute("aria-sort", direction);
        const sign = direction === "ascending" ? 1 : -1;
        const rows = [...table.tBodies[0].rows].map((row) => [valueOf(row, index, kind), row]);
        rows.sort(([a], [b]) => sign * (a < b ? -1 : a > b ? 1 : 0));
        table.tBodies[0].append(...rows.map(([, row]) => row));
      });
    });
  }

  // Filtering: rows that hold all the words, and are of the chosen group.
  for (const input of document.querySelectorAll("[data-filter]")) {
    const table = document.getElementById(input.dataset.filter);
    const group = document.querySelector(`[data-filter-group="${input.dataset.filter}"]`);
    const status = document.querySelector(`[data-filter-status="${input.dataset.filter}"]`);
    const rows = [...table.tBodies[0].rows].map((row) => [row, row.textContent.toLocaleLowerCase("en")]);
    const apply = () => {
      const words = input.value.toLocaleLowerCase("en").split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const [row, text] of rows) {
        const ofGroup = !group || !group.value || (row.dataset.groups ?? "").split(" ").includes(group.value);
        row.hidden = !(ofGroup && words.every((word) => text.includes(word)));
        if (!row.hidden) shown++;
      }
      status.textContent = words.length || group?.value ? `${shown} of ${rows.length} rows` : "";
    };
    input.addEventListener("input", apply);
    group?.addEventListener("change", apply);
  }

  // Copying. Pages opened from disk may have no clipboard of the new kind: then by selection.
  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      area.className = "visually-hidden";
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      return done;
    }
  }
  for (const button of document.querySelectorAll("[data-copy], [data-copy-text]")) {
    const label = button.textContent;
    button.addEventListener("click", async () => {
      const text = button.dataset.copyText ?? button.parentElement.querySelector("code").textContent;
      const done = await copy(text);
      button.textContent = done ? "Copied" : "Select and copy";
      button.focus();
      setTimeout(() => (button.textContent = label), 1500);
    });
  }

  // Tabs, by the arrow keys too.
  for (const list of document.querySelectorAll("[role=tablist]")) {
    const tabs = [...list.querySelectorAll("[role=tab]")];
    const choose = (chosen) => {
      for (const tab of tabs) {
        const is = tab === chosen;
        tab.setAttribute("aria-selected", is);
        tab.tabIndex = is ? 0 : -1;
        document.getElementById(tab.getAttribute("aria-controls")).hidden = !is;
      }
    };
    list.addEventListener("click", (event) => event.target.closest("[role=tab]") && choose(event.target.closest("[role=tab]")));
    list.addEventListener("keydown", (event) => {
      const at = tabs.indexOf(event.target);
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
      if (at < 0 || to === undefined) return;
      event.preventDefault();
      const tab = tabs[(to + tabs.length) % tabs.length];
      choose(tab);
      tab.focus();
    });
    choose(tabs[0]);
  }

  // Colours: the system's, light, or dark.
  const root = document.documentElement, button = document.getElementById("theme");
  const order = ["system", "light", "dark"];
  const show = () => (button.textContent = `Colours: ${root.dataset.theme ?? "system"}`);
  button.addEventListener("click", () => {
    const next = order[(order.indexOf(root.dataset.theme ?? "system") + 1) % order.length];
    if (next === "system") delete root.dataset.theme;
    else root.dataset.theme = next;
    try {
      if (next === "system") localStorage.removeItem("broadsheet-theme");
      else localStorage.setItem("broadsheet-theme", next);
    } catch {
      // Not kept: the page may store nothing here.
    }
    show();
  });
  show();

  // The section that is being read, marked in the navigation.
  const links = new Map([...document.querySelectorAll("nav.sections a")].map((link) => [link.hash.slice(1), link]));
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      for (const link of links.values()) link.removeAttribute("aria-current");
      const link = links.get(entry.target.id);
      link.setAttribute("aria-current", "true");
      const list = link.closest("ul");
      list.scrollTo({ left: link.offsetLeft - list.clientWidth / 2 + link.clientWidth / 2 });
    }
  }, { rootMargin: "-15% 0px -75% 0px" });
  for (const id of links.keys()) watcher.observe(document.getElementById(id));
})();
