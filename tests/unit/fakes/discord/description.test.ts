import assert from "node:assert/strict";
import { test } from "node:test";
import { createValidator } from "../../../fakes/discord/validate.ts";
import type { Fields } from "../../../fakes/slack/json.ts";
import { button, container, display, modal, named, row } from "./bodies.ts";

const validator = createValidator();
const at = (operation: string, body: unknown, query = {}) =>
  validator.check(operation, body, query).map((it) => it.at.join("."));

test("the description of the API is looked at with each component by its type", () => {
  const post = (...components: Fields[]) => at("create_message", { components });
  assert.deepEqual(post(row(button()), container(display("x"), row(button()))), []);
  assert.deepEqual(post(row(button({ label: 5 }))), ["components.0.components.0.label"]);
  assert.deepEqual(post(row(button({ style: 9 }))), ["components.0.components.0.style"]);
  assert.deepEqual(post(container(row(button({ url: "no address" })))), [
    "components.0.components.0.components.0.url",
  ]);
  assert.deepEqual(post({ type: 99 }), ["components.0.type"]);
  assert.deepEqual(post({ type: 9, components: [display("x")] }), ["components.0.accessory"]);
  assert.deepEqual(post({}), ["components.0.type"]);
});

test("the description of the API is looked at for every kind of response, and for queries", () => {
  const respond = (body: object) => at("create_interaction_response", body);
  assert.deepEqual(respond({ type: 9, data: modal() }), []);
  assert.deepEqual(respond({ type: 9, data: { custom_id: "x", title: "x" } }), ["data.components"]);
  assert.deepEqual(respond({ type: 8, data: { choices: [] } }), []);
  assert.deepEqual(respond({ type: 4, data: { content: 5 } }), ["data.content"]);
  assert.deepEqual(respond({ type: 3 }), ["type"]);
  assert.deepEqual(at("list_messages", undefined, { limit: "5", before: "12" }), []);
  assert.deepEqual(at("list_messages", undefined, { limit: "0", before: "x" }), ["before", "limit"]);
  assert.deepEqual(
    at("bulk_set_guild_application_commands", [named("x", { default_member_permissions: "8" })]),
    [],
  );
  assert.deepEqual(at("update_channel", { archived: "yes" }), ["archived"]);
});
