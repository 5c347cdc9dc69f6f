import { discordPlace } from "../../contracts/places/discord.ts";
import { surfaceContract } from "../../contracts/surface.ts";

surfaceContract("Discord", (desk) => discordPlace(desk));
