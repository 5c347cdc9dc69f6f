import { phone } from "../browser.ts";
import { tellTrouble } from "./web-story.ts";

tellTrouble("trouble, on a phone in the dark", { host: "hetzner-vps", look: phone });
