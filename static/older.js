/* Health library widgets: HTML -> a document, for browsers without Document.parseHTML (WebKit, and all that is older). The nodes of
 * such a document run no script; what could run once they are in the page is taken out. A partial brings the colours of older.css
 * as well, which the server puts in the place of COLOURS. */
const policy = window.trustedTypes?.createPolicy("health-widgets", { createHTML: (text) => text }); // once: each policy lives as long as its page

export default (html) => {
  const parsed = new DOMParser().parseFromString(policy?.createHTML(html) ?? html, "text/html");
  const inside = parsed.querySelector("template")?.content ?? parsed; // htmx wraps what it parses
  for (const node of inside.querySelectorAll("script, style, iframe, object, embed, base")) node.remove();
  for (const node of inside.querySelectorAll("*")) {
    for (const name of node.getAttributeNames()) {
      if (/^(on|style$)/.test(name) || /^\s*javascript:/i.test(node.getAttribute(name))) node.removeAttribute(name);
    }
  }
  const partial = inside.querySelector(".hw");
  if (partial) partial.dataset.css = COLOURS + (partial.dataset.css ?? "");
  return parsed;
};
