/* Health library widgets: the loader.
 *
 * Defines the custom elements, fetches each one's partial with one plain GET, and shows it in a shadow
 * root. Until then, and whenever that fails, the element's own children stay in view. htmx comes later,
 * with enhance.js, when a reader first touches a partial that needs it.
 *
 * The server fills in CONFIG and its own origin: a script cannot always find out where it came from.
 */
((config) => {
  "use strict";

  // Prototype.js and MooTools replace these names on the page, and <img name=currentScript> hides document's
  // own properties; the prototypes are still the browser's.
  const NativeDocument = Object.getPrototypeOf(HTMLDocument);
  const own = (name) => Object.getOwnPropertyDescriptor(NativeDocument.prototype, name).get.call(document);
  const call = (name, ...values) => NativeDocument.prototype[name].apply(document, values);
  const listen = (target, ...values) => EventTarget.prototype.addEventListener.apply(target, values);
  const create = (tag, properties = {}) => Object.assign(call("createElement", tag), properties);

  // The floor: an older browser keeps the children, which link to the full page.
  if (!("adoptedStyleSheets" in NativeDocument.prototype && "attachInternals" in HTMLElement.prototype)) return;

  let warned = false;
  const warn = (text) => {
    if (!warned) console.warn(`[health-widgets ${config.version}] ${text}`);
    warned = true;
  };

  const sheet = (css) => {
    const made = new CSSStyleSheet();
    made.replaceSync(css);
    return made;
  };
  const styles = sheet(config.css);

  // --- Fetching -----------------------------------------------------------------------------------------

  const WAIT = 8000;
  const kinds = { 400: "attribute", 404: "not-found", 410: "not-found", 414: "attribute", 429: "busy" };
  const pending = new Map();

  const failure = (kind, message) => Object.assign(new Error(message), { kind, final: kind === "attribute" || kind === "not-found" });

  const answer = async (address, options) => {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), WAIT);
    options.signal?.addEventListener("abort", () => stop.abort());
    try {
      const response = await fetch(address, {
        credentials: "same-origin", // sends none across origins, and lets a <link rel=preload> match
        referrerPolicy: "strict-origin",
        ...options,
        signal: stop.signal,
      });
      const text = await response.text();
      if (!response.ok) throw failure(kinds[response.status] ?? "server", `${response.status} ${text.slice(0, 300)}`);
      // A login page, an app shell or half an answer is no partial, whatever its status says.
      if (!text.startsWith(config.opening) || !text.endsWith(config.closing)) throw failure("content", "the answer is not a partial of ours");
      return text;
    } catch (error) {
      throw error.kind ? error : failure(stop.signal.aborted ? "timeout" : "network", `${address} cannot be reached`);
    } finally {
      clearTimeout(timer);
    }
  };

  /** The text of a partial; equal requests under way share one answer. */
  const request = (address, options = {}) => {
    if (options.method) return answer(address, options);
    const key = (options.cache ?? "") + address;
    if (!pending.has(key)) pending.set(key, answer(address, options).finally(() => pending.delete(key)));
    return pending.get(key);
  };

  // --- HTML -> nodes, without a Trusted Types sink where the browser has one ------------------------------

  let policy;
  const parse = (html) => {
    if (NativeDocument.parseHTML) return NativeDocument.parseHTML(html, { sanitizer: {} });
    policy ??= window.trustedTypes?.createPolicy("health-widgets", { createHTML: (text) => text });
    const parsed = new DOMParser().parseFromString(policy?.createHTML(html) ?? html, "text/html");
    for (const node of parsed.querySelectorAll("*")) {
      if (/^(script|style|iframe|object|embed|base)$/i.test(node.localName)) node.remove();
      for (const name of node.getAttributeNames()) {
        if (/^on|^style$/i.test(name) || /^\s*javascript:/i.test(node.getAttribute(name))) node.removeAttribute(name);
      }
    }
    return parsed;
  };

  // --- Language: RFC 4647 lookup against what the library offers ------------------------------------------

  const lookup = (wanted) => {
    for (let range = wanted.toLowerCase(); range; range = range.slice(0, Math.max(0, range.lastIndexOf("-")))) {
      const found = config.languages.find((language) => language.toLowerCase() === range);
      if (found) return found;
    }
    return "";
  };
  const means = (value) => /^[a-z]{2,3}(-|$)/i.test(value ?? "");

  const languageAround = (node) => {
    for (; node; node = node.parentElement ?? node.getRootNode().host) {
      if (means(node.getAttribute?.("lang"))) return lookup(node.getAttribute("lang"));
    }
    return "";
  };

  // --- One widget in one place ---------------------------------------------------------------------------

  // Only these are taken for fallback: where <health-x /> swallows the rest of a page, the rest stays in view.
  const PHRASING = new Set(["a", "b", "br", "em", "i", "small", "span", "strong"]);
  const isFallback = (node) =>
    node.nodeType === 3 || PHRASING.has(node.localName) || (node.localName === "p" && !!node.querySelector(`a[href^="${config.base}/"]`));

  class Place {
    shown = ""; // the address whose partial is in view
    wanted = ""; // the address that the attributes ask for
    filled = false;

    constructor(host, kind) {
      Object.assign(this, { host, kind, config, request, parse, spec: config.widgets[kind] });
      this.root = host.shadowRoot ?? host.attachShadow({ mode: "open", slotAssignment: "manual" });
      this.box = create("div", { className: "box" });
      this.status = create("div", { className: "unseen" });
      this.status.setAttribute("role", "status");
      this.trouble = create("div", { className: "box" });
      this.slot = create("slot");
      this.root.replaceChildren(this.status, this.box, this.trouble, this.slot);
      this.root.adoptedStyleSheets = [styles, sheet(`:host{min-block-size:${this.spec.room}}`)];
      for (const type of ["click", "submit", "input"]) listen(this.root, type, (event) => this.touched(event), true);
      this.children = new MutationObserver(() => this.assign());
    }

    /** An attribute, tolerant of what content systems do to quotes. */
    read(name) {
      const value = this.host.getAttribute(`data-${name}`) ?? this.host.getAttribute(name);
      return value?.replace(/[“”„«»″]/g, "").trim();
    }

    get language() {
      const value = this.read("lang");
      return means(value) ? lookup(value) : languageAround(this.host.parentElement ?? this.host.getRootNode().host);
    }

    get words() {
      return config.words[this.language] ?? config.words[config.languages[0]];
    }

    /** The partial's address: attributes in the order of their declaration, empty ones left out. */
    get address() {
      const pairs = [];
      for (const [name, isFlag] of Object.entries(this.spec.attributes)) {
        let value = name === "lang" ? this.language : this.read(name);
        if (name === "site") value ||= config.site;
        if (isFlag && value === "") value = "1";
        if (value) pairs.push(`${name}=${encodeURIComponent(value)}`);
      }
      return `${config.base}/partials/${this.kind}${pairs.length ? "?" : ""}${pairs.join("&")}`;
    }

    connect() {
      this.assign();
      this.children.observe(this.host, { childList: true });
      if (this.filled || !this.spec.lazy) return this.load();
      this.near = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && this.load(), { rootMargin: "100% 0%" });
      this.near.observe(this.host);
    }

    disconnect() {
      this.children.disconnect();
      this.near?.disconnect();
      this.waiting?.abort();
    }

    /** Attributes changed: once for all that change together. A widget still out of sight goes on waiting. */
    changed() {
      this.coalesced ??= queueMicrotask(() => {
        this.coalesced = undefined;
        if (this.host.isConnected && this.wanted) this.load();
      }) ?? true;
    }

    async load(options) {
      this.near?.disconnect();
      const address = (this.wanted = this.address);
      if (address === this.shown && !options) return;
      try {
        const html = await request(address, options);
        if (address === this.wanted) this.show(html);
      } catch (error) {
        if (address === this.wanted) this.fail(error);
      }
    }

    show(html) {
      const partial = parse(html).querySelector(".hw");
      this.box.replaceChildren(...(partial ? [partial] : []));
      this.shown = this.wanted;
      this.settle(true);
      this.tell("load", { widget: this.kind });
      this.enhanced?.then((enhance) => enhance?.());
    }

    fail(error) {
      this.box.replaceChildren();
      this.shown = "";
      this.settle(false);
      if (!this.host.childNodes.length) this.box.append(create("a", { href: `${config.base}/`, textContent: this.words.open_library }));
      warn(`${this.spec.tag}: ${error.message}`);
      if (!error.final) this.note(() => this.load({ cache: "reload" }));
      this.tell("error", { kind: error.kind });
    }

    settle(filled) {
      this.filled = filled;
      this.root.adoptedStyleSheets = [styles];
      this.clear();
      this.assign();
    }

    /** Say once that something could not be loaded, and offer to try again; a tab that comes back tries by itself. */
    note(again) {
      this.clear();
      const text = create("p", { className: "trouble", textContent: `${this.words.could_not_load} ` });
      const button = create("button", { type: "button", textContent: this.words.try_again });
      listen(button, "click", again);
      text.append(button);
      this.trouble.replaceChildren(text);
      this.status.textContent = this.words.could_not_load;
      const { signal } = (this.waiting = new AbortController());
      listen(document, "visibilitychange", () => own("visibilityState") === "visible" && again(), { signal });
      listen(window, "online", () => again(), { signal });
    }

    clear() {
      this.waiting?.abort();
      this.trouble.replaceChildren();
      this.status.textContent = "";
    }

    /** Which children are in view: all while there is no content, else all but the fallback. */
    assign() {
      const nodes = [...this.host.childNodes].filter((node) => node.nodeType === 1 || node.nodeType === 3);
      this.slot.assign(...nodes.filter((node) => !this.filled || !isFallback(node)));
    }

    tell(name, detail) {
      this.host.dispatchEvent(new CustomEvent(`health-${name}`, { bubbles: true, composed: true, detail }));
    }

    // --- Touch: what needs htmx is held until htmx is there --------------------------------------------

    touched(event) {
      const target = event.target;
      const link = event.type === "click" ? target.closest?.("a") : null;
      if (link?.dataset.cta !== undefined) this.tell("cta", { campaign: link.dataset.cta });
      if (link?.dataset.jump) return this.jump(event, link.dataset.jump);
      const step = event.type === "click" ? link?.matches("[hx-get]") && link : target.closest?.("form[hx-post]");
      const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button > 0;
      if (!step || elsewhere || this.ready || this.bypass) return;
      if (event.type !== "input") event.preventDefault();
      const again = { click: () => step.click(), submit: () => step.requestSubmit(), input: () => target.dispatchEvent(new CustomEvent("input", { bubbles: true })) };
      this.held = again[event.type];
      this.enhance();
    }

    /** Fetch htmx once, then replay the touch in a new task: inside the first event's own dispatch it is dropped. */
    enhance() {
      this.enhanced ??= load(this.root).then(
        (module) => {
          const process = module.default(this);
          this.ready = true;
          setTimeout(() => this.held?.());
          return process;
        },
        () => {
          this.enhanced = undefined;
          if (navigator.onLine === false) return this.note(() => this.held());
          this.bypass = true; // the link or form does what links and forms do
          setTimeout(() => this.held?.());
        },
      );
    }

    /** A link to a section: inside a shadow root the browser does not find it, and would change the page's address. */
    jump(event, id) {
      const section = this.root.getElementById(id);
      if (!section || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      section.scrollIntoView();
      section.focus({ preventScroll: true });
    }
  }

  // Pages with an Integrity-Policy refuse an import that carries no hash; a module preload gives it one.
  const load = (root) => {
    root.append(create("link", { rel: "modulepreload", href: config.bundle, integrity: config.integrity, crossOrigin: "anonymous" }));
    return import(config.bundle);
  };

  // --- The three ways to name a widget --------------------------------------------------------------------

  const places = new WeakMap();
  const place = (host, kind) => places.get(host) ?? (places.set(host, new Place(host, kind)), places.get(host));

  const define = (kind, { tag, attributes }) => {
    if (customElements.get(tag)) return warn(`${tag} is already defined on this page; the first one stays.`);
    customElements.define(tag, class extends HTMLElement {
      static observedAttributes = Object.keys(attributes).flatMap((name) => [name, `data-${name}`]);
      connectedCallback() { place(this, kind).connect(); }
      disconnectedCallback() { place(this, kind).disconnect(); }
      attributeChangedCallback() { places.get(this)?.changed(); }
    });
  };

  const script = own("currentScript");
  config.site = script?.dataset.site;
  for (const [kind, spec] of Object.entries(config.widgets)) {
    try { define(kind, spec); } catch (error) { warn(error.message); }
  }

  /** <script data-widget="article-card" data-article="heart-attack">: the widget stands after the script. */
  const standIn = () => {
    const { widget, target, ...attributes } = script.dataset;
    const after = target ? call("getElementById", target) : script;
    if (!config.widgets[widget]) return warn(`data-widget="${widget}" is not known; known: ${Object.keys(config.widgets).join(", ")}.`);
    if (!after || after.closest("head")) return warn(`A script in the head cannot show a widget; put <${config.widgets[widget].tag}> where it shall stand.`);
    const element = create(config.widgets[widget].tag);
    for (const name of Object.keys(attributes)) element.setAttribute(name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`), attributes[name]);
    if (target) after.append(element);
    else after.after(element);
  };
  if (script?.dataset.widget) standIn();

  const find = () => {
    for (const host of call("querySelectorAll", "[data-health-widget]")) {
      const kind = host.dataset.healthWidget.trim();
      if (config.widgets[kind] && host.attachShadow && !host.shadowRoot) place(host, kind).connect();
      else if (!places.has(host)) warn(`data-health-widget="${kind}" is not known; known: ${Object.keys(config.widgets).join(", ")}.`);
    }
  };
  if (own("readyState") === "loading") listen(document, "DOMContentLoaded", find, { once: true });
  else find();
})(CONFIG);
