import type { Process } from '../domain/kernel/process.ts';
import type { Limited } from '../platform/limits/settings.ts';
import type { Lists } from './lists.ts';
import type { Opener } from './opener.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** The lists that can be exported, as their routes were opened. */
    lists: Lists;
  }
  interface FastifyRequest {
    /** Staff id of who asks; set on every route under /v1 that needs a token. */
    staff: string;
    /** Follows one piece of work through requests, events and jobs. */
    correlationId: string;
    /** Opens personal values for this request, on record; on every route under /v1. */
    readonly opener: Opener;
    /** Code of the problem this request is answered with. */
    problemCode: string | undefined;
  }
  interface FastifyContextConfig {
    /** The process a derived route belongs to. */
    process?: Process;
    /** The command a derived route gives. */
    command?: string;
    /** What it counts as beside a request, where it gives out much at once. */
    limit?: Limited | readonly Limited[];
  }
}
