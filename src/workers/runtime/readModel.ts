/** A read model has not come to the event yet; the task is tried again. */
class ReadModelBehind extends Error {
  constructor() {
    super('a read model is behind');
    this.name = 'ReadModelBehind';
  }
}

/** What a read model answers, or the fault that has the task tried again. @throws ReadModelBehind */
export function come<T>(answer: T | 'not yet'): T {
  if (answer === 'not yet') throw new ReadModelBehind();
  return answer;
}
