import type { OfficeRef } from './caseEvents.ts';

/** A command that an event calls for in another stream, given by a reactor under an id derived from the event and its place in the list. */
export interface FollowUp {
  readonly process: string;
  readonly command: string;
  /** The case; absent where the command opens one whose id follows from its natural key or from the command. */
  readonly id?: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Refusals that mean there is nothing left to do: what is asked for is there already. They are neither told nor logged. */
  readonly unless?: readonly string[];
  /** The office it is done for; it owns what the command opens. */
  readonly office?: OfficeRef;
}
