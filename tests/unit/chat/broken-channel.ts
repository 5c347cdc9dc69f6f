import assert from "node:assert/strict";
import { DeliveryError } from "../../../src/chat/channel.ts";
import { type LiveRoom, liveRoom } from "./live-room.ts";

export const minute = 60_000;
export const ada = { surface: "slack", id: "U1", name: "Ada" };

/** A platform that takes messages quickly, for somebody who can be mentioned. */
export function room(): Promise<LiveRoom> {
  const pace = { every: 100, burst: 10 };
  return liveRoom({ posts: pace, edits: pace, random: () => 0 }, ada);
}

/** Refuses each post that `isRefused` names; when the tries were made. */
export function refuse(it: LiveRoom, isRefused: (key: string, hasBlocks: boolean) => boolean): number[] {
  const post = it.channel.post;
  const tries: number[] = [];
  Object.assign(it.channel, {
    post: async (...[message, since]: Parameters<typeof post>) => {
      if (isRefused(message.key, message.blocks.length > 0)) {
        tries.push(it.clock.now());
        throw new DeliveryError("refused", "invalid_arguments");
      }
      return post(message, since);
    },
  });
  return tries;
}

export function deploy(it: LiveRoom, host = "yoga"): string {
  return it.desk.begin([host]).deployments[0]?.id ?? assert.fail();
}

/** Nothing gets through while `isDown()`; when posts were tried. */
export function outage(it: LiveRoom, isDown: () => boolean): number[] {
  const post = it.channel.post;
  const tries: number[] = [];
  Object.assign(it.channel, {
    post: async (...[message, since]: Parameters<typeof post>) => {
      tries.push(it.clock.now());
      if (isDown()) {
        throw new DeliveryError("temporary", "service unavailable");
      }
      return post(message, since);
    },
  });
  return tries;
}
