import { LogUnavailable } from '../../eventlog/port.ts';
import { isConnectionFault } from '../../platform/database.ts';
import { KeyServiceUnavailable } from '../../platform/keys/transit.ts';

/** Whether a fault lies in what is out of reach for now and not in an event: the same is tried again later. */
export const isPassing = (error: unknown): boolean =>
  isConnectionFault(error) || error instanceof LogUnavailable || error instanceof KeyServiceUnavailable;
