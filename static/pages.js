/* Health library widgets: search on the library's own pages, as one types. What was found stands in a page that was got, so Back from
 * an article comes to it again; the answer to a form, which may not be kept, could not be had without sending the form once more.
 * The words go in the body of a request and nowhere else: not into the address, the history or a storage. */
(() => {
  const FOUND = "found"; // of a history entry: that the page shows what was found, and not what
  const titles = { own: document.title, found: document.title };
  const pairs = []; // what the page showed, and what shows in its place
  const status = Object.assign(document.createElement("div"), { className: "unseen", role: "status" });
  const field = () => document.querySelector(".find input");
  let asking, pause;
  document.body.append(status);

  const show = (found) => {
    for (const [own, now] of pairs) if (own.isConnected === found) (found ? own : now).replaceWith(found ? now : own);
    document.title = found ? titles.found : titles.own;
  };

  /** The head stays where it holds the search, and with it what is being typed; on the front page it comes with what was found. */
  const place = (page) => {
    for (const part of ["body > header", "body > :is(.middle, main)"]) {
      const here = document.querySelector(part);
      if (here.matches(":has(> .find)")) continue;
      const found = page.querySelector(part);
      const pair = pairs.find((both) => both.includes(here));
      here.replaceWith(found);
      if (pair) pair[1] = found;
      else pairs.push([here, found]);
    }
  };

  const take = (html, sent) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    for (const link of page.querySelectorAll(".hits a")) link.removeAttribute("target"); // that is for the answer to a form
    page.querySelector(".tabs")?.remove();
    const [typed, typing] = [field(), document.activeElement === field()];
    place(page);
    titles.found = document.title = page.title;
    if (field() !== typed) field().value = typed.value;
    if (field() !== typed && typing) {
      field().focus();
      field().setSelectionRange(typed.selectionStart, typed.selectionEnd);
    }
    const results = document.querySelector("#main > [data-announce]");
    status.textContent = results.dataset.announce;
    if (sent) results.querySelector("[data-focus]").focus();
    if (sent) scrollTo(0, 0);
  };

  const search = async (form, sent) => {
    clearTimeout(pause);
    asking?.abort();
    const mine = (asking = new AbortController());
    const late = setTimeout(() => mine.abort("late"), 8000); // milliseconds
    try {
      const response = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), credentials: "omit", cache: "no-store", signal: mine.signal });
      if (!response.ok) throw response.status;
      const html = await response.text();
      if (mine !== asking) return;
      const { action } = form;
      take(html, sent);
      if (history.state !== FOUND) history.pushState(FOUND, "", action);
    } catch {
      if (mine === asking && sent) form.submit(); // the browser says what is wrong
    } finally {
      clearTimeout(late);
    }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    event.preventDefault();
    const words = form.elements.q.value;
    if (form.matches(".meant")) field().value = words;
    if (words.trim()) search(form, true);
  });
  const typed = ({ target, isComposing }) => {
    if (target !== field() || isComposing || !target.value.trim()) return;
    clearTimeout(pause);
    pause = setTimeout(search, 250, target.form, false); // milliseconds
  };
  for (const type of ["input", "compositionend"]) document.addEventListener(type, typed);
  addEventListener("popstate", () => {
    asking?.abort();
    asking = undefined;
    clearTimeout(pause);
    if (!pairs.length) return location.reload(); // the browser did not keep the page
    show(history.state === FOUND);
    status.textContent = "";
    document.getElementById("main").focus({ preventScroll: true });
  });
})();
