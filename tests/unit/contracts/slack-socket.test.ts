import { slackPlace } from "../../contracts/places/slack.ts";
import { surfaceContract } from "../../contracts/surface.ts";

surfaceContract("Slack by Socket Mode", (desk) => slackPlace(desk, { http: false }));
surfaceContract("an older Slack", (desk) => slackPlace(desk, { takes: [] }));
