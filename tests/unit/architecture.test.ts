import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

/** Which folder may import which: section "Layout" of ARCHITECTURE, as rules over the import lines. */

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

interface Source {
  /** Relative to the repository, as in `src/nix/flake.ts`. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

interface Import {
  /** A path in the repository, or a package as it was written. */
  readonly to: string;
  /** Only types: nothing of it is there at run time. */
  readonly isType: boolean;
}

function sources(folder: string): Source[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return names
    .filter((name) => name.endsWith(".ts"))
    .map((name) => {
      const path = join(folder, name);
      const text = readFileSync(join(root, path), "utf8");
      return { path, text, imports: importsOf(path, text) };
    });
}

/** Imports, exports from elsewhere, and imports at run time; whatever their layout. */
function importsOf(path: string, text: string): Import[] {
  const statements = text.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?["']([^"']+)["']/gm);
  const calls = text.matchAll(/\bimport\(\s*["']([^"']+)["']\s*\)/g);
  return [
    ...[...statements].map(([statement, type, to = ""]) => ({
      to: whereTo(path, to),
      isType: type !== undefined || namesOnlyTypes(statement),
    })),
    ...[...calls].map(([, to = ""]) => ({ to: whereTo(path, to), isType: false })),
  ];
}

/** `{ type A, type B }`. */
function namesOnlyTypes(statement: string): boolean {
  const names =
    /\{([^}]*)\}/
      .exec(statement)?.[1]
      ?.split(",")
      .filter((name) => name.trim() !== "") ?? [];
  return names.length > 0 && names.every((name) => name.trim().startsWith("type "));
}

function whereTo(path: string, to: string): string {
  return to.startsWith(".") ? relative(root, resolve(root, dirname(path), to)) : to;
}

const src = sources("src");
const adapters = sources("adapters");
const all = [...src, ...adapters, ...sources("commands")];

/** Each broken rule as a line: who imports what. */
function breaches(
  files: readonly Source[],
  isForbidden: (imported: Import, file: Source) => boolean,
): string[] {
  return files.flatMap((file) =>
    file.imports
      .filter((imported) => isForbidden(imported, file))
      .map(({ to }) => `${file.path} imports ${to}`),
  );
}

const isIn = (path: string, ...folders: readonly string[]) =>
  folders.some((folder) => path.startsWith(`${folder}/`));
const isFile = (to: string) => isIn(to, "src", "adapters", "commands", "tests", "bench");

test("the import lines are read: every layout, types told from values", () => {
  const text = [
    'import { a } from "./a.ts";',
    'import type { B } from "../nix/b.ts";',
    'import { type C, type D } from "node:fs";',
    'import { type E, f } from "node:path";',
    'import {\n  g,\n  h,\n} from "execa";',
    'import "./side-effect.ts";',
    'import * as commands from "./commands.ts";',
    'export { i } from "./i.ts";',
    'export * from "./j.ts";',
    'const lazy = await import("node-ssh");',
    'const text = "import { x } from nowhere";',
  ].join("\n");
  assert.deepEqual(
    importsOf("src/chat/x.ts", text).map(({ to, isType }) => `${isType ? "type " : ""}${to}`),
    [
      "src/chat/a.ts",
      "type src/nix/b.ts",
      "type node:fs",
      "node:path",
      "execa",
      "src/chat/side-effect.ts",
      "src/chat/commands.ts",
      "src/chat/i.ts",
      "src/chat/j.ts",
      "node-ssh",
    ],
  );
  assert.equal(src.length > 50, true);
  assert.equal(all.flatMap((file) => file.imports).length > 200, true);
});

test("a package that only tests use is a development dependency, which production does not install", () => {
  const texts = ["src", "adapters", "commands"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(ts|js|css|html)$/.test(name))
      .map((name) => readFileSync(join(root, folder, name), "utf8")),
  );
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    dependencies: Readonly<Record<string, string>>;
  };
  assert.deepEqual(
    Object.keys(dependencies).filter((name) => !texts.some((text) => text.includes(name))),
    [],
  );
});

/** The composition roots: of the bot, and of the npm commands that need a surface or the commands. */
const roots: ReadonlySet<string> = new Set([
  "src/app.ts",
  "src/doctor-command.ts",
  "src/platform-commands.ts",
]);

test("src never imports adapters or commands, except the composition roots", () => {
  const others = src.filter(({ path }) => !roots.has(path));
  assert.deepEqual(
    breaches(others, ({ to }) => isIn(to, "adapters", "commands", "tests")),
    [],
  );
});

