import { desk } from "../browser.ts";
import { tellWebStory } from "./web-story.ts";

tellWebStory("the web console on a desk", { host: "yoga", look: desk });
