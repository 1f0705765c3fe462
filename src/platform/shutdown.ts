import type { Log } from './logging.ts';

export interface ShutdownOptions {
  readonly log: Log;
  /** All steps together may take this long; default 25 s, within the 30 s Kubernetes grants. */
  readonly deadlineMs?: number;
  /** Ends the process; replaced in tests. */
  readonly exit?: (code: number) => void;
  /** What starts the drain; default SIGTERM and SIGINT. */
  readonly signals?: readonly NodeJS.Signals[];
}

export interface Shutdown {
  /** Aborted as soon as the drain begins: readiness turns false, loops end after the work in hand. */
  readonly signal: AbortSignal;
  /** Registers how to stop something, right after it was started. What started last is stopped first. */
  defer(name: string, stop: () => unknown): void;
  /** Runs the drain and ends the process; what a signal does. A second call waits for the first. */
  run(reason: string, code?: number): Promise<void>;
}

/**
 * Stops a process in order: each step is awaited, a failing one is logged and the next still runs. The exit code is 0 when
 * all steps ended well, 1 when one failed or the deadline passed. A second signal ends the process at once. An uncaught error
 * drains too, with code 1, since its state can no longer be trusted.
 */
export function createShutdown(options: ShutdownOptions): Shutdown {
  const { log, deadlineMs = 25_000, exit = (code) => process.exit(code), signals = ['SIGTERM', 'SIGINT'] } = options;
  const draining = new AbortController();
  const steps: { name: string; stop: () => unknown }[] = [];
  let running: Promise<void> | undefined;

  async function drain(reason: string, wanted: number): Promise<void> {
    log.info({ reason }, 'shutting down');
    draining.abort();
    let code = wanted;
    let current = '';
    const deadline = setTimeout(() => {
      log.error({ step: current, deadlineMs }, 'shutdown took too long');
      exit(1);
    }, deadlineMs);
    for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
      current = step.name;
      try {
        await step.stop();
        log.debug({ step: current }, 'stopped');
      } catch (err) {
        code = 1;
        log.error({ err, step: current }, 'could not be stopped in order');
      }
    }
    clearTimeout(deadline);
    stopListening();
    log.info({ code }, 'shut down');
    exit(code);
  }

  const run = (reason: string, code = 0): Promise<void> => {
    running ??= drain(reason, code);
    return running;
  };

  const onSignal = (name: NodeJS.Signals) => {
    if (running !== undefined) {
      log.warn({ reason: name }, 'asked twice, ending at once');
      exit(1);
    }
    void run(name);
  };
  const onFault = (err: unknown) => {
    log.error({ err }, 'uncaught error');
    void run('uncaught error', 1);
  };
  for (const name of signals) process.on(name, onSignal);
  process.on('uncaughtException', onFault);
  process.on('unhandledRejection', onFault);
  function stopListening(): void {
    for (const name of signals) process.off(name, onSignal);
    process.off('uncaughtException', onFault);
    process.off('unhandledRejection', onFault);
  }

  return {
    signal: draining.signal,
    defer: (name, stop) => {
      steps.push({ name, stop });
    },
    run,
  };
}
