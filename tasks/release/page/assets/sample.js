"use strict";
// The sample: searching as one types. All text of an article gets into the page by textContent alone.
(() => {
  const PAGE = 12;
  const articles = JSON.parse(document.getElementById("sample-data").textContent);
  const byId = (id) => document.getElementById(id);
  const query = byId("sample-query"), language = byId("sample-language"), domain = byId("sample-domain");
  const order = byId("sample-order"), list = byId("sample-results"), status = byId("sample-status"), more = byId("sample-more");
  const number = new Intl.NumberFormat("en-US");
  const names = new Intl.DisplayNames(["en"], { type: "language", fallback: "none" });

  // Letters without case, accents and ligatures: "elysee" finds "Élysée", "fi" finds "ﬁ".
  const folded = (text) => text.toLocaleLowerCase("en").normalize("NFKD").replace(/\p{Mn}/gu, "");
  for (const article of articles) {
    const { headline = "", description = "", authors = [], text = "", domain = "", section = "" } = article;
    article.folded = folded([headline, description, authors.join(" "), section, domain, text].join("\n"));
  }

  function fill(select, key, name) {
    const counts = new Map();
    for (const article of articles) if (article[key]) counts.set(article[key], (counts.get(article[key]) ?? 0) + 1);
    for (const [value, n] of [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))) {
      select.append(Object.assign(document.createElement("option"), { value, textContent: `${name(value)} (${n})` }));
    }
  }
  fill(language, "language", (tag) => {
    try {
      return names.of(tag) || tag;
    } catch {
      return tag;
    }
  });
  fill(domain, "domain", (value) => value);

  const orders = {
    newest: (a, b) => (a.date ?? "") < (b.date ?? "") ? 1 : (a.date ?? "") > (b.date ?? "") ? -1 : 0,
    oldest: (a, b) => (a.date ?? "9999") < (b.date ?? "9999") ? -1 : (a.date ?? "9999") > (b.date ?? "9999") ? 1 : 0,
    longest: (a, b) => (b.words ?? 0) - (a.words ?? 0),
    copied: (a, b) => (b.cluster ?? 1) - (a.cluster ?? 1),
  };

  function element(name, text, attributes = {}) {
    const found = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) found.setAttribute(key, value);
    if (text !== undefined) found.textContent = text;
    return found;
  }

  // The text with each of the words marked where it stands, accents aside.
  function marked(parent, text, words) {
    let plain = "";
    const at = []; // for each unit of the folded text, where it stands in the text
    let offset = 0;
    for (const character of text) {
      const one = folded(character);
      for (let n = 0; n < one.length; n++) at.push(offset);
      plain += one;
      offset += character.length;
    }
    at.push(text.length);
    const spans = [];
    for (const word of words) {
      for (let from = plain.indexOf(word); from >= 0; from = plain.indexOf(word, from + word.length)) {
        const end = from + word.length;
        let last = end;
        while (last < at.length - 1 && at[last] === at[end - 1]) last++;
        spans.push([at[from], at[last]]);
      }
    }
    spans.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
    let done = 0;
    for (const [from, to] of spans) {
      if (from < done) continue;
      parent.append(text.slice(done, from), element("mark", text.slice(from, to)));
      done = to;
    }
    parent.append(text.slice(done));
    return parent;
  }

  function item(article, words) {
    const found = element("li");
    const heading = element("h3", undefined, { dir: "auto" });
    if (article.language) heading.lang = article.language;
    const title = article.headline ?? "(no headline)";
    if (article.url && /^https?:\/\//i.test(article.url)) {
      const link = element("a", undefined, { href: article.url, rel: "noopener noreferrer nofollow" });
      heading.append(marked(link, title, words));
    } else marked(heading, title, words);
    const meta = element("div", undefined, { class: "meta" });
    const add = (text) => meta.append(marked(element("span", undefined, { dir: "auto" }), text, words));
    if (article.domain) add(article.domain);
    meta.append(element("span", article.date ?? "no date"));
    if (article.section) add(article.section);
    if (article.authors) add(article.authors.join(", "));
    if (article.language) meta.append(element("span", article.language));
    if (article.words !== undefined) meta.append(element("span", `${number.format(article.words)} words`));
    if (article.cluster) meta.append(element("span", `${number.format(article.cluster)} near-identical texts`));
    found.append(heading, meta);
    // A description that is the text's beginning would only be read twice.
    const isBeginning = article.text?.startsWith((article.description ?? "").replace(/…$/, "").slice(0, 80));
    for (const [text, kind] of [[isBeginning ? "" : article.description, "description"], [article.text, "excerpt"]]) {
      if (!text) continue;
      const paragraph = element("p", undefined, { class: kind, dir: "auto" });
      if (article.language) paragraph.lang = article.language;
      found.append(marked(paragraph, text, words));
    }
    return found;
  }

  let found = [], words = [], shown = 0;
  function next() {
    const part = found.slice(shown, shown + PAGE).map((article) => item(article, words));
    list.append(...part);
    shown += part.length;
    more.hidden = shown >= found.length;
    more.textContent = `Show ${number.format(Math.min(PAGE, found.length - shown))} more of ${number.format(found.length - shown)}`;
    return part;
  }
  function search() {
    words = [...new Set(folded(query.value).split(/\s+/).filter(Boolean))];
    found = articles.filter((article) =>
      (!language.value || article.language === language.value) && (!domain.value || article.domain === domain.value) &&
      words.every((word) => article.folded.includes(word)));
    found.sort(orders[order.value]);
    shown = 0;
    list.replaceChildren();
    next();
    const one = found.length === 1 ? "article" : "articles";
    status.textContent = found.length === articles.length ? `${number.format(found.length)} ${one}.`
      : found.length ? `${number.format(found.length)} ${one} found.` : "No article found: try fewer words.";
  }
  more.addEventListener("click", () => {
    const first = next()[0];
    if (first) { first.tabIndex = -1; first.focus(); }
  });
  for (const input of [query, language, domain, order]) input.addEventListener("input", search);
  byId("sample-form").addEventListener("submit", (event) => event.preventDefault());
  search();
})();
