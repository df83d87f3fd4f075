// Keeps the address that people copy clean: pages link to folder/index.html so that they work from a disk,
// but on a server the folder is the address to cite.
if (location.protocol !== "file:" && location.pathname.endsWith("/index.html")) {
  const clean = location.pathname.slice(0, -"index.html".length);
  history.replaceState(history.state, "", clean + location.search + location.hash);
}

// What is wider than the screen moves sideways in a frame; the keyboard must reach the frame to move it.
for (const frame of document.querySelectorAll(".table-scroll, pre")) {
  const label = frame.querySelector("caption")?.textContent ?? document.body.dataset.table;
  const reach = { tabindex: "0", role: "group", "aria-label": label };
  new ResizeObserver(() => {
    const wide = frame.scrollWidth > frame.clientWidth;
    for (const [name, value] of Object.entries(reach)) {
      if (wide) frame.setAttribute(name, value);
      else frame.removeAttribute(name);
    }
  }).observe(frame);
}
