/* Health library widgets: for the page around an <iframe src=".../frame/...">. Gives the frame the height it asks for. */
(() => {
  const frames = () => document.querySelectorAll(`iframe[src^="${BASE}/frame/"]`);
  addEventListener("message", ({ source, origin, data }) => {
    if (data?.message !== "height" || (origin !== new URL(BASE).origin && origin !== "null")) return; // a sandboxed frame's is "null"
    for (const frame of frames()) {
      if (frame.contentWindow !== source) continue;
      const edge = getComputedStyle(frame).boxSizing === "border-box" ? frame.offsetHeight - frame.clientHeight : 0;
      frame.style.blockSize = `${Math.min(Math.max(Number(data.value) || 0, 60), 20000) + edge}px`;
    }
  });
  for (const frame of frames()) frame.contentWindow.postMessage("height", "*"); // those that told it before this script came
})();
