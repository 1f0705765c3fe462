/** A module of the compiled program: dist/, or the directory MASAR_BUILD names relative to the repository. */
const root = new URL('../../', import.meta.url);
export const directory = new URL(`${(process.env.MASAR_BUILD ?? 'dist').replace(/\/$/, '')}/`, root);

export const built = (path) => import(new URL(path, directory));
