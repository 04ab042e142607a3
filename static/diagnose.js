/* Health library widgets: the check, for the web editor who opens a page with ?health-widgets=check in its address. This file finds what is
 * wrong; diagnose-panel.js, which the server puts behind it, shows it. Nothing is stored, nothing of the page is changed, and nothing is
 * asked for but what the widgets ask for. A finding is [a sentence, what to paste, the element]; the last two may be missing.
 * The server fills in DECLARED: the widgets with their attributes and an example, and the values of other attributes. */

const { opening, closing, widgets, values } = DECLARED;
const PANEL = "health-widgets-check";
const WAIT = 8000; // milliseconds, as the loader waits
const QUOTES = /[“”„«»″]+/g;
const FREE = /^(data|aria|v|x|ng|hx|wire|jsx)-|^on|[^a-z-]/; // attributes of frameworks, and what no one mistypes
const GLOBAL = /^(accesskey|class|dir|draggable|exportparts|hidden|id|inert|is|item\w+|lang|nonce|part|popover|role|slot|style|tabindex|title|translate)$/;
const HOLDERS = /^(article|aside|blockquote|body|div|footer|h[1-6]|header|main|nav|p|section|span)$/; // HTML gives only these a shadow root

// --- Words ---------------------------------------------------------------------------------------------------

const tagOf = (kind) => `health-${kind}`;
const kindOf = (node) => node.dataset?.healthWidget?.trim() ?? node.localName.replace("health-", "");
const isPlace = (node) => (node.localName.startsWith("health-") && node.localName !== PANEL) || node.hasAttribute("data-health-widget");
const isWidget = (node) => isPlace(node) && kindOf(node) in widgets;
const short = (text) => (text.length > 80 ? `${text.slice(0, 79)}…` : text);
const shown = (node) => `<${[node.localName, ...[...node.attributes].map(({ name, value }) => `${name}="${short(value)}"`)].join(" ")}>`;
const ruled = (host) => (host.dataset.healthWidget === undefined ? host.localName : "[data-health-widget]"); // its selector in a style sheet
const inView = (node) => node.checkVisibility?.() ?? node.getClientRects().length > 0;
const kinds = Object.keys(widgets);
const tags = kinds.map(tagOf);
const example = (kind) => `<${tagOf(kind)}${widgets[kind].example}>…</${tagOf(kind)}>`;
const exampleOnDiv = (kind) => `<div data-health-widget="${kind}"${widgets[kind].example.replaceAll(" ", " data-")}>…</div>`;

const distance = (a, b) => {
  let row = [...Array(b.length + 1).keys()];
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) next.push(Math.min(row[j] + (a[i] !== b[j]), row[j + 1] + 1, next[j] + 1));
    row = next;
  }
  return row[b.length];
};
const nearest = (word, words) => {
  const near = (one) => (one.startsWith(word) || word.startsWith(one) ? 1 : distance(word, one));
  const [best] = [...words].sort((a, b) => near(a) - near(b));
  return best && near(best) <= Math.max(2, word.length / 2) ? best : "";
};
const meant = (word, words) => {
  const near = nearest(word, words);
  return near ? `did you mean "${near}"?` : `known: ${[...words].join(", ")}.`;
};

/** Every element of the page in its order, those in other open shadow roots too; no forms, whose fields hide what elements have. */
const all = (root) => [...root.querySelectorAll(":not(form)")].flatMap((node) => [node, ...(node.shadowRoot && !isPlace(node) ? all(node.shadowRoot) : [])]);

// --- What the loader would ask for ---------------------------------------------------------------------------

const read = (host, name) => (host.getAttribute(`data-${name}`) ?? host.getAttribute(name))?.replace(QUOTES, "").trim();
const means = (value) => /^[a-z]{2,3}(-|$)/i.test(value ?? "");
const lookup = (wanted, offered) => {
  for (let range = wanted.toLowerCase(); range; range = range.slice(0, Math.max(0, range.lastIndexOf("-")))) {
    const found = offered.find((language) => language.toLowerCase() === range);
    if (found) return found;
  }
};
const languageOf = (host, offered) => {
  const own = read(host, "lang");
  if (means(own)) return lookup(own, offered);
  for (let node = host.parentElement ?? host.getRootNode().host; node; node = node.parentElement ?? node.getRootNode().host) {
    if (means(node.getAttribute("lang"))) return lookup(node.getAttribute("lang"), offered);
  }
};
const addressOf = (host, { base, languages, script }) => {
  const query = [];
  for (const [name, isFlag] of Object.entries(widgets[kindOf(host)].attributes)) {
    let value = name === "lang" ? languageOf(host, languages) : read(host, name);
    if (name === "site") value ||= script?.dataset.site;
    if (isFlag && value === "") value = 1;
    if (value) query.push(`${name}=${encodeURIComponent(value)}`);
  }
  return `${base}/partials/${kindOf(host)}${query.length ? "?" : ""}${query.join("&")}`;
};

