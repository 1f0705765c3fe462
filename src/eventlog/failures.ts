import type { RecordedEvent } from '../domain/kernel/envelope.ts';
import type { StreamEvent } from './port.ts';

/** The case moved on since the caller looked: what happened in between. */
export class Stale extends Error {
  readonly revision: number;
  readonly since: readonly RecordedEvent[];
  constructor(revision: number, since: readonly RecordedEvent[]) {
    super('STALE');
    this.name = 'Stale';
    this.revision = revision;
    this.since = since;
  }
}

/** Input that does not have the command's shape. */
export class InvalidInput extends Error {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly code: string; readonly message: string }[];
  constructor(issues: InvalidInput['issues']) {
    super('INVALID_INPUT');
    this.name = 'InvalidInput';
    this.issues = issues;
  }
}

/** The reader is older than the writer: this version of the event is not known here. */
export class UnknownEventType extends Error {
  constructor(stored: StreamEvent) {
    super(`event ${stored.type} at ${stored.stream}/${stored.revision} is not known to this version of Masar`);
    this.name = 'UnknownEventType';
  }
}
