import type { Log } from '../logging.ts';
import { type ClamdAddress, clamdScanner } from './clamd.ts';
import { noScanner, type Scanner } from './scanner.ts';

/** The scanner of the configuration. That nobody looks is said in the log; production does not start so. */
export function openScanner(clamd: ClamdAddress | undefined, log: Log): Scanner {
  if (clamd) return clamdScanner(clamd);
  log.warn('files are not scanned: CLAMD_ADDRESS is not set');
  return noScanner;
}
