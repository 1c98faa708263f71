import { readFileSync } from 'node:fs';
import { repositoryPath } from './repository.js';

/** A package that is installed along with one of ours. */
export interface Dependency {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. `undefined`: the package says none. */
  readonly licence: string | undefined;
  /** `sha512-…` of the tarball. `undefined`: it is one of ours. */
  readonly integrity: string | undefined;
  /** Whether npm would run a script of it as it is installed. */
  readonly hasInstallScript: boolean;
  /** Whether it may be missing, as on another platform. */
  readonly isOptional: boolean;
  /** What it asks for itself, as it is found. */
  readonly needs: readonly Dependency[];
}

/** An entry of package-lock.json. */
interface Locked {
  readonly version?: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
  readonly optional?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** Finds one of our packages with all that is installed for it, by package-lock.json: what tests run with. Whoever installs it
 *  gets the same direct dependencies, and of theirs the newest that they allow.
 *
 *  @param folder of the package, such as `packages/agent` */
export function readDependency(folder: string): Dependency {
  const { packages } = JSON.parse(readFileSync(repositoryPath('package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, Locked>>;
  };
  const read = new Map<string, Dependency>();
  const at = (place: string): Dependency => {
    const known = read.get(place);
    if (known !== undefined) return known;
    const { version, license, integrity, hasInstallScript = false, optional: isOptional = false } = packages[place]!;
    const name = place.startsWith('packages/') ? nameOf(place) : place.split('node_modules/').at(-1)!;
    const needs: Dependency[] = [];
    const found = { name, version: version!, licence: license, integrity, hasInstallScript, isOptional, needs };
    read.set(place, found);
    for (const needed of neededBy(packages[place]!)) {
      const where = lookUp(packages, place, needed);
      if (where !== undefined) needs.push(at(where));
    }
    return found;
  };
  return at(folder);
}

/** All that is installed with a package, without itself, by name and version. What is there in two places is one. */
export function installedWith(root: Dependency): Dependency[] {
  const all = new Map<string, Dependency>();
  const seen = new Set<Dependency>([root]);
  const add = (dependency: Dependency): void => {
    if (seen.has(dependency)) return;
    seen.add(dependency);
    const key = `${dependency.name}@${dependency.version}`;
    const needs = [...(all.get(key)?.needs ?? []), ...dependency.needs];
    all.set(key, { ...dependency, needs });
    dependency.needs.forEach(add);
  };
  root.needs.forEach(add);
  return [...all.values()].toSorted((a, b) => compare(a.name, b.name) || compare(a.version, b.version));
}

function nameOf(folder: string): string {
  return (JSON.parse(readFileSync(repositoryPath(`${folder}/package.json`), 'utf8')) as { name: string }).name;
}

function neededBy({
  dependencies,
  optionalDependencies,
  peerDependencies = {},
  peerDependenciesMeta,
}: Locked): string[] {
  const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta?.[name]?.optional !== true);
  return [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers].toSorted(compare);
}

/** Where Node would find a package from another. */
function lookUp(packages: Readonly<Record<string, Locked>>, from: string, name: string): string | undefined {
  for (let place = from; ; place = place.replace(/(?:^|\/?node_modules\/)(?:@[^/]+\/)?[^/]+$|^packages\/[^/]+$/, '')) {
    const candidate = `${place}${place === '' ? '' : '/'}node_modules/${name}`;
    const { link, resolved } = packages[candidate] ?? {};
    if (packages[candidate] !== undefined) return link === true ? resolved : candidate;
    if (place === '') return undefined;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
