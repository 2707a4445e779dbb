// Finds pages by their words, in the reader's browser; without it the form leads
// to the list of all pages. It looks in index.json, which is loaded when a field
// to search in is first used. Width, case and kana make no difference (NFKC,
// lower case, katakana as hiragana), and marks fall on the letters as the page
// has them. In a block: other scripts have a form, too.
{
  const form = document.querySelector("form[role=search]");
  const field = form.elements.namedItem("q");
  const list = document.getElementById("results"); // on the search page alone
  const status = document.getElementById("results-status");
  const more = document.querySelector("#results-more button");

  const fold = (text) => text.normalize("NFKC").toLowerCase()
    .replace(/[ァ-ヶヽヾ]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60));

  const download = () => fetch(new URL("index.json", form.action));

  // The pages, each folded: the fields from what weighs most to the text, which
  // weighs least, and the parts of the text one by one.
  let loading;
  const pages = () => loading ??= download()
    .then((response) => response.json())
    .then((all) => all.map((page) => {
      const folded = page.parts.map(({ heading, text }) => ({ heading: fold(heading), text: fold(text) }));
      const all = (name) => folded.map((part) => part[name]).join("\n");
      return { ...page, folded, fields: [fold(page.title), fold(page.yomi), fold(page.words.join("\n")), fold(page.also.join("\n")), all("heading"), all("text")] };
    }))
    .catch((error) => { loading = undefined; throw error; });

  // How well a page answers: 0 where a word is missing; else each word counts by
  // the best place that it has. Between equals decides how much of the title it is,
  // else how often it is said.
  const weight = ({ fields }, words) => {
    let sum = 0;
    for (const word of words) {
      const place = fields.findIndex((text) => text.includes(word));
      if (place < 0) return 0;
      let often = 0;
      for (let at = -1; often < 9 && (at = fields.at(-1).indexOf(word, at + 1)) >= 0;) often++;
      sum += 2 ** (fields.length - place) + (place === 0 ? word.length / fields[0].length : often / 10) / words.length;
    }
    return sum;
  };

  // The part of a page in which most of the words stand, headings first.
  const partOf = ({ parts, folded }, words) => {
    const counts = folded.map(({ heading, text }) =>
      words.reduce((sum, word) => sum + 2 * heading.includes(word) + text.includes(word), 0));
    return parts[counts.indexOf(Math.max(...counts))];
  };

  const element = (name, ...children) => {
    const made = document.createElement(name);
    made.append(...children);
    return made;
  };

  // A text, cut to what surrounds the first of the words, with all of them
  // marked. It is folded letter by letter, to know which letter a match falls
  // on: a letter with what may join it, since ﾊﾞ is two and becomes one, and ㍻
  // is one and becomes two.
  const marked = (text, words, length = Infinity) => {
    const letters = text.match(/[^][\p{M}ﾞﾟ]*/gu) ?? [];
    const letterAt = [];
    let folded = "";
    letters.forEach((letter, n) => {
      folded += fold(letter);
      while (letterAt.length < folded.length) letterAt.push(n);
    });
    const hit = new Uint8Array(letters.length);
    for (const word of words) {
      for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + word.length)) {
        hit.fill(1, letterAt[at], letterAt[at + word.length - 1] + 1);
      }
    }
    let start = 0;
    if (letters.length > length) {
      // From the beginning of the sentence, where that is near.
      const first = Math.max(0, hit.indexOf(1));
      start = letters.slice(0, first).lastIndexOf("。") + 1;
      if (first - start > length / 2) start = first - Math.floor(length / 4);
    }
    const end = Math.min(letters.length, start + length);
    const pieces = [];
    if (start > 0 && letters[start - 1] !== "。") pieces.push("…");
    for (let from = start, to = start; from < end; from = to) {
      while (to < end && hit[to] === hit[from]) to++;
      const run = letters.slice(from, to).join("");
      pieces.push(hit[from] ? element("mark", run) : run);
    }
    if (end < letters.length) pieces.push("…");
    return pieces;
  };

  const line = (name, ...children) => {
    const made = element("p", ...children);
    made.className = name;
    return made;
  };

  const result = (page, words) => {
    const part = partOf(page, words);
    const link = element("a", ...marked(page.title, words));
    const whole = page.fields[0] === words.join(" "); // who types a title wants the page
    link.href = part.id && !whole ? `${page.url}#${part.id}` : page.url;
    const item = element("li", link);
    const where = [page.kind, part.heading].filter((name) => name && name !== page.title);
    if (where.length > 0) item.append(line("results-where", ...marked(where.join(" › "), words)));
    // What does not stand on the page: an everyday word, its reading.
    const also = [...page.words, ...page.also, page.yomi].find((text) => words.some((word) => fold(text).includes(word) && !page.fields[0].includes(word)));
    if (also) item.append(line("results-where", also === page.yomi ? "よみ：" : "ことば：", ...marked(also, words)));
    const text = (part.text || page.parts[0].text).replace(/([、。」』）]) /g, "$1"); // where paragraphs meet
    item.append(line("results-passage", ...marked(text, words, 90)));
    return item;
  };

  let found = [], words = [];
  const showMore = () => {
    const shown = list.children.length;
    list.append(...found.slice(shown, shown + (shown ? 20 : 10)).map((page) => result(page, words)));
    more.parentElement.hidden = list.children.length >= found.length;
    list.children[shown]?.querySelector("a").focus();
  };

  const search = async () => {
    let all = [];
    list.parentElement.classList.toggle("taken", field.value.trim() !== ""); // so that nothing moves when results come
    if (field.value.trim()) {
      if (!loading) status.textContent = "読み込んでいます…";
      try { all = await pages(); } catch {
        status.textContent = "探すための一覧を読み込めませんでした。下の一覧から選んでください。";
        return;
      }
    }
    const query = field.value.trim(); // as it is now
    words = [...new Set(query.split(/\s+/).filter(Boolean).map(fold))];
    found = words.length === 0 ? [] : all.map((page) => ({ page, weight: weight(page, words) }))
      .filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight).map(({ page }) => page);
    list.replaceChildren(...found.slice(0, 10).map((page) => result(page, words)));
    list.hidden = found.length === 0;
    more.parentElement.hidden = found.length <= 10;
    document.getElementById("results-none").hidden = words.length === 0 || found.length > 0;
    status.textContent = words.length === 0 ? "" : found.length > 0 ? `${found.length}件見つかりました。` : `0件：「${query}」は見つかりませんでした。`;
    history.replaceState(null, "", query ? `?q=${encodeURIComponent(query)}` : location.pathname);
  };

  if (list) {
    field.value = new URLSearchParams(location.search).get("q") ?? "";
    search();
    field.addEventListener("focus", () => { pages().catch(() => {}); });
    field.addEventListener("input", search);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      await search();
      list.querySelector("a")?.focus();
    });
    more.addEventListener("click", showMore);
  } else {
    field.addEventListener("focus", () => { download().catch(() => {}); }, { once: true });
  }

  // "/" leads to the field, Escape clears it and leads back; arrows lead through
  // what was found. Whoever speaks to the computer can do without "/" (WCAG 2.2
  // SC 2.1.4): this alone is kept in the browser, where that is allowed.
  let kept = {};
  try { kept = localStorage; } catch { /* then it is on, everywhere */ }
  const slash = document.getElementById("results-slash");
  if (slash) {
    slash.checked = kept.slash !== "off";
    slash.addEventListener("change", () => { kept.slash = slash.checked ? "on" : "off"; });
    slash.closest("[hidden]").hidden = false;
  }
  let before = document.body, held = false;
  document.addEventListener("keydown", (event) => {
    const at = document.activeElement;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "/") {
      if (kept.slash === "off" || at.matches("input:not([type=radio], [type=checkbox]), textarea, select")) return;
      before = at;
      held = true;
      const folded = field.closest("details");
      if (folded && !field.checkVisibility()) folded.open = true;
      field.focus();
      field.select();
    } else if (event.key === "Escape" && at === field && field.value) {
      field.value = "";
      if (list) search();
    } else if (event.key === "Escape" && at === field) {
      field.blur();
      before.focus();
    } else if (event.key === "Escape" && list?.contains(at)) {
      field.focus();
    } else {
      const stops = list ? [field, ...list.querySelectorAll("a"), ...more.parentElement.hidden ? [] : [more]] : [];
      const next = stops.includes(at) && stops[stops.indexOf(at) + { ArrowDown: 1, ArrowUp: -1 }[event.key]];
      if (!next) return;
      next.focus();
    }
    event.preventDefault();
  });
  // Programs that type for a person send the letter whatever became of the key.
  field.addEventListener("beforeinput", (event) => { if (held && event.data === "/") event.preventDefault(); });
  document.addEventListener("keyup", () => { held = false; });
}
