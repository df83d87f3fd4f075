// Keeps the address that people copy clean: pages link to folder/index.html so that they work from a disk,
// but on a server the folder is the address to cite.
if (location.protocol !== "file:" && location.pathname.endsWith("/index.html")) {
  const clean = location.pathname.slice(0, -"index.html".length);
  history.replaceState(history.state, "", clean + location.search + location.hash);
}

// A table that is wider than the screen moves sideways; the keyboard must reach it to move it.
for (const frame of document.querySelectorAll(".table-scroll")) {
  const reachable = () => {
    const wide = frame.scrollWidth > frame.clientWidth;
    frame.toggleAttribute("tabindex", wide);
    if (wide) frame.tabIndex = 0;
  };
  frame.setAttribute("role", "group");
  frame.setAttribute("aria-label", frame.querySelector("caption")?.textContent ?? document.body.dataset.table);
  new ResizeObserver(reachable).observe(frame);
}
