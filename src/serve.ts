import type { Logger } from 'pino';
import { type Core, openCore, type Steps, undo } from './compose.ts';
import type { Role } from './platform/config/settings.ts';
import type { Config } from './platform/config.ts';
import type { EmbeddedPostgres } from './platform/embeddedPostgres.ts';
import { createMetrics, type Metrics } from './platform/metrics.ts';
import { serveOperations } from './platform/operationsServer.ts';
import type { Tracer } from './platform/tracing/tracer.ts';
import { ensureApart } from './restrictedApart.ts';
import { startAccessLog } from './roles/accessLog.ts';
import { buildApi } from './roles/api.ts';
import { startAudit } from './roles/audit.ts';
import { checksOf } from './roles/checks.ts';
import { watchCore } from './roles/figures.ts';
import { watchOwnLogs } from './roles/ownLogs.ts';
import { startProjector } from './roles/projector.ts';
import { startRestricted } from './roles/restricted.ts';
import { startWorker } from './roles/worker.ts';

/** A running Masar: some of the three roles in this process. */
export interface Running {
  readonly core: Core;
  readonly metrics: Metrics;
  /** Where the API listens, when this process has that role. */
  readonly address: string | undefined;
  /** Stops taking work, finishes what is in hand, closes everything; last started, first stopped. */
  stop(): Promise<void>;
}

export interface ServeOptions {
  /** Deadlines are watched once this has come; at once when absent. */
  readonly watchFrom?: Promise<unknown> | undefined;
  /** The embedded database where it is being opened already; it is closed with everything else. */
  readonly embedded?: Promise<EmbeddedPostgres> | undefined;
  /** Told when the roles must not go on, such as with a log that was put back under them; they just stop when it is absent. */
  readonly broken?: ((error: Error) => void) | undefined;
}

/** Starts the roles of the configuration on one core. A start that fails closes what it has opened. */
export async function serve(
  config: Config,
  logger: Logger,
  { watchFrom, embedded, broken }: ServeOptions = {},
): Promise<Running> {
  const steps: Steps = [];
  // Built first and stopped first: nobody is answered any more when the others end.
  const ofApi: Steps = [];
  const ending = new AbortController();
  const stop = () => undo([...steps.splice(0), ...ofApi.splice(0)]);
  try {
    steps.push(() =>
      embedded?.then(
        (one) => one.stop(),
        () => undefined,
      ),
    );
    await ensureStoresApart(config);
    const tracer = await tracerOf(config, logger);
    steps.push(() => tracer?.close());
    const core = await openCore(config, logger, 'masar', { tracer, embedded });
    steps.push(() => core.close());
    const metrics = createMetrics();
    watchCore(core, metrics);
    const fallen = broken ?? (() => void stop().catch(() => undefined));
    watchOwnLogs(core, fallen, steps);
    const has = (role: Role): boolean => config.roles.has(role);
    if (config.operationsPort !== undefined) {
      const { host, operationsPort: port } = config;
      const operations = await serveOperations({ host, port, metrics, checks: () => checksOf(core) });
      steps.push(() => operations.close());
      logger.info({ port: operations.port }, 'probes and metrics are answered');
    }
    // Building the API takes the thread for seconds: a connection that the others began meanwhile would run out of time.
    const api = has('api') ? await buildApi(core, logger, metrics, tracer, ending.signal, ofApi) : undefined;
    if (has('projector')) startProjector(core, metrics, tracer, fallen, steps);
    if (has('projector')) startAudit(core, metrics, steps);
    // The worker says that it is at work: what may still fail a start comes before.
    if (has('worker')) await startAccessLog(core, metrics, steps);
    if (has('worker')) await startWorker(core, metrics, tracer, watchFrom, steps);
    startRestricted(core, { projector: has('projector'), worker: has('worker'), watchFrom, broken: fallen }, metrics, steps);
    const address = await api?.listen({ host: config.host, port: config.port });
    ofApi.push(() => ending.abort());
    return { core, metrics, address, stop };
  } catch (error) {
    ending.abort();
    // What could not be closed is told; why the start failed is what counts.
    await stop().catch((err: unknown) => logger.error({ err }, 'what was started could not be closed in order'));
    throw error;
  }
}

/** In production the general store's login does not reach the restricted database. @throws ConfigError */
async function ensureStoresApart({ environment, databaseUrl, restrictedDatabaseUrl }: Config): Promise<void> {
  if (environment !== 'production' || databaseUrl === undefined || restrictedDatabaseUrl === undefined) return;
  await ensureApart(databaseUrl, restrictedDatabaseUrl);
}

/** The tracer of this process; what sends spans is not even loaded while nothing is traced. */
async function tracerOf({ tracing, roles }: Config, logger: Logger): Promise<Tracer | undefined> {
  if (!tracing) return undefined;
  const { openTracer } = await import('./platform/tracing/otlp.ts');
  return openTracer(tracing, [...roles].join('+'), logger);
}
