import { type DestinationStream, type Logger, pino } from 'pino';

/** The part of a logger that platform code writes to; any pino logger is one. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

/**
 * Fields that may carry a person's name, a token or a key. They are removed wherever a log record holds them at one of the
 * first three levels, so that a careless `log.info({ body })` cannot put a family into a log file.
 */
const SECRET_FIELDS = [
  'authorization',
  'cookie',
  'password',
  'token',
  'secret',
  'key',
  'data',
  'body',
  'payload',
  'names',
  'name',
  'phone',
  'address',
  'detail',
  'parameters',
] as const;

const REDACTED_PATHS = SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);

/**
 * An error as it is logged: kind, code and where it happened. A database error's message may quote a row, so only its
 * SQLSTATE, table and constraint are kept.
 */
function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { kind: typeof error };
  const { code, severity, constraint, table } = error as { [field in 'code' | 'severity' | 'constraint' | 'table']?: unknown };
  const frames = error.stack?.split('\n').filter((line) => line.startsWith('    at '));
  const described = {
    kind: error.name,
    message: typeof severity === 'string' ? 'refused by the database' : error.message,
    code,
    constraint,
    table,
    stack: frames?.join('\n'),
  };
  return error.cause === undefined ? described : { ...described, cause: describeError(error.cause) };
}

/**
 * A JSON logger, one record a line with level names and ISO times. Errors go under `err`; ids are logged, names and tokens
 * never.
 */
export function createLogger(options: { level: string; role?: string }, destination?: DestinationStream): Logger {
  const settings = {
    level: options.level,
    base: options.role === undefined ? { pid: process.pid } : { pid: process.pid, role: options.role },
    messageKey: 'message',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: describeError },
    redact: { paths: REDACTED_PATHS, censor: '[not logged]' },
  };
  return pino(settings, destination ?? gathered());
}

/** Standard output, with what is logged in one turn of the event loop written at its end, and nothing left behind by a process that ends. */
function gathered(): DestinationStream & { flushSync(): void } {
  const out = pino.destination({ sync: true });
  let lines = '';
  const flushSync = (): void => {
    if (lines === '') return;
    const whole = lines;
    lines = '';
    out.write(whole);
  };
  process.on('exit', flushSync);
  return {
    write: (line) => {
      if (lines === '') setImmediate(flushSync);
      lines += line;
    },
    flushSync,
  };
}
