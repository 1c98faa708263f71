/** Takes a value out of saved text over, if it is of the right kind.
 *
 *  @throws {TypeError} if it is not */
export type Reader<T> = (value: unknown) => T;

type Read<R> = R extends Reader<infer T> ? T : never;

function kind<T>(name: string, is: (value: unknown) => boolean): Reader<T> {
  return (value) => {
    if (is(value)) return value as T;
    throw new TypeError(`expected ${name}`);
  };
}

export const number: Reader<number> = kind('a number', (value) => typeof value === 'number' && Number.isFinite(value));
export const text: Reader<string> = kind('a text', (value) => typeof value === 'string');
export const flag: Reader<boolean> = kind('true or false', (value) => typeof value === 'boolean');

export function oneOf<const T>(...values: readonly T[]): Reader<T> {
  return kind(`one of ${values.join(', ')}`, (value) => values.includes(value as T));
}

/** What is `undefined` is left out by JSON. */
export function optional<T>(reader: Reader<T>): Reader<T | undefined> {
  return (value) => (value === undefined ? undefined : reader(value));
}

export function list<T>(reader: Reader<T>): Reader<T[]> {
  return (value) => {
    if (!Array.isArray(value)) throw new TypeError('expected a list');
    return value.map(reader);
  };
}

const NONE = Object.freeze({});

/** Numbers by some of the keys given. */
export function counts<K extends string>(...keys: readonly K[]): Reader<Partial<Record<K, number>>> {
  const key = oneOf(...keys);
  return (value) => {
    const found = Object.entries(members(value)).map(([name, count]) => [key(name), number(count)]);
    // One object for all that have none: there may be many thousands.
    return found.length === 0 ? NONE : (Object.fromEntries(found) as Partial<Record<K, number>>);
  };
}

/** An object with just these keys, all of them in this order. */
export function object<S extends Readonly<Record<string, Reader<unknown>>>>(
  shape: S,
): Reader<{ [K in keyof S]: Read<S[K]> }> {
  const keys = Object.entries(shape);
  return (value) => {
    const from = members(value);
    const result: Record<string, unknown> = {};
    for (const [key, reader] of keys) result[key] = reader(from[key]);
    return result as { [K in keyof S]: Read<S[K]> };
  };
}

function members(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new TypeError('expected an object');
}