// --- What becomes of it --------------------------------------------------------------------------------------

const ask = (address, options) =>
  fetch(address, { credentials: "same-origin", referrerPolicy: "strict-origin", signal: AbortSignal.timeout(WAIT), ...options });
const answers = (address) => ask(address, { mode: "no-cors", cache: "no-store" }).then(() => true, () => false);
const readable = (address) => ask(address, { cache: "no-store" }).then(() => true, () => false);

/** The answer to a request of a widget; where there is none that the page may read, why. */
const probe = async (address, base, cache) => {
  let policy = false;
  const { origin } = new URL(base);
  const violated = (event) => (policy ||= event.effectiveDirective === "connect-src" && event.blockedURI.startsWith(origin));
  document.addEventListener("securitypolicyviolation", violated);
  try {
    const response = await ask(address, { cache });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    await new Promise((go) => setTimeout(go)); // the policy's own event comes a task later
    if (policy) return { why: "policy" };
    if (error.name === "TimeoutError") return { why: "slow" };
    // A page that may not read this one, but what belongs to no site, is not among the site's origins.
    if (await answers(address)) return { why: (await readable(`${base}/partials/check?site=-`)) ? "origin" : "headers" };
    return { why: (await answers(`${base}/embed.js`)) ? "blocked" : "down" };
  } finally {
    document.removeEventListener("securitypolicyviolation", violated);
  }
};

const WHY = {
  policy: (base) => ["The page's Content-Security-Policy does not let widgets ask the library for their content.", `connect-src ${new URL(base).origin}`],
  slow: () => [`The library did not answer within ${WAIT / 1000} seconds; nothing on this page is wrong.`],
  origin: (base, site) => [
    `The library does not let pages of ${location.origin} show the site "${site}": whoever runs the library can add the address.`,
    `# sites/${site}.toml\norigins = ["${location.origin}"]`,
  ],
  headers: () => ["The library answers, but a proxy before it drops the header that lets pages read the answer.", "Access-Control-Allow-Origin: *"],
  blocked: (base) => [`Something stops requests to ${base}/partials/, such as an ad blocker or a firewall: try without it.`],
  down: (base) => [`The library at ${base} cannot be reached at the moment; nothing on this page is wrong.`],
};

