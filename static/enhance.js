/* Health library widgets: what a widget needs once a reader touches it. One htmx for each widget, sealed:
 * the names it reaches for are parameters here, so neither the page nor the page's own htmx notices it.
 * The server puts the vendored htmx.min.js, unchanged, in the place of HTMX. */

const seal = (document, window, location, history, navigation, console, Document, fetch, Element) => {
  HTMX;
  return htmx;
};

const NativeDocument = Object.getPrototypeOf(HTMLDocument);
const NativeElement = Object.getPrototypeOf(HTMLElement);
const nothing = () => {};
const unchanged = { status: 204, headers: new Map(), text: async () => "" }; // htmx swaps nothing for a 204

/** Stand-ins for the globals that htmx reads, over one widget's shadow root. */
const standIns = (widget, fetchPartial) => {
  const { root, base } = widget;
  const native = (name) => (...values) => NativeDocument.prototype[name].apply(document, values);
  const page = {
    readyState: "complete",
    baseURI: `${base}/`,
    adoptedStyleSheets: [],
    body: { insertAdjacentElement: (where, node) => new DocumentFragment().append(node) }, // Prototype.js's remove() wants a parent
    createElement: native("createElement"),
    createDocumentFragment: native("createDocumentFragment"),
    getElementById: (id) => root.getElementById(id),
    querySelector: (selector) => (selector.startsWith("meta") ? null : root.querySelector(selector)),
    querySelectorAll: (selector) => root.querySelectorAll(selector),
    addEventListener: nothing,
    dispatchEvent: () => true,
    get activeElement() { return root.activeElement; },
  };
  const location = new URL(page.baseURI);
  const view = { location, document: page, fetch: fetchPartial, addEventListener: nothing, confirm: () => false };
  const quiet = { error: nothing, warn: nothing, log: nothing };
  const parser = {
    parseHTMLUnsafe(html) {
      const parsed = widget.parse(html);
      const partial = parsed.querySelector("template")?.content.querySelector(".hw");
      if (partial) widget.dress(partial);
      return parsed;
    },
  };
  return [page, view, location, {}, undefined, quiet, parser, fetchPartial, NativeElement];
};

/** Connect htmx to a widget. Returns what to call when its content was replaced from outside. */
export default (widget) => {
  const { root, host } = widget;
  let here = widget.shown; // the address in view
  let step = null; // the last link or form used
  let typed = ""; // what was searched for before an article was opened from the results, or the language changed; kept here only
  let returning = ""; // the article that the reader comes back from
  let typing, telling, warned; // whether the last touch was a letter typed; what is told later; whether danger has been told
  let found = -Infinity; // when a search last found something, in milliseconds

  /** Say that a step failed, above what is in view: below a long list nobody would see it. */
  const note = () => {
    widget.note(repeat(step));
    const trouble = root.querySelector(".trouble");
    if (trouble.parentNode.nextSibling !== widget.box) root.insertBefore(trouble.parentNode, widget.box);
    trouble.scrollIntoView({ block: "nearest" });
  };

  const fetchPartial = async (action, { method, body, signal }) => {
    const address = new URL(action, widget.base).href;
    const used = step; // it looks busy until its answer is there
    clearTimeout(telling);
    if (used) used.style.opacity = 0.6;
    const options = method === "POST" ? { method, body, credentials: "omit", cache: "no-store", signal } : { cache: widget.again };
    widget.again = undefined;
    try {
      const text = await widget.request(address, options);
      widget.clear();
      return { status: 200, headers: new Map(), text: async () => text };
    } catch (error) {
      if (!signal.aborted) note();
      if (!signal.aborted) widget.tell("error", { kind: error.kind });
      return unchanged;
    } finally {
      used?.removeAttribute("style");
    }
  };

  const repeat = (element) => () => {
    widget.again = "reload";
    if (element?.localName === "form") element.requestSubmit();
    else element?.click();
  };

  /** Where focus goes after a swap: back to the link one came from, else to what is new. */
  const focus = (from) => {
    const link = from && [...root.querySelectorAll("a[hx-get]")].find((a) => a.getAttribute("hx-get") === from);
    if (link) return link.focus();
    root.querySelector("[data-focus]")?.focus({ preventScroll: true });
    if (host.getBoundingClientRect().top < 0) host.scrollIntoView();
  };

  const search = () => {
    const input = root.querySelector("input[type=search]");
    if (!typed || !input) return false;
    input.value = typed;
    typed = "";
    input.dispatchEvent(new CustomEvent("input", { bubbles: true }));
    return true;
  };

  /** What is new. Each letter finds something else: it is told at once where typing begins, then when it pauses. Danger interrupts, once. */
  const tell = ({ announce = "", urgent } = {}) => {
    const [warns, goesOn] = [urgent !== undefined && !warned, typing && performance.now() - found < 1500]; // milliseconds
    warned = urgent !== undefined;
    found = performance.now();
    root.querySelector("[role=status]").setAttribute("aria-live", warns ? "assertive" : "polite");
    if (goesOn && !warns) telling = setTimeout(() => widget.say(announce), 700); // milliseconds
    else widget.say(announce);
  };

  const swapped = ({ select, request, text }) => {
    if (!text) return; // nothing came, and the note says so
    if (select) {
      tell(root.querySelector(select)?.dataset);
      if (returning) focus(returning);
      else if (!root.activeElement) root.querySelector(".found")?.focus({ preventScroll: true }); // what had it is gone
      returning = "";
      return;
    }
    const address = new URL(request.action, widget.base).href;
    returning = step?.dataset.back !== undefined ? here : "";
    here = address;
    tell(root.querySelector(".hw")?.dataset);
    for (const link of typed ? root.querySelectorAll("[data-results]") : []) link.textContent = link.dataset.results;
    const again = returning || step?.dataset.switch !== undefined;
    if (!(again && search())) {
      focus(returning);
      returning = "";
    }
    widget.tell("navigate", { attributes: Object.fromEntries(new URL(address).searchParams) });
  };

  const remember = (event) => {
    const meant = event.type === "submit" && event.target.querySelector("input[type=hidden][name=q]")?.value; // "did you mean" was taken
    if (meant) root.querySelector("input[type=search]").value = meant;
    // htmx keeps the browser from opening a new tab, and only then sees that it should have left the click alone.
    if (event.ctrlKey || event.metaKey || event.shiftKey) event.preventDefault = nothing;
    const used = event.target.closest?.("a[hx-get], form[hx-post]");
    typing = event.type === "input" && event.isTrusted;
    const input = root.querySelector("input[type=search]"); // none while an article is open: from there the way leads back to the results
    if (used && input) typed = used.matches(".found ~ .list a, [data-switch]") ? input.value : "";
    step = used ?? step;
  };
  for (const type of ["click", "submit", "input"]) widget.box.addEventListener(type, remember, true);

  const htmx = seal(...standIns(widget, fetchPartial));
  htmx.initialize = nothing;
  Object.assign(htmx.config, { history: false, mode: "cors", includeIndicatorCSS: false });
  htmx.trigger = (target, name, detail) => {
    if (name === "htmx:after:swap") swapped(detail.ctx);
    return true;
  };
  const process = () => {
    here = widget.shown;
    typed = "";
    htmx.process(widget.box);
  };
  process();
  return process;
};
