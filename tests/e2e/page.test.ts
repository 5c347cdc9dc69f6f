import { desk } from "../browser.ts";
import { tellDeployment } from "./web-story.ts";

tellDeployment("a deployment, at a desk", { host: "yoga", look: desk });
