import type { Logger } from 'pino';
import type { Registry } from '../domain/kernel/registry.ts';
import type { AccessLog } from '../eventlog/access/accessLog.ts';
import type { AuditReads } from '../eventlog/audit/reads.ts';
import type { Cases } from '../eventlog/cases.ts';
import type { Codec } from '../eventlog/codec.ts';
import type { Documents } from '../eventlog/documents/documents.ts';
import type { Executor } from '../eventlog/execute.ts';
import type { EventLog } from '../eventlog/port.ts';
import type { RightsOf } from '../eventlog/rights.ts';
import type { Rulebook } from '../eventlog/rulebook.ts';
import type { Config } from '../platform/config.ts';
import type { Keyring } from '../platform/keyring.ts';
import type { Limiter } from '../platform/limits/limiter.ts';
import type { Signer } from '../platform/merkle/note.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Tracer } from '../platform/tracing/tracer.ts';
import type { Reads } from '../projections/reads.queries.ts';
import type { ProjectionStatus } from '../projections/runtime/status.queries.ts';
import type { WaitFor } from '../projections/runtime/waitFor.queries.ts';
import type { RestrictedReads } from './stores.ts';
import type { TokenVerifier } from './tokens.ts';

/** How one thing this server leans on is doing. `detail` carries codes and numbers, never addresses or names. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail?: string;
}

/** A row of an import as it is shown: numbers, codes and references, never what is written in it. */
export interface ImportedRow {
  readonly row: number;
  readonly unit: number;
  readonly status: string;
  readonly errors: readonly { readonly column: string; readonly code: string }[];
  readonly duplicates: readonly {
    readonly person?: string;
    readonly row?: number;
    readonly scope?: string;
    readonly score: number;
    /** A number was compared, so that the score may confirm it. */
    readonly byNumber?: true;
  }[];
  readonly cases: readonly { readonly process: string; readonly id: string }[];
  readonly refusal?: string | undefined;
}

/** What became of the rows of imports. */
export interface ImportedRows {
  page(
    id: string,
    filter: { readonly status?: string | undefined },
    after: number,
    limit: number,
  ): Promise<{ readonly items: readonly ImportedRow[]; readonly next?: number }>;
  counts(id: string): Promise<Readonly<Record<string, number>>>;
}

/** Everything the API is made from. */
export interface ApiParts {
  readonly registry: Registry;
  readonly executor: Executor;
  readonly documents: Documents;
  readonly cases: Cases;
  /** Routes open values through the opener of their request alone. */
  readonly codec: Codec;
  /** Who looked and who was refused; written before the answer leaves. */
  readonly accessLog: AccessLog;
  /** Signs files that are to be held against later; absent where no key is set, and then none leave. */
  readonly signer?: Signer;
  /** What is proved of the log: signed heads, and that a case is under them. */
  readonly auditTree: AuditReads;
  readonly log: EventLog;
  readonly rights: RightsOf;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Absent while tracing is off. */
  readonly tracer?: Tracer | undefined;
  readonly config: Pick<Config, 'trustProxy' | 'publicUrl' | 'operationsPort'>;
  /** Above this mean delay of the event loop, requests are answered 503 until it recovers; default 5,000, 0 never. */
  readonly maxEventLoopDelayMs?: number;
  /** RFC 3339 UTC. */
  readonly now: () => string;
  readonly tokens: TokenVerifier;
  /** Counts what each person, office and source address uses. */
  readonly limiter: Limiter;
  readonly rulebook: Rulebook;
  /** The keyring's: blind indexes of the register are compared under it. */
  readonly mac: Keyring['mac'];
  /** Ids of the cases of a process with this short reference: usually one, rarely two. */
  readonly idsOf: (process: string, reference: string) => Promise<readonly string[]>;
  /** Where the read models are, for lists. */
  readonly reads: Reads;
  /** Whether every read model is shown in the version that this program asks; absent where they always are. */
  readonly isBuilt?: () => Promise<boolean>;
  /** Whether these read models have come to a position, waiting at most so many milliseconds. */
  readonly waitFor: WaitFor;
  /** The same of the restricted store; absent where none is set up. */
  readonly restricted?: RestrictedReads | undefined;
  readonly importRows: ImportedRows;
  /** What `/health/ready` asks. */
  readonly checks: () => Promise<readonly Check[]>;
  /** What `/health/projections` shows. */
  readonly projections: () => Promise<readonly ProjectionStatus[]>;
}
