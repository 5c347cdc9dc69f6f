import type { Phase } from "../context.ts";
import type { Mode } from "../deployment.ts";
import { adopt } from "./adopt.ts";
import { approve } from "./approve.ts";
import { build } from "./build.ts";
import { check, checkForBuild, checkForDiff, checkForRollback } from "./check.ts";
import { checkForAct } from "./check-act.ts";
import { checkForAdopt } from "./check-adopt.ts";
import { collect } from "./collect.ts";
import { compare } from "./compare.ts";
import { confirm } from "./confirm.ts";
import { copy } from "./copy.ts";
import { dryActivate } from "./dry-activate.ts";
import { monitor } from "./monitor.ts";
import { prune } from "./prune.ts";
import { reboot } from "./reboot.ts";
import { switchPhase } from "./switch.ts";
import { validate } from "./validate.ts";

/** The order of things, by what was asked for. */
export const phases: Readonly<Record<Mode, readonly Phase[]>> = {
  deploy: [check, build, approve, copy, dryActivate, confirm, switchPhase, validate, monitor],
  "dry-run": [check, build, approve, copy, dryActivate],
  "build-only": [checkForBuild, build],
  boot: [check, build, approve, copy, dryActivate, confirm, switchPhase],
  rollback: [checkForRollback, dryActivate, confirm, switchPhase, validate],
  diff: [checkForDiff, build, compare],
  gc: [checkForAct, confirm, collect],
  prune: [checkForAct, confirm, prune],
  reboot: [checkForAct, confirm, reboot],
  adopt: [checkForAdopt, confirm, adopt],
};
