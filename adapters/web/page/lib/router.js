/** The page's addresses: each can be bookmarked, sent to somebody, and loaded again. */
const routes = [
  ["console", /^\/(?:r\/(?<run>r-\d{8}-[0-9a-f]{4}))?$/],
  ["deployment", /^\/d\/(?<id>d-\d{8}-[0-9a-f]{4})$/],
  ["history", /^\/history$/],
  ["status", /^\/status(?:\/(?<host>[^/]+))?$/],
  ["hosts", /^\/hosts$/],
  ["health", /^\/health(?:\/(?<host>[^/]+))?$/],
  ["stats", /^\/stats(?:\/(?<host>[^/]+))?$/],
  ["help", /^\/help$/],
];

/** Where an address leads: the name of a page, what its path names, and its query. */
export function placeOf(url) {
  const { pathname, searchParams } = new URL(url, location.href);
  for (const [name, pattern] of routes) {
    const found = pattern.exec(pathname);
    if (found !== null) {
      const named = Object.entries(found.groups ?? {}).filter(([, value]) => value !== undefined);
      const names = Object.fromEntries(named.map(([key, value]) => [key, decodeURIComponent(value)]));
      return { name, ...names, query: searchParams, path: pathname };
    }
  }
  return { name: "nowhere", query: searchParams, path: pathname };
}

let arrived = () => {};

export function onArrival(callback) {
  arrived = callback;
  addEventListener("popstate", () => arrived(placeOf(location.href)));
  addEventListener("click", followLink);
}

export function go(path, { replaces = false } = {}) {
  if (replaces) history.replaceState(null, "", path);
  else if (new URL(path, location.href).href !== location.href) history.pushState(null, "", path);
  arrived(placeOf(location.href));
}

/** A plain click on a link of our own pages stays on this page; one with a key held is the browser's affair. */
function followLink(event) {
  const link = event.target.closest?.("a[href]");
  const isPlain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  if (!link || !isPlain || event.defaultPrevented || link.target !== "" || link.hasAttribute("download"))
    return;
  if (link.origin !== location.origin || placeOf(link.href).name === "nowhere") return;
  event.preventDefault();
  go(link.href);
}
