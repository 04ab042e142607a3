/* Health library widgets: the check's panel. An element of our own with a shadow root, in the top layer where there is one. */

const CSS = `
:host { all: initial !important; position: fixed !important; inset: auto 1em 1em auto !important; z-index: 2147483647 !important; display: block !important;
  max-inline-size: calc(100% - 2em) !important; inline-size: 34em !important;
  color-scheme: light dark !important; font: medium/1.5 system-ui, sans-serif !important; }
section { box-sizing: border-box; max-block-size: min(75vh, 46em); overflow: auto; padding: 1em 1.2em; border: 3px solid #0b4f71; border-radius: .6em;
  background: light-dark(#fff, #12212c); color: light-dark(#14232e, #f1f6f9); box-shadow: 0 .3em 1.5em rgb(0 0 0 / .35); overflow-wrap: anywhere; }
h2 { margin: 0 0 .3em; font-size: 1.25em; line-height: 1.3; color: light-dark(#0b4f71, #9bd5f7); }
p { margin: 0 0 .5em; }
ol { margin: 1em 0; padding-inline-start: 1.6em; }
li { margin-block-end: 1.2em; }
li::marker { font-weight: 700; }
.says { font-weight: 600; }
.at { color: light-dark(#42525e, #c3d0d9); }
code, pre { font: .95em/1.45 ui-monospace, monospace; }
pre { margin: .3em 0 0; padding: .6em .8em; border: 1px solid #7d8d99; border-radius: .3em;
  background: light-dark(#eef5f9, #1b2f3d); white-space: pre-wrap; user-select: all; }
button { min-block-size: 2.75em; margin-inline-end: .6em; padding: .4em 1.1em; border: 2px solid light-dark(#0b4f71, #9bd5f7); border-radius: .4em;
  background: light-dark(#0b4f71, #9bd5f7); color: light-dark(#fff, #07202e); font: inherit; font-weight: 600; cursor: pointer; }
.copy { margin-block-start: .4em; background: transparent; color: light-dark(#0b4f71, #9bd5f7); }
p:last-child { margin: .8em 0 0; }
:focus-visible { outline: 3px solid light-dark(#0b4f71, #9bd5f7); outline-offset: 2px; }
`;

const make = (name, properties, ...children) => {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
};

/** Everything that is wrong on the page, the same thing said once: sentence -> what to paste, and where. */
const findings = async (runs, probes, cache) => {
  const [run] = runs;
  const nodes = all(document);
  const hosts = nodes.filter(isWidget);
  const found = [...scripts(runs), ...page(nodes, run), ...headings(nodes)];
  for (const host of hosts) {
    const address = addressOf(host, run);
    const answer = await (probes[address] ??= probe(address, run.base, cache));
    const wrong = [content(answer, host, run), ...attributes(host, run), ...fallback(host, run), ...placement(host), ...contrast(host)];
    found.push(...wrong.filter(Boolean).map(([says, paste]) => [says, paste, host]));
  }
  const merged = new Map();
  for (const [says, paste, at] of found) {
    if (!merged.has(says)) merged.set(says, { says, paste, places: [] });
    if (at) merged.get(says).places.push(shown(at));
  }
  return { list: [...merged.values()], widgets: hosts.length };
};

/** A button that copies; browsers have a clipboard for secure pages only, and elsewhere one click selects the text. */
const copier = (text) => {
  if (!navigator.clipboard) return [];
  const button = make("button", { type: "button", className: "copy", textContent: "Copy" });
  button.addEventListener("click", () => navigator.clipboard.writeText(text).then(() => (button.textContent = "Copied"), () => {}));
  return [button];
};

const item = ({ says, paste, places }) => {
  const node = make("li", {}, make("p", { className: "says", textContent: says }));
  for (const place of new Set(places)) node.append(make("p", { className: "at" }, "At ", make("code", { textContent: place })));
  if (paste) node.append(make("p", {}, "Paste:"), make("pre", { textContent: paste }), ...copier(paste));
  return node;
};

class Panel {
  constructor() {
    this.runs = [];
    this.probes = {}; // the answers, by address
    this.host = make(PANEL, { lang: "en", dir: "ltr", popover: "manual" });
    this.status = make("p", { role: "status" });
    this.list = make("ol");
    const heading = make("h2", { id: "heading", textContent: "Check of the health widgets" });
    const again = make("button", { type: "button", textContent: "Check again", onclick: () => this.check({}, "reload") });
    const close = make("button", { type: "button", textContent: "Close", onclick: () => this.close() });
    const note = make("p", { className: "at", textContent: "Only you see this, since ?health-widgets=check stands in the address. Nothing is kept." });
    this.box = make("section", { tabIndex: 0 }, heading, this.status, again, close, this.list, note);
    this.box.addEventListener("keydown", ({ key }) => key === "Escape" && this.close());
    this.box.setAttribute("aria-labelledby", "heading");
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
    this.host.attachShadow({ mode: "open" }).append(this.box);
    this.host.shadowRoot.adoptedStyleSheets = [sheet];
    this.host.addEventListener("run", ({ detail }) => this.add(detail)); // another copy of the script, perhaps of another version
    document.body.append(this.host);
    this.host.showPopover?.();
    this.gone = new AbortController();
    for (const name of ["health-load", "health-error"]) document.addEventListener(name, () => this.check(), { signal: this.gone.signal });
  }
  add(run) {
    this.runs.push(run);
    this.check();
  }
  /** Look again at everything, once for all that happens meanwhile; with empty `probes` ask the library again too. */
  async check(probes = this.probes, cache = "default") {
    this.probes = probes;
    if (this.checking) return void (this.stale = true);
    this.checking = true;
    this.box.ariaBusy = "true";
    do {
      this.stale = false;
      this.show(await findings(this.runs, this.probes, cache));
    } while (this.stale);
    this.checking = false;
    this.box.ariaBusy = "false";
  }
  show({ list, widgets: count }) {
    const same = JSON.stringify([list, count]);
    if (same === this.shown) return; // whoever reads or copies is not disturbed
    this.shown = same;
    this.list.replaceChildren(...list.map(item));
    this.list.hidden = !list.length;
    const widgetsLookedAt = `${count} widget${count === 1 ? "" : "s"}`;
    const things = list.length ? `${list.length} thing${list.length === 1 ? "" : "s"} to look at` : "Nothing is wrong";
    this.status.textContent = `${things}; ${widgetsLookedAt} on the page.`;
  }
  close() {
    this.gone.abort();
    this.host.remove();
  }
}

/** What the loader calls, each copy of it on the page: { base, version, languages, script }. */
export default async (run) => {
  if (document.readyState !== "complete") await new Promise((go) => addEventListener("load", go, { once: true }));
  if (!document.querySelector(PANEL)) new Panel();
  document.querySelector(PANEL).dispatchEvent(new CustomEvent("run", { detail: run }));
};
