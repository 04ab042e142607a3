/* Health library widgets: HTML -> a document, for browsers without Document.parseHTML (WebKit). The nodes of such a document
 * run no script; what could run once they are in the page is taken out. */
const policy = window.trustedTypes?.createPolicy("health-widgets", { createHTML: (text) => text }); // once: each policy lives as long as its page

export default (html) => {
  const parsed = new DOMParser().parseFromString(policy?.createHTML(html) ?? html, "text/html");
  for (const node of parsed.querySelectorAll("script, style, iframe, object, embed, base")) node.remove();
  for (const node of parsed.querySelectorAll("*")) {
    for (const name of node.getAttributeNames()) {
      if (/^(on|style$)/.test(name) || /^\s*javascript:/i.test(node.getAttribute(name))) node.removeAttribute(name);
    }
  }
  return parsed;
};
