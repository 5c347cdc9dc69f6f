import type { Route, Routes } from "./api.ts";

export interface Found {
  readonly operation: string;
  readonly route: Route;
  readonly params: Record<string, string>;
}

/** Finds the route of a path; words win over variables, as in `/messages/@original`. */
export function router(routes: Routes): (method: string, path: string) => Found | undefined {
  const all = Object.entries(routes)
    .map(([operation, route]) => ({ operation, route, parts: route.path.split("/") }))
    .sort((a, b) => variables(a.parts) - variables(b.parts));

  return (method, path) => {
    const given = path.split("/").map(decodeURIComponent);
    for (const { operation, route, parts } of all) {
      const params = route.method === method ? match(parts, given) : undefined;
      if (params !== undefined) {
        return { operation, route, params };
      }
    }
    return undefined;
  };
}

const variables = (parts: readonly string[]) => parts.filter((it) => it.startsWith("{")).length;

function match(parts: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  if (parts.length !== given.length) {
    return undefined;
  }
  const params: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const value = given[index] ?? "";
    const name = /^\{(.+)\}$/.exec(part)?.[1];
    if (name === undefined ? part !== value : value === "") {
      return undefined;
    }
    if (name !== undefined) {
      params[name] = value;
    }
  }
  return params;
}
