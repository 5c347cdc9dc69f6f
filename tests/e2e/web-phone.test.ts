import { phone } from "../browser.ts";
import { tellWebStory } from "./web-story.ts";

tellWebStory("the web console on a phone in the dark", { host: "ovh-vps", look: phone });
