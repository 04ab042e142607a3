//# allFunctionsCalledOnLoad
/* Health library widgets: the loader.
 * Defines the custom elements, fetches each one's partial with one plain GET, and shows it in a shadow root. Until then, and whenever
 * that fails, the element's own children stay in view. htmx comes later, with enhance.js, when a reader first touches a partial that
 * needs it. The server fills in CONFIG, with its own address: a script cannot always find out where it came from. It serves what
 * `make minified` makes of this file; the first line has Chromium compile it beside the page's own work. The first object of each kind
 * that a script holds (<body>, location) costs some KB of heap: so selectors ask about them, where they can. */
(({ base, version, opening, closing, bundle, integrity, check, older, words, widgets, css: shared }) => {
  // Prototype.js and MooTools replace these names, and <img name=currentScript> hides what document has; the prototypes are the browser's.
  const NativeDocument = Object.getPrototypeOf(HTMLDocument);
  const native = NativeDocument.prototype;
  const own = (name) => Object.getOwnPropertyDescriptor(native, name).get.call(document);
  const create = (tag, properties) => Object.assign(native.createElement.call(document, tag), properties);
  const all = (selector) => native.querySelectorAll.call(document, selector);
  const listen = (target, ...values) => EventTarget.prototype.addEventListener.apply(target, values);

  // The floor: an older browser keeps the children, which link to the full page.
  if (!("adoptedStyleSheets" in native && HTMLSlotElement.prototype.assign?.length === 0)) return;
  const PREFIX = "health-";
  let warned;
  const warn = (text) => (warned ??= console.warn?.(`[health-widgets ${version}] ${text}`) ?? true);

  // One sheet for each text, shared by all widgets. style-src 'self' blocks <style>, but not these.
  const sheets = {};
  const sheet = (css) => {
    if (!sheets[css]) (sheets[css] = new CSSStyleSheet()).replaceSync(css);
    return sheets[css];
  };
  const KINDS = { 400: "attribute", 404: "not-found", 410: "not-found", 414: "attribute", 429: "busy" };
  const answer = async (address, { signal, ...options }) => {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), 8000); // milliseconds
    signal?.addEventListener("abort", () => stop.abort());
    try {
      // No credentials go to other origins, which is the default, and lets a <link rel=preload> match.
      const response = await fetch(address, { referrerPolicy: "strict-origin", signal: stop.signal, ...options });
      const text = await response.text();
      if (!response.ok) throw { kind: KINDS[response.status] ?? "server", message: `${response.status} ${text.slice(0, 300)}` };
      // A login page, an app shell or half an answer is no partial, whatever its status says.
      parse ??= (await import(older)).default;
      if (!text.startsWith(opening) || !text.endsWith(closing)) throw { kind: "content", message: `${address} is no partial` };
      return text;
    } catch (error) {
      throw error.kind ? error : { kind: stop.signal.aborted ? "timeout" : "network", message: `${address} cannot be reached` };
    } finally {
      clearTimeout(timer);
    }
  };

  /** The text of a partial; equal requests under way share one answer. */
  const pending = {};
  const request = (address, options = {}) => {
    const key = address + options.cache;
    if (options.method) return answer(address, options);
    return (pending[key] ??= answer(address, options).finally(() => delete pending[key]));
  };

  /** HTML as a document, by way of no Trusted Types sink; a browser that has no such way fetches older.js first. */
  let parse = NativeDocument.parseHTML && ((html) => NativeDocument.parseHTML(html, { sanitizer: {} }));
  // RFC 4647 lookup against the languages that the library offers; what means nothing ({{lang}}) is passed over.
  const means = (value) => [2, 3].includes(value?.split("-")[0].length);
  const languages = Object.keys(words); // the site's own first
  const lookup = (wanted) => {
    for (const range = wanted.toLowerCase().split("-"); range[0]; range.pop()) {
      const found = languages.find((language) => language.toLowerCase() === range.join("-"));
      if (found) return found;
    }
  };
  const languageAround = (node) => {
    const found = node?.closest("[lang]"), value = found?.getAttribute("lang"), root = node?.getRootNode();
    return means(value) ? lookup(value) : node && languageAround(found?.parentElement ?? (root === document ? null : root.host)); // <img name=host>
  };

  // Only these are taken for fallback: where <health-x /> swallows the rest of a page, the rest stays in view.
  const isFallback = (node) =>
    node.nodeType === 3 || " a b br em i small span strong ".includes(` ${node.localName} `) ||
    (node.localName === "p" && node.querySelector(`a[href^="${base}/"]`));

  /** One widget in one place: a custom element, or an element with data-health-widget. */
  class Place {
    #kind; #spec; #status; #trouble; #slot; #children; #near; #filled; #started; #wanted; #waiting; #held; #enhancing; #bypass; #draw = Math.random();
    constructor(host, kind) {
      Object.assign(this, { host, base, request, parse: (html) => parse(html) });
      this.#kind = kind;
      this.#spec = widgets[PREFIX + kind]; // [attributes, room, lazy]
      this.root = host.shadowRoot ?? host.attachShadow({ mode: "open", slotAssignment: "manual" });
      const there = this.root.querySelector(".hw"); // a server include: the content came with the page
      this.#status = create("div", { className: "unseen", role: "status" });
      this.box = there?.parentNode ?? create("div", { className: "box" });
      this.#trouble = create("div", { className: "box" });
      this.#slot = create("slot");
      this.root.append(this.#status, this.box, this.#trouble, this.#slot);
      if (there) this.#filled = this.shown = this.#wanted = this.#address;
      const touched = (event) => this.#touched(event);
      for (const type of ["click", "submit", "input"]) listen(this.box, type, touched, true);
      this.#children = new MutationObserver(() => this.#assign());
    }
    /** An attribute, tolerant of what content systems do to quotes. */
    #read(name) {
      const value = this.host.getAttribute(`data-${name}`) ?? this.host.getAttribute(name);
      return value?.replace(/[\u201c-\u201f\u2033«»]/g, "").trim();
    }
    get #language() {
      const value = this.#read("lang");
      return means(value) ? lookup(value) : languageAround(this.host);
    }
    get #words() { return words[this.#inView] ?? words[languages[0]]; } // [could not load, try again, open the library]
    get #inView() { return this.root.querySelector(".hw")?.lang || this.#language || languages[0]; }
    /** The partial's address: attributes in the order of their declaration, empty ones left out. */
    get #address() {
      const pairs = [];
      for (const [name, isFlag] of Object.entries(this.#spec[0])) {
        let value = name === "lang" ? this.#language : this.#read(name);
        if (name === "site") value ||= script?.dataset.site;
        if (isFlag && value === "") value = 1;
        if (value) pairs.push(`${name}=${encodeURIComponent(value)}`);
      }
      return `${base}/partials/${this.#kind}${pairs.length ? "?" : ""}${pairs.join("&")}`;
    }
    connect() {
      this.#assign();
      this.#wear(this.#filled ? this.root.querySelector(".hw")?.dataset.css : `:host{min-block-size:${this.#spec[1]}}`);
      this.#children.observe(this.host, { childList: true });
      if (this.#filled || !this.#spec[2]) return this.#load();
      this.#near = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && this.#load(), { rootMargin: "100%" });
      this.#near.observe(this.host);
    }
    disconnect() {
      this.#children.disconnect();
      this.#near?.disconnect();
      this.#waiting?.abort();
    }
    changed() { if (this.#started) this.#load(); } // a widget still out of sight goes on waiting
    async #load(options) {
      this.#near?.disconnect();
      this.#started = true;
      await null; // a framework sets one attribute after the other, some of them when the element is in the page already
      if (!this.host.isConnected) return;
      const address = this.#address;
      if (address === this.#wanted && !options) return;
      this.#wanted = address;
      try {
        const html = await request(address, options);
        if (address === this.#wanted) this.#show(html);
      } catch (error) {
        if (address === this.#wanted) this.#fail(error);
      }
    }
    #show(html) {
      const waited = this.#trouble.contains(this.root.activeElement); // at "Try again"
      this.#settle(true, parse(html).querySelector(".hw"));
      if (waited) this.root.querySelector("[data-focus]")?.focus();
      this.shown = this.#wanted;
      this.tell("load", { widget: this.#kind });
      this.process?.();
    }
    #fail(error) {
      this.#wanted = "";
      this.#settle(false, this.host.childNodes.length ? null : create("a", { href: `${base}/`, textContent: this.#words[2] }));
      warn(`${PREFIX}${this.#kind}: ${error.message}`);
      if (!/attribute|not-found/.test(error.kind)) this.note(() => this.#load({ cache: "reload" }));
      this.tell("error", { kind: error.kind ?? "content" });
    }
    #settle(filled, content) {
      this.#filled = filled;
      this.dress(content);
      this.clear();
      this.box.replaceChildren(...(content ? [content] : []));
      this.#assign();
      const active = this.host.matches(":focus-within") && own("activeElement"); // the fallback's link in a <dialog>, or where Tab got to
      if (active && !active.checkVisibility()) content?.querySelector("[data-focus]")?.focus({ preventScroll: true });
    }
    /** Make a partial ready to be seen: the styles that it brings, and of several wordings one, drawn for this page view and kept nowhere. */
    dress(content) {
      this.#wear(content?.dataset.css);
      const wordings = [...(content?.querySelectorAll("[data-variant]") ?? [])];
      wordings.splice(this.#draw * wordings.length, 1)[0]?.removeAttribute("hidden");
      for (const other of wordings) other.remove();
    }
    #wear(css) { try { this.root.adoptedStyleSheets = [shared, css].filter(Boolean).map(sheet); } catch {} } // each is its document's alone
    /** Which children are in view: all while there is no content, else all but the fallback. */
    #assign() {
      const shows = (node) => node.assignedSlot !== undefined && !(this.#filled && isFallback(node)); // elements and text
      this.#slot.assign(...[...this.host.childNodes].filter(shows));
      this.#slot.hidden = this.#filled && this.root.slotAssignment === "named"; // a server include's: it shows all or none
    }
    /** Say once that something could not be loaded, and offer to try again; a tab that comes back tries by itself. */
    note(again) {
      const waited = this.#trouble.contains(this.root.activeElement);
      const [couldNotLoad, tryAgain] = this.#words;
      const text = create("p", { className: "trouble", textContent: `${couldNotLoad} ` });
      const button = create("button", { type: "button", textContent: tryAgain, onclick: again });
      this.clear();
      text.append(button);
      this.#trouble.append(text);
      if (waited) button.focus();
      this.say(couldNotLoad);
      if (!this.host.isConnected) return; // it went while it was asked for: nothing may stay
      const { signal } = (this.#waiting = new AbortController());
      listen(document, "visibilitychange", () => own("visibilityState") === "visible" && again(), { signal });
      listen(window, "online", again, { signal });
    }
    clear() {
      this.#waiting?.abort();
      this.#trouble.replaceChildren();
      this.say("");
    }
    /** Read aloud by a screen reader, in the voice of the language in view. */
    say(text) {
      this.#status.lang = this.#trouble.lang = this.#inView;
      this.#status.textContent = text;
    }
    tell(name, detail) { this.host.dispatchEvent(new CustomEvent(PREFIX + name, { bubbles: true, composed: true, detail })); }
    /** A click, a submit or a letter typed: what needs htmx is held until htmx is there. */
    #touched(event) {
      const { type, target } = event;
      const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button > 0;
      const link = type === "click" ? target.closest("a") : null;
      const variant = link?.closest("[data-variant]")?.dataset.variant ?? "";
      if (link?.dataset.cta !== undefined) this.tell("cta", { campaign: link.dataset.cta, variant });
      if (link?.dataset.jump && !elsewhere) return this.#jump(event, link.dataset.jump);
      const step = type === "click" ? link?.matches("[hx-get]") && link : target.closest("form[hx-post]");
      if (!step || elsewhere || this.process || this.#bypass) return;
      if (type !== "input") event.preventDefault();
      const input = () => target.dispatchEvent(new CustomEvent(type, { bubbles: true }));
      this.#held = { click: () => step.click(), submit: () => step.requestSubmit(), input }[type];
      this.#enhance();
    }
    /** Fetch htmx once, then replay the touch in a new task: inside the first event's own dispatch it is dropped. */
    async #enhance() {
      if (this.#enhancing) return;
      this.#enhancing = true;
      // A page with an Integrity-Policy refuses an import that carries no hash, and one with unsafe-url tells its address in it.
      this.root.append(create("link", { rel: "modulepreload", integrity, crossOrigin: "", referrerPolicy: "strict-origin", href: bundle }));
      try {
        this.process = (await import(bundle)).default(this);
      } catch {
        if (!navigator.onLine) this.note(() => this.#held());
        else this.#bypass = true; // the link or form does what links and forms do
      }
      this.#enhancing = false;
      if (this.process || this.#bypass) setTimeout(this.#held);
    }
    /** A link to a section: inside a shadow root the browser does not find it, and would change the page's address. */
    #jump(event, id) {
      event.preventDefault();
      const section = this.root.getElementById(id);
      section.focus();
      section.scrollIntoView();
    }
  }

  // A widget is named by its element, by data-health-widget, or by the script's own data-widget.
  const checking = /[?&]health-widgets=check\b/.test(own("URL"));
  // The script only where it says something, or has left the page already: it costs 5 KB of heap.
  const script = checking || all("[data-site],[data-widget]").length || !all(`[src^="${base}/embed"]`).length ? own("currentScript") : null;
  const kinds = Object.keys(widgets).map((tag) => tag.slice(PREFIX.length));
  const stranger = (kind) => !kinds.includes(kind) && warn(`"${kind}" is no widget; known: ${kinds.join(", ")}.`);
  const places = new WeakMap();
  const place = (host, kind) => places.get(host) ?? (places.set(host, new Place(host, kind)), places.get(host));
  for (const kind of kinds) {
    const tag = PREFIX + kind;
    const element = class extends HTMLElement {
      static version = version;
      static observedAttributes = Object.keys(widgets[tag][0]).flatMap((name) => [name, `data-${name}`]);
      connectedCallback() {
        // The parser may still be on its way to the children, before which a server include has its shadow root.
        const whole = own("readyState") !== "loading" || this.nextSibling || this.firstElementChild;
        if (whole) place(this, kind).connect();
        else setTimeout(() => this.isConnected && this.connectedCallback());
      }
      disconnectedCallback() { places.get(this)?.disconnect(); }
      attributeChangedCallback() { places.get(this)?.changed(); }
    };
    const first = customElements.get(tag); // each pasted snippet brings the script
    if (!first) customElements.define(tag, element);
    else if (first.version !== version) warn(`${tag} is defined already (${first.version}).`);
  }

  /** <script data-widget="article-card" data-article="heart-attack">: the widget stands after the script. */
  const standIn = ({ widget, target, ...attributes }) => {
    const after = target ? native.getElementById.call(document, target) : script;
    if (stranger(widget)) return;
    if (!after || after.closest("head")) return warn(`A script in the head shows nothing; use <${PREFIX}${widget}>.`);
    const element = create(PREFIX + widget);
    Object.assign(element.dataset, attributes);
    element[target ? "append" : "after"].call(after, element); // <form><input name=append>
  };
  if (script?.dataset.widget) standIn(script.dataset);
  const find = () => {
    for (const host of all("[data-health-widget]")) {
      const kind = host.dataset.healthWidget.trim();
      if (!stranger(kind) && !host.shadowRoot) place(host, kind).connect();
    }
  };
  if (own("readyState") === "loading") listen(document, "DOMContentLoaded", find, { once: true });
  else find();
  if (checking) import(`${base}/diagnose-${check}.js`).then((it) => it.default({ base, version, languages, script }), warn);
})(CONFIG);
