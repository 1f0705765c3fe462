import { isAllowed, mayI, type Rights, targetOf, targetOfNew } from '../domain/access/access.ts';
import type { Actor } from '../domain/kernel/envelope.ts';
import { ensure, Refused } from '../domain/kernel/errors.ts';
import type { LoadedCase } from './cases.ts';
import type { Run } from './run.ts';

/** The actor as the log keeps it, or a refusal. Not there and not yours look the same, except to who may find the case. */
export function permit(run: Run, loaded: LoadedCase, rights: Rights | undefined): Actor {
  const { principal, record: note } = run.request;
  if (principal.kind === 'system') return { id: `system:${principal.name}`, ...principal.office, post: 'system' };
  ensure(rights && run.command.permission !== 'system', 'FORBIDDEN', { command: run.command.name });
  const office = note?.office;
  const considered = office === undefined ? rights : { ...rights, posts: rights.posts.filter((post) => post.office === office) };
  const opening = run.command.from === 'new';
  ensure(opening || loaded.record.exists, 'NOT_FOUND');
  const verdict = opening
    ? firstAllowed(considered, run)
    : mayI(considered, run.command.permission, targetOf(run.process, loaded.record));
  if (!verdict.allowed) throw new Refused(opening || verdict.mayFind ? 'FORBIDDEN' : 'NOT_FOUND', { command: run.command.name });
  const { post } = verdict;
  return {
    id: rights.staff,
    organisation: post.organisation,
    ...(post.office === undefined ? {} : { office: post.office }),
    ...(post.governorate === undefined ? {} : { governorate: post.governorate }),
    post: post.role,
  };
}

/** Whether what happened to the case may be told to who gives the command: not every permission to act is one to look. */
export function maySee(run: Run, loaded: LoadedCase, rights: Rights | undefined): boolean {
  const target = targetOf(run.process, loaded.record);
  return !rights || ['read', 'timeline'].some((verb) => isAllowed(rights, `${run.process.name}:${verb}`, target));
}

/** A case is opened from a post: the first whose own office the permission reaches. */
function firstAllowed(rights: Rights, run: Run): ReturnType<typeof mayI> {
  for (const post of rights.posts) {
    const verdict = mayI({ ...rights, posts: [post] }, run.command.permission, targetOfNew(run.process, post));
    if (verdict.allowed) return verdict;
  }
  return { allowed: false, mayFind: false };
}
