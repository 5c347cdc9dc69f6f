import { slackPlace } from "../../contracts/places/slack.ts";
import { surfaceContract } from "../../contracts/surface.ts";

surfaceContract("Slack by HTTP", (desk) => slackPlace(desk, { http: true }));
