import type { Holder } from './process.ts';

/** Somebody in a post, as far as holding what a case waits on goes. */
export interface Post {
  readonly organisation?: string | undefined;
  readonly office?: string | undefined;
  readonly governorate?: string | undefined;
  readonly role: string;
}

/** Whether somebody in this post may hold a wait of this holder (the owner of the case where it names none). The system acts for any role. */
export function mayHold(holder: Holder | undefined, post: Post): boolean {
  if (!holder) return true;
  if (holder.office !== undefined) return holder.office === post.office;
  if (holder.organisation !== undefined) return holder.organisation === post.organisation;
  return (
    (holder.role === undefined || holder.role === post.role || post.role === 'system') &&
    (holder.governorate === undefined || holder.governorate === post.governorate)
  );
}
