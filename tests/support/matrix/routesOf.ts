import type { FastifyInstance } from 'fastify';

/** One address of a running server, as its router has it. */
export interface Route {
  readonly method: string;
  /** With parameters as `:name`. */
  readonly url: string;
}

/** Every address of a running server, from its router's own drawing: nothing is listed by hand. `HEAD` beside `GET` is left out. */
export function routesOf(app: FastifyInstance): readonly Route[] {
  const above: string[] = [];
  return app
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line): Route[] => {
      const found = /^((?:│ {3}| {4})*)(?:├── |└── )(.*?)(?: \(([A-Z, ]+)\))?$/.exec(line);
      if (!found) return [];
      const [, indent = '', part = '', methods] = found;
      const depth = indent.length / 4;
      const url = `${above[depth - 1] ?? ''}${part}`;
      above.splice(depth, above.length, url);
      const named = methods?.split(', ') ?? [];
      return named.filter((one) => one !== 'HEAD' || !named.includes('GET')).map((method) => ({ method, url }));
    });
}
