import { ApiError, answer, type Call, complaint, given, type Method, required } from "./api.ts";
import { checkView } from "./check-blocks.ts";
import { compact, type Fields, fieldsOf, listOf, textOf } from "./json.ts";
import { settleBlocks } from "./settle-blocks.ts";
import type { View } from "./types.ts";
import type { Workspace } from "./workspace.ts";

/** docs.slack.dev/interactivity/handling-user-interaction: a trigger lasts for 3 seconds and is good for one use. */
const triggerMilliseconds = 3000;

function userOfTrigger(call: Call): string {
  const trigger = call.workspace.triggers.get(required(call, "trigger_id"));
  if (trigger === undefined) {
    throw new ApiError("invalid_trigger_id");
  }
  if (call.workspace.now() - trigger.at > triggerMilliseconds) {
    throw new ApiError("expired_trigger_id");
  }
  if (trigger.uses > 0) {
    throw new ApiError("exchanged_trigger_id");
  }
  trigger.uses += 1;
  return trigger.user;
}

function checkedView(call: Call): Fields {
  const view = fieldsOf(given(call, "view"));
  const problems = checkView(view, call.takes);
  if (problems.length > 0) {
    throw complaint("invalid_arguments", problems);
  }
  return view;
}

/** A view as Slack keeps it. */
export function settledView(workspace: Workspace, id: string, given: Fields, hash: string): Fields {
  const { team, bot } = workspace;
  return compact({
    id,
    team_id: team.id,
    type: given["type"],
    blocks: settleBlocks(listOf(given["blocks"]).map(fieldsOf)),
    private_metadata: textOf(given["private_metadata"]) ?? "",
    callback_id: textOf(given["callback_id"]) ?? "",
    state: { values: {} },
    hash,
    title: given["title"] ?? { type: "plain_text", text: "View Title", emoji: true },
    clear_on_close: given["clear_on_close"] ?? false,
    notify_on_close: given["notify_on_close"] ?? false,
    close: given["close"] ?? null,
    submit: given["submit"] ?? null,
    previous_view_id: null,
    root_view_id: id,
    app_id: bot.appId,
    external_id: textOf(given["external_id"]) ?? "",
    app_installed_team_id: team.id,
    bot_id: bot.botId,
  });
}

export function addView(workspace: Workspace, user: string, kind: View["kind"], content: Fields): View {
  const id = workspace.newId("V");
  const hash = workspace.newHash();
  const view: View = {
    id,
    user,
    kind,
    hash,
    content: settledView(workspace, id, content, hash),
    isOpen: true,
  };
  workspace.views.set(id, view);
  workspace.changed();
  return view;
}

export function replaceView(workspace: Workspace, view: View, content: Fields): void {
  view.hash = workspace.newHash();
  view.content = settledView(workspace, view.id, content, view.hash);
  workspace.changed();
}

function checkHash(call: Call, view: View): void {
  const hash = textOf(call.args["hash"]);
  if (hash !== undefined && hash !== view.hash) {
    throw new ApiError("hash_conflict");
  }
}

export const viewMethods: Record<string, Method> = {
  "views.open": {
    scopes: [],
    answer(call) {
      const content = checkedView(call);
      return answer({ view: addView(call.workspace, userOfTrigger(call), "modal", content).content });
    },
  },

  "views.update": {
    scopes: [],
    answer(call) {
      const { view_id, external_id } = call.args;
      const view = [...call.workspace.views.values()].find(
        (it) => it.id === view_id || (external_id !== undefined && it.content["external_id"] === external_id),
      );
      if (view === undefined || !view.isOpen) {
        throw new ApiError("not_found");
      }
      checkHash(call, view);
      replaceView(call.workspace, view, checkedView(call));
      return answer({ view: view.content });
    },
  },

  "views.publish": {
    scopes: [],
    answer(call) {
      const { workspace } = call;
      const user = required(call, "user_id");
      if (!workspace.users.has(user)) {
        throw new ApiError("user_not_found");
      }
      const content = checkedView(call);
      const known = [...workspace.views.values()].find((it) => it.kind === "home" && it.user === user);
      if (known === undefined) {
        return answer({ view: addView(workspace, user, "home", content).content });
      }
      checkHash(call, known);
      replaceView(workspace, known, content);
      return answer({ view: known.content });
    },
  },
};
