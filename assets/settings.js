// Before the first paint: what the reader chose (assets/settings-panel.js). Kept small, since the page waits for it.
(function () {
  const root = document.documentElement;
  let chosen = {};
  try {
    chosen = JSON.parse(localStorage.getItem("edition.settings")) ?? {};
  } catch {
    // the reader keeps no such things
  }
  for (const name of ["theme", "size", "notes", "keys"]) if (chosen[name]) root.dataset[name] = chosen[name];
  root.dataset.script = "";
})();
