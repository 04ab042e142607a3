/* Health library widgets: search on the library's own pages, as one types. What was found stands in a page that was got, so Back from
 * an article comes to it again; the answer to a form, which may not be kept, could not be had without sending the form once more.
 * The words go in the body of a request and nowhere else: not into the address, the history or a storage. */
(() => {
  const OWN = "own", FOUND = "found"; // of a history entry: what the page shows, itself or what was found, and never what that is
  const root = document.documentElement;
  const address = () => location.pathname + location.search;
  const field = () => document.querySelector(".find input");
  const face = (page, words) => ({ title: page.title, lang: page.documentElement.lang, dir: page.documentElement.dir, words });
  const own = { address: address(), ...face(document, field().defaultValue) };
  const pairs = []; // what the page showed, and what shows in its place
  const status = Object.assign(document.createElement("div"), { className: "unseen", role: "status" });
  let showing = history.state === FOUND ? FOUND : OWN;
  let found, asking, pause, emptied, telling, warned;
  let taken = -Infinity; // when something was last found, in milliseconds
  history.replaceState(showing, ""); // an entry without a state is then a jump within the page, like that of the skip link
  document.body.append(status);

  const wear = ({ title, lang, dir }) => {
    document.title = title;
    Object.assign(root, { lang, dir });
  };

  /** Show the page itself or what was found, with the words of that in the field, which keeps the focus. */
  const show = (state) => {
    const [typed, typing] = [field().value, document.activeElement === field()];
    for (const [before, now] of pairs) if (before.isConnected === (state === FOUND)) (state === FOUND ? before : now).replaceWith(state === FOUND ? now : before);
    const shown = state === FOUND ? found : own;
    wear(shown);
    field().value = emptied ? typed : shown.words; // what is typed meanwhile is not lost
    showing = state;
    emptied = false;
    status.textContent = typing ? shown.title : "";
    (typing ? field() : document.getElementById("main")).focus({ preventScroll: !typing });
  };

  /** The head stays where it holds the search, and with it what is being typed; on the front page, or in another language, it comes anew. */
  const place = (page) => {
    const other = page.documentElement.lang !== root.lang;
    for (const part of ["body > header", ".top > .tongues", "body > :is(.middle, main)", "body > footer"]) {
      const [here, now] = [document, page].map((one) => one.querySelector(part));
      if (!here || !now || (!other && here.matches(":has(> .find)"))) continue;
      const pair = pairs.find((both) => both.includes(here));
      here.replaceWith(now);
      if (pair) pair[1] = now;
      else pairs.push([here, now]);
    }
  };

  /** Each letter finds something else: it is told at once where typing begins, then when it pauses. Danger interrupts, once. */
  const tell = ({ announce, urgent }, sent) => {
    const [warns, goesOn] = [urgent !== undefined && !warned, !sent && performance.now() - taken < 1500]; // milliseconds
    warned = urgent !== undefined;
    taken = performance.now();
    status.setAttribute("aria-live", warns ? "assertive" : "polite");
    if (goesOn && !warns) telling = setTimeout(() => (status.textContent = announce), 700); // milliseconds
    else status.textContent = announce;
  };

  const take = (html, words, sent) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    for (const link of page.querySelectorAll(".hits a")) link.removeAttribute("target"); // that is for the answer to a form
    page.querySelector(".tabs")?.remove();
    const [typed, typing] = [field(), document.activeElement === field()];
    place(page);
    wear((found = face(page, words)));
    showing = FOUND;
    if (field() !== typed) field().value = typed.value;
    if (field() !== typed && typing) {
      field().focus();
      field().setSelectionRange(typed.selectionStart, typed.selectionEnd);
    }
    const results = document.querySelector("#main > [data-announce]");
    tell(results.dataset, sent);
    if (sent) results.querySelector("[data-focus]").focus();
    if (sent) scrollTo(0, 0);
  };

  const stop = () => {
    clearTimeout(pause);
    clearTimeout(telling);
    asking?.abort();
    asking = undefined;
  };

  const search = async (form, sent) => {
    stop();
    const mine = (asking = new AbortController());
    const late = setTimeout(() => mine.abort("late"), 8000); // milliseconds
    const [{ action }, words] = [form, form.elements.q.value];
    try {
      const response = await fetch(action, { method: "POST", body: new URLSearchParams(new FormData(form)), credentials: "omit", cache: "no-store", signal: mine.signal });
      if (!response.ok) throw response.status;
      const html = await response.text();
      if (mine !== asking) return;
      take(html, words, sent);
      history[history.state === FOUND ? "replaceState" : "pushState"](FOUND, "", action);
    } catch {
      if (mine === asking && sent) form.submit(); // the browser says what is wrong
    } finally {
      clearTimeout(late);
    }
  };

  /** Without words there is nothing found: the page that the search began on is there again. */
  const empty = () => {
    stop();
    if (showing === OWN || !pairs.length) return;
    if (address() === own.address) return show(OWN);
    emptied = true;
    history.back();
  };

  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    event.preventDefault();
    const words = form.elements.q.value;
    if (submitter?.hasAttribute("formaction")) form.action = submitter.formAction; // the same search in another language
    if (!form.matches(".find")) field().value = words;
    if (words.trim()) search(form, true);
  });
  const typed = ({ target, isComposing }) => {
    if (target !== field() || isComposing) return;
    clearTimeout(pause);
    if (!target.value.trim()) return empty();
    pause = setTimeout(search, 250, target.form, false); // milliseconds
  };
  for (const type of ["input", "compositionend"]) document.addEventListener(type, typed);
  addEventListener("popstate", () => {
    if (history.state === null) return history.replaceState(showing, "");
    if (history.state === showing && (showing === FOUND || address() === own.address)) return;
    if (history.state === FOUND ? !pairs.length : address() !== own.address) return location.reload(); // the browser did not keep the page
    if (!emptied) stop();
    show(history.state);
  });
})();
