const order = ["auto", "light", "dark"];

/** `auto` is what the system says. */
export function theme() {
  return document.documentElement.dataset.theme ?? "auto";
}

export function nextTheme() {
  const next = order[(order.indexOf(theme()) + 1) % order.length];
  if (next === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  try {
    if (next === "auto") localStorage.removeItem("switchyard.theme");
    else localStorage.setItem("switchyard.theme", next);
  } catch {
    // Without storage it holds until the page is closed.
  }
}
