"use strict";
// Before the first paint: the colours that the reader chose on this page before, else those of the system.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const kept = localStorage.getItem("broadsheet-theme");
    if (kept === "light" || kept === "dark") root.dataset.theme = kept;
  } catch {
    // A browser may forbid storage to a page; then every visit starts with the system's colours.
  }
})();
