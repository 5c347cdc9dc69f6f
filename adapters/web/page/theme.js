// Not a module: it has to run before the page is first painted, or a chosen theme would flash.
try {
  const chosen = localStorage.getItem("switchyard.theme");
  if (chosen !== null) document.documentElement.dataset.theme = chosen;
} catch {
  // Without storage (private windows) the system's theme is used.
}
