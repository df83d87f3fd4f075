// Keeps the address that people copy clean: pages link to folder/index.html so that they work from a disk,
// but on a server the folder is the address to cite.
if (location.protocol !== "file:" && location.pathname.endsWith("/index.html")) {
  const clean = location.pathname.slice(0, -"index.html".length);
  history.replaceState(history.state, "", clean + location.search + location.hash);
}
