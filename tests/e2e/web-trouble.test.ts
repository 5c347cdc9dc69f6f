import { desk } from "../browser.ts";
import { tellTrouble } from "./web-story.ts";

tellTrouble("trouble, at a desk", { host: "ovh-vps", look: desk });
