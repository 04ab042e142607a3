/* Health library widgets: inside a frame. Tells the page around how high it is, in the words that WordPress listens for
 * too, and hands over the links that a sandbox does not let us follow. */
(() => {
  const secret = /[#?&]secret=(\w+)/.exec(location.hash)?.[1];
  const tell = (message, value) => parent.postMessage({ message, value, secret }, "*");
  const measure = () => tell("height", Math.ceil(document.documentElement.getBoundingClientRect().height));
  new ResizeObserver(measure).observe(document.documentElement);
  addEventListener("load", measure); // WordPress hides a frame until it speaks, and a hidden one's observer is not called
  addEventListener("message", ({ source }) => source === parent && measure());

  const sandboxed = origin === "null";
  for (const form of sandboxed ? document.querySelectorAll("form") : []) form.remove(); // a sandbox refuses to send it
  addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (link?.dataset.jump) {
      event.preventDefault();
      document.getElementById(link.dataset.jump)?.scrollIntoView();
    } else if (link?.target === "_self") {
      link.hash = location.hash; // the secret goes along
    } else if (link && secret) {
      event.preventDefault();
      tell("link", link.href);
    } else if (link && sandboxed) {
      link.target = "_blank"; // with allow-popups; the page around is out of reach
    }
  });
})();
