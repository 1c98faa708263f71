import { ConfigError, readConfiguration, type Configuration, type Flags } from '@wgotel/agent';

type Env = Readonly<Record<string, string>>;

/** Files that `${file:…}` finds. */
const FILES: Readonly<Record<string, string>> = { '/secret': 'hunter2\n', '/port': '4318' };

function readFile(path: string): Buffer {
  const text = FILES[path];
  if (text === undefined) throw Object.assign(new Error('none'), { code: 'ENOENT' });
  return Buffer.from(text);
}

export function read(text: string | undefined, env: Env = {}, flags: Flags = {}): Configuration {
  const file = text === undefined ? undefined : { name: 'w.yaml', text };
  return readConfiguration({ flags, env, file, readFile });
}

export function problems(text: string | undefined, env: Env = {}, flags: Flags = {}): readonly string[] {
  try {
    read(text, env, flags);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}
