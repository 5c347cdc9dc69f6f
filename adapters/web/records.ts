import { Hono } from "hono";
import { z } from "zod";
import { type DeploymentFilter, type Desk, outcomes } from "../../src/chat/desk.ts";
import { places } from "./bounded.ts";
import { errorAnswer } from "./errors.ts";
import { logAnswer } from "./log.ts";
import type { Deployment, WebContext, WebEnv, WebOptions } from "./types.ts";

const listSchema = z.object({
  host: z.string().min(1).max(255).optional(),
  outcome: z.enum([...outcomes, "open"]).optional(),
  who: z.string().min(1).max(255).optional(),
  since: z.iso.datetime().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  /** The page asks for the runs too, to show what was typed. */
  runs: z.literal("1").optional(),
});

const suggested = ["host", "hosts", "generation", "deployment", "ref", "command", "text", "integer"] as const;
/** What is being typed: `host` is the one named before it. */
const suggestSchema = z.object({
  of: z.enum(suggested),
  typed: z.string().max(200).default(""),
  host: z.string().min(1).max(255).nullable().default(null),
});

export const isDeploymentId = (id: string): boolean => /^d-\d{8}-[0-9a-f]{4}$/.test(id);
export const isRunId = (id: string): boolean => /^r-\d{8}-[0-9a-f]{4}$/.test(id);

/** What can be read: deployments, runs, logs, hosts, and what may be typed. */
export function recordRoutes({ desk, log }: Pick<WebOptions, "desk" | "log">): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const openLogs = places();

  app.get("/deployments", async (c) => {
    const query = listSchema.safeParse(c.req.query());
    if (!query.success) {
      return errorAnswer(
        c,
        400,
        "bad-query",
        "host, outcome, who, since or limit cannot be read.",
        "limit is a number from 1 to 500, since a time such as 2026-11-23T07:41:00Z.",
      );
    }
    const { runs, ...filter } = query.data;
    const found = await desk.deployments(given(filter));
    const deployments = found.map((deployment) => withCard(desk, deployment));
    if (runs === undefined) return c.json({ deployments });
    const ids = [...new Set(found.map((deployment) => deployment.run))];
    const known = await Promise.all(ids.map((id) => runWithCard(desk, id)));
    return c.json({ deployments, runs: known.flatMap((one) => (one === undefined ? [] : [one.run])) });
  });

  app.get("/deployments/:id", async (c) => {
    const id = c.req.param("id");
    const deployment = isDeploymentId(id) ? await desk.deployment(id) : undefined;
    return deployment === undefined ? unknownId(c, "deployment") : c.json(withCard(desk, deployment));
  });

  app.get("/deployments/:id/log", async (c) => {
    const id = c.req.param("id");
    const answer = isDeploymentId(id) ? await logAnswer(c, desk, id, log, openLogs) : undefined;
    return answer ?? unknownId(c, "deployment");
  });

  app.get("/runs/:id", async (c) => {
    const id = c.req.param("id");
    const found = isRunId(id) ? await runWithCard(desk, id) : undefined;
    return found === undefined ? unknownId(c, "run") : c.json(found);
  });

  app.get("/hosts", async (c) => c.json(await desk.hosts()));

  app.get("/suggest", async (c) => {
    const query = suggestSchema.safeParse(c.req.query());
    if (!query.success) {
      return errorAnswer(c, 400, "bad-query", "of cannot be read.", `It is one of ${suggested.join(", ")}.`);
    }
    return c.json({ suggestions: await desk.suggest(query.data, c.var.who) });
  });

  return app;
}

type Optional<T> = { [Key in keyof T]: T[Key] | undefined };

/** A filter says nothing of what it leaves out. */
function given({ limit, ...rest }: Optional<DeploymentFilter> & { limit: number }): DeploymentFilter {
  return { ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)), limit };
}

/** The baseline holds every unit of the host: too much for a list, and of use to nobody but the bot itself. */
export function publicRecord(deployment: Deployment): Omit<Deployment, "baseline"> {
  const { baseline: _, ...record } = deployment;
  return record;
}

function withCard(desk: Desk, deployment: Deployment) {
  return { ...publicRecord(deployment), card: desk.card(deployment) };
}

async function runWithCard(desk: Desk, id: string) {
  const found = await desk.run(id);
  if (found === undefined) return undefined;
  return {
    run: { ...found.run, card: desk.runCard(found.run, found.deployments) },
    deployments: found.deployments.map((deployment) => withCard(desk, deployment)),
  };
}

export function unknownId(c: WebContext, what: "deployment" | "run"): Response {
  return errorAnswer(
    c,
    404,
    "unknown-id",
    `There is no such ${what}.`,
    "See GET /api/deployments, or /history.",
  );
}
