import type { ErrorObject, ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { fixture } from "../../fixtures/read.ts";
import { type Fields, fieldsOf, isFields, listOf, textOf } from "../slack/json.ts";
import type { Problem } from "./api.ts";

export interface Validator {
  /** What Discord's own description of its API has against this body and this query. */
  check(operation: string, body: unknown, query: Readonly<Record<string, string>>): readonly Problem[];
  /** The same for something that has a name there, such as MessageResponse. */
  checkAs(schema: string, value: unknown): readonly Problem[];
}

let known: Validator | undefined;

/** One for all, as the description is large. */
export function createValidator(): Validator {
  known ??= validatorOf(fixture("discord/openapi.json"));
  return known;
}

/** What checks by this description; the tests' own part of it, or all of it. */
export function validatorOf(all: Fields): Validator {
  const description = prepared(all);
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false });
  formats.default(ajv);
  for (const name of ["snowflake", "nonce"]) {
    ajv.addFormat(name, true);
  }
  ajv.addSchema(description, "discord");
  const operations = operationsIn(description);
  const compiled = new Map<string, ValidateFunction>();

  function problemsOf(pointer: string, value: unknown, prefix: readonly string[] = []): Problem[] {
    const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `discord#${pointer}` });
    compiled.set(pointer, validate);
    return validate(value) ? [] : problemsIn(validate.errors ?? [], prefix);
  }

  return {
    check(operation, body, query) {
      const found = operations.get(operation);
      const inQuery = (found?.parameters ?? []).flatMap(({ name, type, pointer }) => {
        const value = query[name];
        return value === undefined ? [] : problemsOf(pointer, asType(type, value), [name]);
      });
      const named = better[operation];
      const pointer = named === undefined ? found?.body : `/components/schemas/${named}`;
      return pointer === undefined ? inQuery : [...inQuery, ...problemsOf(pointer, body ?? {})];
    },
    checkAs: (schema, value) => problemsOf(`/components/schemas/${schema}`, value),
  };
}

/** Where the description takes one of several bodies, and this fake knows which one is meant. */
const better: Record<string, string> = {
  update_channel: "UpdateThreadRequestPartial",
  execute_webhook: "IncomingWebhookRequestPartial",
};

interface Operation {
  /** A JSON pointer to the schema. */
  readonly body: string | undefined;
  readonly parameters: readonly { name: string; type: unknown; pointer: string }[];
}

const escaped = (key: string) => encodeURIComponent(key.replaceAll("~", "~0").replaceAll("/", "~1"));

function operationsIn(description: Fields): Map<string, Operation> {
  const found = new Map<string, Operation>();
  for (const [path, methods] of Object.entries(fieldsOf(description["paths"]))) {
    for (const [method, it] of Object.entries(fieldsOf(methods))) {
      const { operationId, requestBody, parameters } = fieldsOf(it);
      const at = `/paths/${escaped(path)}/${method}`;
      const json = fieldsOf(fieldsOf(requestBody)["content"])["application/json"];
      found.set(String(operationId), {
        body: isFields(json) ? `${at}/requestBody/content/application~1json/schema` : undefined,
        parameters: listOf(parameters).flatMap((parameter, index) => {
          const { name, in: place, schema } = fieldsOf(parameter);
          const pointer = `${at}/parameters/${index}/schema`;
          const type = fieldsOf(schema)["type"];
          return place === "query" ? [{ name: String(name), type, pointer }] : [];
        }),
      });
    }
  }
  return found;
}

/** A query has texts only. */
function asType(type: unknown, text: string): unknown {
  if (type === "integer") {
    return Number(text);
  }
  return type === "boolean" && ["true", "false"].includes(text) ? text === "true" : text;
}

/**
 * The description as Ajv can use it: what has a `type` is told apart by it, so that an error names the one that was
 * meant; a choice of constants is one choice; and permissions may be texts, as Discord takes them and discord.js
 * sends them.
 */
function prepared(description: Fields): Fields {
  const schemas = fieldsOf(fieldsOf(description["components"])["schemas"]);

  /** The values of `type` that one alternative takes. */
  function typesOf(ref: unknown): unknown[] {
    const name = textOf(fieldsOf(ref)["$ref"])?.replace("#/components/schemas/", "") ?? "";
    const { properties, required } = fieldsOf(schemas[name]);
    const values = listOf(fieldsOf(fieldsOf(properties)["type"])["enum"]);
    return listOf(required).includes("type") ? values : [];
  }

  function walk(value: unknown): unknown {
    if (Array.isArray(value)) {
      return value.map(walk);
    }
    if (!isFields(value)) {
      return value;
    }
    const entries = Object.entries(value).map(([key, inner]): [string, unknown] => [
      key,
      key === "default_member_permissions" ? { type: ["integer", "string", "null"] } : walk(inner),
    ]);
    const { oneOf, anyOf, ...rest } = Object.fromEntries(entries);
    const union = oneOf ?? anyOf;
    if (Array.isArray(union) && union.every((it) => fieldsOf(it)["const"] !== undefined)) {
      return { ...rest, enum: union.map((it) => fieldsOf(it)["const"]) };
    }
    if (Array.isArray(union) && union.every((it) => typesOf(it).length > 0)) {
      const allOf = union.map((it) => ({
        if: { properties: { type: { enum: typesOf(it) } }, required: ["type"] },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON schema
        then: it,
      }));
      const type = { enum: union.flatMap(typesOf) };
      return { ...rest, type: "object", required: ["type"], properties: { type }, allOf };
    }
    return Object.fromEntries(entries);
  }

  return fieldsOf(walk({ components: { schemas }, paths: description["paths"] }));
}

/** Without the errors of alternatives that were not meant. */
function problemsIn(errors: readonly ErrorObject[], prefix: readonly string[]): Problem[] {
  const isNoise = ({ keyword, params }: ErrorObject) =>
    ["oneOf", "anyOf", "if"].includes(keyword) || (keyword === "type" && params["type"] === "null");
  const meant = errors.filter((it) => !isNoise(it));
  return (meant.length > 0 ? meant : errors).map(({ instancePath, keyword, params, message }) => ({
    at: [
      ...prefix,
      ...instancePath.split("/").slice(1),
      ...(textOf(params["missingProperty"])?.split(".") ?? []),
    ],
    code: codes[keyword] ?? "BASE_TYPE_INVALID",
    message: keyword === "required" ? "This field is required" : (message ?? keyword),
  }));
}

const codes: Record<string, string> = {
  required: "BASE_TYPE_REQUIRED",
  maxLength: "BASE_TYPE_BAD_LENGTH",
  minLength: "BASE_TYPE_BAD_LENGTH",
  maxItems: "BASE_TYPE_BAD_LENGTH",
  minItems: "BASE_TYPE_BAD_LENGTH",
  enum: "BASE_TYPE_CHOICES",
  const: "BASE_TYPE_CHOICES",
};
