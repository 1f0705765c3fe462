import type { FastifyReply, FastifyRequest } from 'fastify';
import { mayI, type Rights, targetOf } from '../domain/access/access.ts';
import { Refused } from '../domain/kernel/errors.ts';
import type { Process } from '../domain/kernel/process.ts';
import { parseReference } from '../domain/kernel/reference.ts';
import { absentColleague, isUuid, positionIn } from './headers.ts';
import type { ApiParts } from './parts.ts';
import { Problem } from './problem.ts';
import { storeReads } from './stores.ts';

const WAIT_MS = 2_000;

/** What the caller may do now, or as the deputy named in `Masar-On-Behalf-Of`. @throws Refused NOT_ENROLLED, SUSPENDED … */
export async function rightsOf(parts: ApiParts, request: FastifyRequest): Promise<Rights> {
  const rights = await parts.rights(request.staff, parts.now(), absentColleague(request.headers));
  request.opener.rights = rights;
  return rights;
}

/**
 * Waits until the read models show the position in `Masar-After`, two seconds at most; says `Masar-Stale: true` when they do
 * not yet. A read is never refused for being early.
 */
export async function awaitPosition(
  parts: ApiParts,
  request: FastifyRequest,
  reply: FastifyReply,
  readModels: readonly string[],
): Promise<void> {
  const asked = positionIn(request.headers);
  if (!asked) return;
  const { waitFor } = storeReads(parts, asked);
  if (!(await waitFor(readModels, asked.position, WAIT_MS))) reply.header('masar-stale', 'true');
}

/**
 * The case id that stands in a path: a UUID, or a reference as people write it. Of two cases with one reference only those the
 * caller may find count.
 * @throws Problem ID_MALFORMED, REFERENCE_MISTYPED, REFERENCE_AMBIGUOUS; Refused NOT_FOUND
 */
export async function caseIdIn(
  parts: ApiParts,
  process: Process,
  text: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<string> {
  const id = await namedIn(parts, process, text, request, reply);
  request.opener.asked(`${process.name}-${id}`);
  return id;
}

async function namedIn(
  parts: ApiParts,
  process: Process,
  text: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<string> {
  if (isUuid(text)) return text.toLowerCase();
  const parsed = parseReference(text);
  if (!parsed.ok) throw new Problem(parsed.reason === 'SHAPE' ? 'ID_MALFORMED' : 'REFERENCE_MISTYPED');
  await awaitPosition(parts, request, reply, ['cases']);
  const ids = await storeReads(parts, process).idsOf(process.name, parsed.reference);
  const candidates = ids.length > 1 ? await findable(parts, process, ids, await rightsOf(parts, request)) : ids;
  const [id, ...others] = candidates;
  if (id === undefined) throw new Refused('NOT_FOUND');
  if (others.length > 0) throw new Problem('REFERENCE_AMBIGUOUS', { extra: { candidates } });
  return id;
}

async function findable(parts: ApiParts, process: Process, ids: readonly string[], rights: Rights): Promise<readonly string[]> {
  const found: string[] = [];
  for (const id of ids) {
    const target = targetOf(process, await parts.cases.glance(`${process.name}-${id}`));
    const verdict = mayI(rights, `${process.name}:read`, target);
    if (verdict.allowed || verdict.mayFind) found.push(id);
  }
  return found;
}
