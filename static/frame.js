/* Health library widgets: for the page around an <iframe src=".../frame/...">. Gives the frame the height it asks for. */
addEventListener("message", ({ source, origin, data }) => {
  if (data?.message !== "height" || (origin !== new URL(BASE).origin && origin !== "null")) return; // a sandboxed frame's is "null"
  for (const frame of document.querySelectorAll(`iframe[src^="${BASE}/frame/"]`)) {
    if (frame.contentWindow === source) frame.style.blockSize = `${Math.min(Math.max(Number(data.value) || 0, 60), 20000)}px`;
  }
});
