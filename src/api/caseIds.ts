import type { FastifyReply, FastifyRequest } from 'fastify';
import { mayI, type Rights, targetOf } from '../domain/access/access.ts';
import { Refused } from '../domain/kernel/errors.ts';
import type { Process } from '../domain/kernel/process.ts';
import { parseReference } from '../domain/kernel/reference.ts';
import { ofRestricted, RestrictedUnavailable } from '../eventlog/stores.ts';
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
 * Waits until the read models show the position in `Masar-After`, two seconds at most in one request, however often it asks; says
 * `Masar-Stale: true` when they do not yet. A read is never refused for being early. Nobody waits who may not ask at all.
 */
export async function awaitPosition(
  parts: ApiParts,
  request: FastifyRequest,
  reply: FastifyReply,
  readModels: readonly string[],
): Promise<void> {
  const asked = positionIn(request.headers);
  if (!asked) return;
  const look = async () => {
    const { waitFor } = storeReads(parts, asked);
    if (await waitFor(readModels, asked.position, 0)) return true;
    const left = (await patienceOf(parts, request)) - Date.now();
    return left > 0 && waitFor(readModels, asked.position, left);
  };
  // A read that needs the restricted store says itself that it is away.
  const come = asked.store === 'restricted' ? await ofRestricted(look).catch(unlessAway) : await look();
  if (!come) reply.header('masar-stale', 'true');
}

const patience = new WeakMap<FastifyRequest, Promise<number>>();

/** Until when a request waits, in milliseconds since 1970. */
function patienceOf(parts: ApiParts, request: FastifyRequest): Promise<number> {
  const known =
    patience.get(request) ??
    rightsOf(parts, request).then(
      () => Date.now() + WAIT_MS,
      // What is to be said of that, and put on record, the route does.
      () => 0,
    );
  patience.set(request, known);
  return known;
}

function unlessAway(error: unknown): false {
  if (error instanceof RestrictedUnavailable) return false;
  throw error;
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
  const reference = referenceIn(text);
  await awaitPosition(parts, request, reply, ['cases']);
  return caseWith(parts, process, reference, () => rightsOf(parts, request));
}

/** A reference as people write it. @throws Problem ID_MALFORMED, REFERENCE_MISTYPED */
export function referenceIn(text: string): string {
  const parsed = parseReference(text);
  if (!parsed.ok) throw new Problem(parsed.reason === 'SHAPE' ? 'ID_MALFORMED' : 'REFERENCE_MISTYPED');
  return parsed.reference;
}

/** The case of a process that has a reference, as far as it is known by now. @throws Refused NOT_FOUND; Problem REFERENCE_AMBIGUOUS */
export async function caseWith(
  parts: ApiParts,
  process: Process,
  reference: string,
  rights: () => Promise<Rights>,
): Promise<string> {
  const ids = await storeReads(parts, process).idsOf(process.name, reference);
  const candidates = ids.length > 1 ? await findable(parts, process, ids, await rights()) : ids;
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