test("an adapter imports src/chat, its own folder and packages, and never a sibling", () => {
  const forbidden = ({ to }: Import, { path }: Source) => {
    const own = path.split("/").slice(0, 2).join("/");
    return isFile(to) && !isIn(to, "src/chat", own);
  };
  assert.deepEqual(breaches(adapters, forbidden), []);
});

test("what deploys never imports chat", () => {
  const engine = src.filter(({ path }) =>
    isIn(
      path,
      "src/deploy",
      "src/nix",
      "src/remote",
      "src/activation",
      "src/health",
      "src/fleet",
      "src/store",
      "src/config",
      "src/doctor",
      "src/troubles",
    ),
  );
  assert.deepEqual(
    breaches(engine, ({ to }) => isIn(to, "src/chat", "src/views")),
    [],
  );
});

test("only remote/ starts processes", () => {
  const starters = new Set([
    "execa",
    "node:child_process",
    "child_process",
    "node-ssh",
    "ssh2",
    "node:cluster",
  ]);
  const others = all.filter(({ path }) => !isIn(path, "src/remote"));
  assert.deepEqual(
    breaches(others, ({ to, isType }) => starters.has(to) && !isType),
    [],
  );
});

test("only config/ reads the environment, and main.ts hands it in", () => {
  const readers = all
    .filter(
      ({ path, text }) => !isIn(path, "src/config") && /\bprocess\.env\b|\bimport\.meta\.env\b/.test(text),
    )
    .map(({ path }) => path);
  assert.deepEqual(readers, ["src/main.ts"]);
});

test("pure files do no I/O: parsers, argv builders, the verdict, views, transitions", () => {
  const pure = src.filter(
    ({ path }) =>
      isIn(path, "src/nix", "src/views") ||
      [
        "src/health/verdict.ts",
        "src/health/snapshot.ts",
        "src/deploy/transitions.ts",
        "src/activation/plan.ts",
        "src/activation/state.ts",
        "src/chat/parse.ts",
        "src/chat/permissions.ts",
      ].includes(path),
  );
  assert.equal(pure.length > 12, true);
  const harmless = new Set(["node:util", "zod", "pretty-bytes", "ms", "shell-quote", "csv-stringify/sync"]);
  const isImpure = ({ to, isType }: Import) =>
    !isType &&
    (isFile(to) ? isIn(to, "src/store", "src/logs", "adapters") || shellFiles.has(to) : !harmless.has(to));
  assert.deepEqual(breaches(pure, isImpure), []);
  const clocks = pure.filter(({ text }) =>
    /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bfetch\(/.test(text),
  );
  assert.deepEqual(
    clocks.map(({ path }) => path),
    [],
  );
});

/** The files of remote/ that do something; the others only say how. */
const shellFiles: ReadonlySet<string> = new Set([
  "src/remote/local-shell.ts",
  "src/remote/ssh-shell.ts",
  "src/remote/ssh-command.ts",
  "src/remote/shells.ts",
  "src/remote/known-hosts.ts",
]);

test("time is an argument: only config/clock.ts reads the clock, and waiting goes through it", () => {
  const engine = src.filter(({ path }) => !isIn(path, "src/remote", "src/config") && path !== "src/main.ts");
  const readers = engine.filter(({ text }) =>
    /\bDate\.now\(|\bnew Date\(\)|\bsetTimeout\(|\bsetInterval\(/.test(text),
  );
  assert.deepEqual(
    readers.map(({ path }) => path),
    [],
  );
});

test("no two files import each other in a circle", () => {
  const byPath = new Map(src.map((file) => [file.path, file]));
  const done = new Set<string>();
  const circles: string[] = [];
  function visit(path: string, trail: readonly string[]): void {
    if (trail.includes(path)) {
      circles.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
    } else if (!done.has(path)) {
      for (const { to, isType } of byPath.get(path)?.imports ?? []) {
        if (!isType && byPath.has(to)) {
          visit(to, [...trail, path]);
        }
      }
      done.add(path);
    }
  }
  for (const { path } of src) {
    visit(path, []);
  }
  assert.deepEqual(circles, []);
});

test("names: kebab-case files, and no default exports", () => {
  assert.deepEqual(
    all.map(({ path }) => path).filter((path) => !/^[a-z0-9-]+(\/[a-z0-9-]+)*\.ts$/.test(path)),
    [],
  );
  assert.deepEqual(
    all.filter(({ text }) => /^export default/m.test(text)).map(({ path }) => path),
    [],
  );
});
