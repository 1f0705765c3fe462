import { type Membership, postsOn, type StaffState } from '../../domain/access/membership.ts';
import type { CaseRecord } from '../../domain/kernel/case.ts';
import { caseOfStream } from '../../domain/kernel/case.ts';
import type { OfficeRef } from '../../domain/kernel/caseEvents.ts';
import { baghdadDate } from '../../domain/kernel/dates.ts';
import { idOf } from '../../domain/kernel/envelope.ts';
import { Refused } from '../../domain/kernel/errors.ts';
import type { Holder } from '../../domain/kernel/process.ts';
import { events } from '../../domain/staff/events.ts';
import { eachOf } from '../runtime/eachOf.ts';
import type { Reactor, TaskContext } from '../runtime/reactor.ts';
import { come } from '../runtime/readModel.ts';

/** One thing a case waits on that a member of staff has taken. */
export interface OpenItem {
  readonly stream: string;
  readonly wait: string;
}

/** What a member of staff has open, from a read model that shows this position; `not yet` while it is behind. */
export type OpenItems = (staff: string, position: bigint) => Promise<readonly OpenItem[] | 'not yet'>;

/**
 * When an officer's work is handed over, everything the officer has taken is assigned to the colleague. What the colleague
 * may not hold stays where it is: the rest is done all the same, and the refusal says how much was left.
 */
export const handover = (openItems: OpenItems): Reactor => ({
  name: 'handover',
  start: 'beginning',
  categories: ['staff'],
  react: (event) =>
    event.type === 'HandoverOrdered' ? [{ step: 'assign', ids: { to: events.HandoverOrdered.parse(event.data).to } }] : [],
  perform: async ({ ids }, context) => {
    const { to = '' } = ids;
    const { stream, position } = context.cause;
    const items = come(await openItems(idOf(stream), position));
    await eachOf(items, (item) => assign(item, { from: idOf(stream), to }, context));
  },
});

async function assign(
  { stream, wait }: OpenItem,
  { from, to }: { readonly from: string; readonly to: string },
  context: TaskContext,
): Promise<void> {
  const { process, id } = caseOfStream(stream);
  const record = await context.cases.glance(stream);
  const open = record.waits.find((one) => one.key === wait);
  if (open?.assignee !== from) return;
  const colleague = (await context.cases.glance(`staff-${to}`)).state as StaffState & { readonly status: string };
  const office = officeOf(postsOn(colleague, baghdadDate(context.now())), open.holder, record);
  if (!office) throw new Refused('NOT_A_COLLEAGUE', { staff: to });
  await context.command({ process, command: 'assign', id, input: { staff: to, wait }, office, part: `${stream} ${wait}` });
}

/** The office in which one of these posts may hold the wait. */
function officeOf(posts: readonly Membership[], holder: Holder | undefined, record: CaseRecord<unknown>): OfficeRef | undefined {
  const where: Holder = holder ?? record.owner ?? {};
  const post = posts.find(
    (one) =>
      one.office !== undefined &&
      (where.office === undefined || where.office === one.office) &&
      (where.organisation === undefined || where.organisation === one.organisation) &&
      (where.role === undefined || where.role === one.role) &&
      (where.governorate === undefined || where.office !== undefined || where.governorate === one.governorate),
  );
  return (
    post && {
      organisation: post.organisation,
      ...(post.office === undefined ? {} : { office: post.office }),
      ...(post.governorate === undefined ? {} : { governorate: post.governorate }),
    }
  );
}
