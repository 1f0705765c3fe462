import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds, from a cache hit to a request that somebody gave up on. */
const LATENCY_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * The metrics of one process. Names get the prefix `masar_`; labels are small closed sets (a process, a status, a
 * projection), never an id or a name. Asking for a name again gives the same metric.
 */
export interface Metrics {
  readonly registry: Registry;
  /** Counts things that happened; by convention its name ends in `_total`. */
  counter<Label extends string = never>(name: string, help: string, labels?: readonly Label[]): Counter<Label>;
  /** Distributes durations in seconds, or other amounts with buckets of their own. */
  histogram<Label extends string = never>(
    name: string,
    help: string,
    labels?: readonly Label[],
    buckets?: readonly number[],
  ): Histogram<Label>;
  /** A value that goes up and down; `collect` is called before each scrape to set it. Where that fails, the last answer stands. */
  gauge<Label extends string = never>(
    name: string,
    help: string,
    labels?: readonly Label[],
    collect?: (gauge: Gauge<Label>) => void | Promise<void>,
  ): Gauge<Label>;
  /** The same registry under longer names: `masar_<part>_…`, for a part that has the same metrics for itself. */
  within(part: string): Metrics;
  /** The text a Prometheus server scrapes, with its content type. */
  scrape(): Promise<{ contentType: string; body: string }>;
}

/** A registry of its own, so that two servers in one process (as in tests) do not share counts. */
export function createMetrics(options: { processMetrics: boolean } = { processMetrics: true }): Metrics {
  const registry = new Registry();
  if (options.processMetrics) collectDefaultMetrics({ register: registry });
  return under(registry, 'masar_');
}

function under(registry: Registry, prefix: string): Metrics {
  const made = new Map<string, unknown>();

  function once<Metric>(name: string, make: (settings: { name: string; registers: Registry[] }) => Metric): Metric {
    const known = made.get(name);
    if (known !== undefined) return known as Metric;
    const metric = make({ name: `${prefix}${name}`, registers: [registry] });
    made.set(name, metric);
    return metric;
  }

  return {
    registry,
    counter: (name, help, labels = []) => once(name, (settings) => new Counter({ ...settings, help, labelNames: labels })),
    histogram: (name, help, labels = [], buckets = LATENCY_BUCKETS) =>
      once(name, (settings) => new Histogram({ ...settings, help, labelNames: labels, buckets: [...buckets] })),
    gauge: (name, help, labels = [], collect) =>
      once(name, (settings) => {
        const gauge: Gauge<(typeof labels)[number]> = new Gauge({
          ...settings,
          help,
          labelNames: labels,
          ...(collect === undefined
            ? {}
            : {
                collect: () =>
                  Promise.resolve(gauge)
                    .then(collect)
                    .catch(() => {}),
              }),
        });
        return gauge;
      }),
    within: (part) => under(registry, `${prefix}${part}_`),
    scrape: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}