const content = ({ why, status, text }, host, { base, script }) => {
  if (why) return WHY[why](base, read(host, "site") || script?.dataset.site || "default");
  if ([400, 404, 410, 414].includes(status)) {
    const [, near] = text.match(/did you mean ([\w-]+)/) ?? [];
    const like = near ? `${text.split(":")[0]}="${near}"` : text.match(/like ([\w-]+="[^"]*")/)?.[1];
    return [`The library says: ${text.trim()}`, like];
  }
  if (status !== 200) return [`The library answers with an error (${status}); nothing on this page is wrong.`];
  const whole = text.startsWith(opening) && text.trimEnd().endsWith(closing);
  return whole ? null : ["What came is not the library's own answer, but a login page, or one that a proxy has rewritten without its comments."];
};

// --- The page ------------------------------------------------------------------------------------------------

function* scripts(runs) {
  const [{ base, script }] = runs;
  const tag = `<script async crossorigin referrerpolicy="strict-origin" src="${base}/embed.js"></script>`;
  const taken = kinds.filter((kind) => !customElements.get(tagOf(kind)).version);
  const defined = kinds.map((kind) => customElements.get(tagOf(kind)).version).filter(Boolean);
  const versions = [...new Set([...runs.map((run) => run.version), ...defined])].sort();
  if (versions.length > 1) yield [`Two versions of the script are on this page (${versions.join(" and ")}): keep one.`, tag];
  else if (runs.length > 1) yield [`The script is on this page ${runs.length} times: once is enough.`, tag];
  for (const kind of taken) yield [`Another script has taken the name ${tagOf(kind)} on this page: name the widget on a div.`, exampleOnDiv(kind)];
  const lacks = [!script?.async && !script?.defer && "async", script?.crossOrigin === null && "crossorigin"].filter((one) => script?.src && one);
  if (lacks.length) yield [`The script tag lacks ${lacks.join(" and ")}: the page, or the widgets' content, waits longer than it must.`, tag];
  if (location.protocol === "https:" && base.startsWith("http:")) {
    yield [`This page is https, the library calls itself ${base}: browsers block that.`, `HEALTH_WIDGETS_PUBLIC_URL=${base.replace("http", "https")}`];
  }
  const { widget: kind, target } = script?.dataset ?? {};
  if (kind && !widgets[kind]) yield [`data-widget="${kind}" is no widget; ${meant(kind, kinds)}`, `data-widget="${nearest(kind, kinds) || kinds[0]}"`, script];
  else if (target && !document.getElementById(target)) yield [`data-target="${target}" on the script is the id of no element.`, "", script];
  else if (kind && !target && script.closest("head")) yield ["A script in the head shows no widget: put the element where it shall stand.", example(kind), script];
}

function* page(nodes, { languages }) {
  const { lang } = document.documentElement;
  if (!lang) yield ["The page does not say its language: widgets speak the site's own, and screen readers guess.", '<html lang="en">'];
  else if (!means(lang)) yield [`lang="${lang}" on the page is no language code.`, '<html lang="en">'];
  else if (!lookup(lang, languages)) yield [`The page's language is "${lang}"; the library offers ${languages.join(", ")}, and widgets speak the site's own.`];
  for (const node of nodes.filter((one) => isPlace(one) && !isWidget(one) && !customElements.get(one.localName))) {
    const [kind, near] = [kindOf(node), nearest(kindOf(node), kinds) || kinds[0]];
    if (node.dataset.healthWidget === undefined) yield [`<${node.localName}> is no widget; ${meant(node.localName, tags)}`, example(near), node];
    else yield [`data-health-widget="${kind}" is no widget; ${meant(kind, kinds)}`, `data-health-widget="${near}"`, node];
  }
  if (!nodes.some(isPlace)) yield ["The script is on this page, but no widget: paste an element where one shall stand.", example(kinds[0])];
}

function* headings(nodes) {
  let before = 0;
  for (const node of nodes) {
    if (isWidget(node)) {
      const level = Number(read(node, "heading-level")) || 2;
      const right = Math.max(2, before + 1);
      const says = `The widget's heading has level ${level} after one of level ${before}: a level is skipped.`;
      if (before && level > right) yield [says, `heading-level="${right}"`, node];
      before = level;
    } else if (/^h[1-6]$/.test(node.localName) && inView(node) && !node.closest(tags)) before = Number(node.localName[1]);
  }
}

// --- A widget ------------------------------------------------------------------------------------------------

function* attributes(host, { languages }) {
  const known = [...Object.keys(widgets[kindOf(host)].attributes), ...Object.keys(values)];
  const isMistyped = (name, bare) => (bare === name ? !FREE.test(name) && !GLOBAL.test(name) : distance(bare, nearest(bare, known)) <= 2);
  const quoted = [...host.attributes].find(({ name, value }) => (name + value).match(QUOTES));
  if (quoted) yield ["Typographic quotes are no quotes in HTML: write straight ones.", `${quoted.name}="${quoted.value.replace(QUOTES, "")}"`];
  for (const { name, value } of quoted ? [] : host.attributes) {
    const bare = name.replace(/^data-/, "");
    if (known.includes(bare) || bare === "health-widget" || !isMistyped(name, bare)) continue;
    const near = nearest(bare, known);
    yield [`The attribute "${name}" is not known; ${meant(bare, known)}`, near && `${near}="${value}"`];
  }
  for (const [name, allowed] of Object.entries(values)) {
    const value = read(host, name);
    const right = value && !allowed.includes(value) && (nearest(value, allowed) || allowed[0]);
    if (right) yield [`${name}="${value}" is not known; allowed: ${allowed.join(", ")}.`, `${name}="${right}"`];
  }
  const lang = read(host, "lang");
  const isOffered = !lang || (means(lang) && lookup(lang, languages));
  if (!isOffered) yield [`The library does not offer lang="${lang}"; it offers ${languages.join(", ")}.`, `lang="${languages[0]}"`];
}

/** What stands inside the element: what readers see where no script runs, or the library is down. */
function* fallback(host, { base }) {
  const tag = tagOf(kindOf(host));
  const inside = (selector) => host.shadowRoot?.querySelector(selector);
  const article = read(host, "article");
  const link = inside("[part=link]")?.href ?? (article ? `${base}/articles/${article}` : `${base}/`);
  const urgent = inside(".emergency")?.textContent.trim().replace(/\s+/g, " ");
  const numbers = urgent?.match(/\d{2,}/g) ?? [];
  if (host.querySelector(`main, section, nav, footer, h1, h2, h3, h4, h5, h6, ${tags}`)) {
    yield [`<${tag}> is not closed, so that the page below stands inside it: "/>" ends no element.`, `${shown(host)}…</${tag}>`];
  } else if (!host.querySelector("a[href]")) {
    const words = inside(".title")?.textContent ?? "Health library";
    yield ["The element has no link inside: without JavaScript, or while the library is down, readers see nothing.", `<a href="${link}">${words}</a>`];
  } else if (numbers.length && !numbers.some((number) => host.textContent.includes(number))) {
    yield ["The content begins with emergency words, the fallback inside the element has none: put them first.", `<strong>${urgent}</strong>`];
  }
}

function* placement(host) {
  const [kind, around] = [kindOf(host), host.parentElement?.closest("a[href], button, label, summary")];
  if (!host.shadowRoot && !HOLDERS.test(host.localName)) yield [`A <${host.localName}> cannot hold a widget: use a div.`, exampleOnDiv(kind)];
  else if (!host.shadowRoot) yield ["This place came when the script had looked for such places already: use the element.", example(kind)];
  if (around) yield [`The widget stands inside a <${around.localName}>, where its own links and buttons do not work: put it outside.`];
  let hidden = host;
  while (hidden && getComputedStyle(hidden).display !== "none") hidden = hidden.parentElement;
  if (hidden) yield [`${shown(hidden)} has "display: none", so that the widget is not in view: right only for a tab, or a part that opens.`];
  else if (host.getBoundingClientRect().width < 1) yield ["The widget has no width here: nothing of it is seen.", `${ruled(host)} { inline-size: 100%; }`];
  if (host.closest("[aria-hidden=true], [inert]")) yield ["What is around the widget is aria-hidden or inert: screen readers, or all, cannot use it."];
}

// --- Contrast ------------------------------------------------------------------------------------------------

const PAIRS = [[".hw", "text"], [".review, .disclaimer, .publisher", "muted"], [".title", "accent"], [".button", "on-accent"]];
const LEAST = 4.5, OURS = 7;
const brush = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
const rgba = (color) => {
  brush.clearRect(0, 0, 1, 1);
  brush.fillStyle = color;
  brush.fillRect(0, 0, 1, 1);
  return [...brush.getImageData(0, 0, 1, 1).data];
};
const luminance = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
  .reduce((sum, c, n) => sum + c * [0.2126, 0.7152, 0.0722][n], 0);
const ratio = (a, b) => (Math.max(luminance(a), luminance(b)) + 0.05) / (Math.min(luminance(a), luminance(b)) + 0.05);
const behind = (node) => {
  for (; node; node = node.parentElement ?? node.getRootNode().host) {
    const color = rgba(getComputedStyle(node).backgroundColor);
    if (color[3] === 255) return color;
  }
  return [255, 255, 255, 255];
};
const hex = ([r, g, b]) => `#${((r << 16) + (g << 8) + b).toString(16).padStart(6, "0")}`;
/** The colour, made darker or lighter until it has the library's own contrast, or the most there is. */
const mended = (color, back) => {
  const end = ratio([0, 0, 0], back) > ratio([255, 255, 255], back) ? 0 : 255;
  let mixed = color;
  for (let part = 0.02; ratio(mixed, back) < OURS && part <= 1; part += 0.02) mixed = color.map((c) => Math.round(c + (end - c) * part));
  return hex(mixed);
};

function* contrast(host) {
  if (matchMedia("(forced-colors: active)").matches || !inView(host)) return;
  for (const [selector, name] of PAIRS) {
    const node = host.shadowRoot?.querySelector(selector);
    if (!node) continue;
    const [color, back] = [rgba(getComputedStyle(node).color), behind(node)];
    const on = name === "on-accent" ? "accent" : "surface";
    const has = ratio(color, back);
    const what = `--health-${name} on --health-${on} has a contrast of ${has.toFixed(1)}:1 on this page`;
    const better = mended(color, back);
    const paste = better === hex(color) ? "" : `${ruled(host)} { --health-${name}: ${better}; }`;
    if (has < LEAST) yield [`${what}: WCAG asks for ${LEAST}:1 at least.`, paste];
    else if (has < OURS - 0.05) yield [`${what}: enough for WCAG AA, less than the library's own ${OURS}:1.`, paste];
  }
}
