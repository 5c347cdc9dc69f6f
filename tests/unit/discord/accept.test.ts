import assert from "node:assert/strict";
import { test } from "node:test";
import { interactionDelivery, placeOf } from "../../../adapters/discord/accept.ts";

const handle = { id: "1", token: "t" };
const who = { user: "2", name: "ada", guild: "3", roles: [] };

test("an answer fills what a command had deferred, and never the card that was clicked", () => {
  const filled = (input: Parameters<typeof interactionDelivery>[0]) => {
    const place = placeOf(JSON.parse(JSON.stringify(interactionDelivery(input).answerTo)));
    return place !== null && "handle" in place ? place.fills : null;
  };
  assert.equal(filled({ kind: "command", name: "deploy", options: {}, handle, who }), true);
  assert.equal(filled({ kind: "click", customId: "x", handle, who }), false);
  assert.equal(filled({ kind: "form", customId: "x", values: {}, handle, who }), false);
});
