import { randomUUID } from 'node:crypto';
import { installation } from '../../src/domain/installation/index.ts';
import type { Process } from '../../src/domain/kernel/process.ts';
import { office } from '../../src/domain/office/index.ts';
import { organisation } from '../../src/domain/organisation/index.ts';
import { staff } from '../../src/domain/staff/index.ts';
import { bootstrapAdministrator } from '../../src/eventlog/bootstrap.ts';
import { type Person, world } from './scenario.ts';

const ISSUER = 'https://id.example.org';

/**
 * A world whose rights are what the log says, with its first administrator, the ministry, and two branches in it. `hire`
 * enrols somebody and gives the posts; the answer serves as the person in `when`.
 */
export async function directory(processes: readonly Process[] = [], start = '2026-03-01T08:00:00.000Z') {
  const w = world([installation, organisation, office, staff, ...processes], start, 'from the log');
  const first = {
    issuer: ISSUER,
    subject: 'first',
    name: { ar: 'مدير النظام' },
    ministry: { ar: 'وزارة الهجرة والمهجرين', en: 'Ministry of Migration and Displaced' },
    from: '2004-01-01',
    ranBy: 'operator@host',
    synthetic: true,
  };
  const bootstrap = (wish: Partial<typeof first> = {}) =>
    bootstrapAdministrator({ execute: w.executor.execute, cases: w.cases }, { ...first, ...wish });
  const made = await bootstrap();
  const ministry = made.organisation;

  /** Somebody as `when` wants them; the post they bring along is not looked at here. */
  const as = (id: string): Person => ({
    id,
    post: { id: randomUUID(), role: 'registrar', organisation: ministry, from: '2000-01-01' },
  });
  const admin = as(made.staff);

  const branch = async (governorate: string, of = ministry): Promise<string> => {
    const names = { ar: `فرع ${governorate}`, en: `Branch ${governorate}` };
    const input = { organisation: of, names, kind: 'branch', governorate, from: '2010-01-01' };
    return (await w.when(admin, 'office', 'open', undefined, input)).outcome.id;
  };
  const enrol = async (by: Person = admin): Promise<Person> => {
    const input = { issuer: ISSUER, subject: randomUUID(), name: { ar: 'موظف', latin: 'Officer' }, synthetic: true };
    return as((await w.when(by, 'staff', 'enrol', undefined, input)).outcome.id);
  };
  const hire = async (...posts: readonly object[]): Promise<Person> => {
    const person = await enrol();
    for (const post of posts) {
      await w.when(admin, 'staff', 'grantMembership', person.id, { organisation: ministry, from: '2020-01-01', ...post });
    }
    return person;
  };
  return { w, admin, ministry, mosul: await branch('IQG15'), anbar: await branch('IQG01'), branch, enrol, hire, bootstrap, as };
}
