/**
 * What work comes to, or what `late` gives or throws when it takes longer than `ms`. The work itself is not stopped: what becomes
 * of it then is nobody's concern, a failure included.
 */
export function inTime<T, L>(ms: number, work: Promise<T>, late: () => L): Promise<T | L> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  return Promise.race([work, over.then(late)]).finally(() => clearTimeout(timer));
}
