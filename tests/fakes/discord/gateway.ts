import type { GatewayIntentBits } from "discord.js";

export interface Identify {
  readonly token: string;
  readonly intents: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface Gateway {
  /** How many connections are open now. */
  readonly connections: number;
  /** How many there ever were. */
  readonly opened: number;
  readonly identifies: readonly Identify[];
  /** How many times a session was resumed. */
  readonly resumes: number;
  readonly heartbeats: number;
  /** The codes with which clients went. */
  readonly closes: readonly number[];
  /** Told to those who connect from now on. */
  heartbeatMilliseconds: number;
  /** While it refuses, an upgrade is answered with 503. */
  refuses: boolean;
  /** While it is silent, it takes connections and says nothing, not even hello. */
  silent: boolean;
  /** While it does not, clients think that their connection is dead. */
  acknowledges: boolean;
  /** Privileged intents that the application has been given. */
  privileged: GatewayIntentBits[];
  /** Asks every client to connect again and to resume. */
  reconnect(): void;
  /** Says that the session is no good; clients may try to resume it if they are told so. */
  invalidate(mayResume: boolean): void;
  /** Ends every connection with a code. */
  close(code: number): void;
  /** Ends every connection without a word. */
  cut(): void;
  /** Connections stay open, but nothing comes through any more: no events, no acknowledgements. */
  fallSilent(): void;
  /** Forgets the sessions that nobody is connected to: they cannot be resumed. */
  forget(): void;
  /** Asks for a heartbeat at once. */
  askHeartbeat(): void;
  /** Sends anything at all. */
  sendRaw(text: string): void;
}
