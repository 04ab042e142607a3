/* The builder's copy buttons, and what a screen reader hears when the page has changed. htmx does the rest. */
(() => {
  const said = document.getElementById("said");
  document.documentElement.classList.add("scripted-page");

  const copied = async (field) => {
    field.focus();
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      return true;
    } catch {
      return document.execCommand("copy"); // plain http has no clipboard
    }
  };
  document.addEventListener("click", async ({ target }) => {
    const button = target.closest("[data-copy]");
    if (!button) return;
    const done = await copied(document.getElementById(button.dataset.copy));
    button.textContent = said.textContent = done ? "Copied" : "Press Ctrl+C to copy";
    button.focus();
  });
  document.addEventListener("htmx:after:swap", ({ detail }) => {
    const form = document.getElementById(detail.ctx.target?.id);
    said.textContent = form?.querySelector(".wrong") ? "" : form?.dataset.summary ?? ""; // what is wrong speaks for itself
    said.classList.remove("failed");
  });
  for (const name of ["htmx:error", "htmx:response:error"]) {
    document.addEventListener(name, ({ detail }) => {
      if (detail.ctx?.response?.status < 429) return; // those say on the page what is wrong
      said.textContent = "The library could not answer. Wait a moment, then choose again.";
      said.classList.add("failed");
    });
  }
})();
