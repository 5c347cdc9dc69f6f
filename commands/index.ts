import type { CommandSpec } from "../src/chat/spec.ts";
import { adopt } from "./adopt.ts";
import { buildAll } from "./build-all.ts";
import { cancel, confirm } from "./confirm.ts";
import { deploy } from "./deploy.ts";
import { diff } from "./diff.ts";
import { gc } from "./gc.ts";
import { generations } from "./generations.ts";
import { health } from "./health.ts";
import { help } from "./help.ts";
import { history } from "./history.ts";
import { lock, unlock } from "./lock.ts";
import { logs } from "./logs.ts";
import { look } from "./look.ts";
import { reboot } from "./reboot.ts";
import { rollback } from "./rollback.ts";
import { stats } from "./stats.ts";
import { hosts, status } from "./status.ts";

/** The bot's commands. Help, completion and every surface follow from this list. */
export const commands: readonly CommandSpec[] = [
  deploy,
  buildAll,
  rollback,
  diff,
  generations,
  gc,
  reboot,
  adopt,
  confirm,
  cancel,
  lock,
  unlock,
  look,
  status,
  health,
  hosts,
  history,
  logs,
  stats,
  help,
];
