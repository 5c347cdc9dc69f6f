import { phone } from "../browser.ts";
import { tellDeployment } from "./web-story.ts";

tellDeployment("a deployment, on a phone in the dark", { host: "ovh-vps", look: phone });
