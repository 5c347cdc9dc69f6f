import assert from "node:assert/strict";
import { chmod, mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { scratchDirectory } from "../../fakes/scratch.ts";

const rehearsal = join(import.meta.dirname, "../../rehearsal");

/** Runs a module's code as a person's shell with a strict umask starts it. */
const underStrictUmask = (code: string) =>
  execa("sh", ["-c", 'umask 077 && exec "$0" --input-type=module -e "$1"', process.execPath, code]);

test("a machine's tree is readable for its users, also from a clone and a shell with a strict umask", async (t) => {
  const dir = await scratchDirectory(t);
  const from = join(dir, "clone");
  await mkdir(join(from, "etc/ssh"), { recursive: true });
  await writeFile(join(from, "etc/ssh/settings.conf"), "");
  await writeFile(join(from, "etc/start"), "");
  await chmod(join(from, "etc/start"), 0o700);
  await chmod(join(from, "etc/ssh/settings.conf"), 0o600);
  for (const folder of ["etc/ssh", "etc", "."]) await chmod(join(from, folder), 0o700);

  const [to, made] = [join(dir, "machine"), join(dir, "made/by/node")];
  await underStrictUmask(`
    import { mkdir } from "node:fs/promises";
    import "${rehearsal}/fleet.ts";
    import { copyTree } from "${rehearsal}/trees.ts";
    import { must } from "${rehearsal}/run.ts";
    await mkdir("${made}", { recursive: true });
    await copyTree("${from}", "${to}");
    await must("make a folder", ["mkdir", "${to}/var"]);
  `);

  const modes = await Promise.all(
    [to, ...(await readdir(to, { recursive: true })).map((name) => join(to, name)), made].map(
      async (path) => [path.slice(dir.length), ((await stat(path)).mode & 0o777).toString(8)] as const,
    ),
  );
  assert.deepEqual(Object.fromEntries(modes), {
    "/machine": "755",
    "/machine/etc": "755",
    "/machine/etc/ssh": "755",
    "/machine/etc/ssh/settings.conf": "644",
    "/machine/etc/start": "755",
    "/machine/var": "755",
    "/made/by/node": "755",
  });
});

test("a tree that an earlier run made under a strict umask is not used", async (t) => {
  const dir = await scratchDirectory(t);
  const { isReadableTree } = await import("../../rehearsal/trees.ts");
  await chmod(dir, 0o755);
  assert.equal(await isReadableTree(dir), true);
  await chmod(dir, 0o700);
  assert.equal(await isReadableTree(dir), false);
});
