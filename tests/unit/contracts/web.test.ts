import { webPlace } from "../../contracts/places/web.ts";
import { surfaceContract } from "../../contracts/surface.ts";

surfaceContract("the web page", (desk) => webPlace(desk));
