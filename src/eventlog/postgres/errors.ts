import { DatabaseError } from 'pg';
import { LogUnavailable, OutcomeUnknown } from '../port.ts';

/** Classes of SQLSTATE that speak of the server's condition, not of the data: try again later. */
const CONDITION = /^(25|40|53|55|57)/;
/** What ends the connection, or never let it begin. */
const CONNECTION = /^(08|28|3D|53300|57P|25P0[34])/;
/** Lack of resources, files, the server's own faults: these may end the statement, the connection or the server. */
const OF_ANY_SEVERITY = /^(53|58|XX)/;

/**
 * The server refused the statement and rolled it back; the connection lives on. Told by SQLSTATE, since the server translates
 * the severity (`lc_messages`): a word that is not understood decides nothing, and leaves what is in doubt in doubt.
 */
function isRolledBack(error: unknown): error is DatabaseError {
  if (!(error instanceof DatabaseError)) return false;
  const { severity, code = '' } = error;
  if (CONNECTION.test(code) || severity === 'FATAL' || severity === 'PANIC') return false;
  return severity === 'ERROR' || (code !== '' && !OF_ANY_SEVERITY.test(code));
}

/** The statement was refused for what it carries: without the offending item it may pass. */
export function isRefused(error: unknown): error is DatabaseError {
  return isRolledBack(error) && !CONDITION.test(error.code ?? '');
}

/** Whether the connection can be used again after this error. */
export function isConnectionLost(error: unknown): boolean {
  return !isRolledBack(error);
}

/** Names what a failed read, or a failed attempt to connect, means to the port. */
export function asUnavailable(error: unknown): unknown {
  return isRefused(error) ? error : new LogUnavailable('the Postgres log cannot be reached', error);
}

/** Names what it means to the port that an append failed after its statement was handed to a connection. */
export function asAppendError(error: unknown): unknown {
  if (isRolledBack(error)) return asUnavailable(error);
  // pg says so when the connection was found dead before anything was sent.
  if (error instanceof Error && error.message.includes('not queryable')) return asUnavailable(error);
  return new OutcomeUnknown('the connection broke while appending to the Postgres log', error);
}
