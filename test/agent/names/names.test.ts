import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger, NameBook, readConfigurationNames, readNames, type NamesConfig } from '@wgotel/agent';
import { peerId } from '@wgotel/core';
import { after, before, describe, it } from 'mocha';
import { repositoryPath } from '../../support/repository.js';
import { startCli } from '../run/agent-process.js';

const ALICE = 'JmrLNx26yVl1r88heIbK+2k2pT/6OW5osbxEEoMB8g0=';
const BOB = 'FrXpplSalvSfo7ska/EaqTcDEbN2O80v432HRTvy1P8=';
const PRIVATE = '8BqJf6FAGP6nF2JpXRk2tHhQBKPnkE6kKYYsVfXnIUM=';

let folder: string;
const path = (name: string): string => join(folder, name);

describe('a file of names', () => {
  const read = (name: string, text: string): Record<string, string> =>
    Object.fromEntries(readNames(name, Buffer.from(text)));

  for (const [name, text] of [
    ['n.csv', `public_key,name\n${ALICE},alice\n`],
    ['n.csv', `\ufeff${ALICE},"alice"\r\n\r\n# ${BOB},bob\n`],
    ['n.yaml', `${ALICE}: alice\n`],
    ['n.yml', `peers:\n  - { public_key: "${ALICE}", name: alice }\n`],
    ['n.toml', `[[peer]]\npublic_key = "${ALICE}"\nname = "alice"\n`],
    ['n.toml', `"${ALICE}" = "alice"\n`],
    ['n.json', `{"${ALICE}": {"name": "alice"}}`],
    ['N.JSON', `[{"publicKey": "${ALICE}", "name": "alice"}]`],
  ] as const) {
    it(`may be ${name}: ${text.slice(0, 30).trim()}`, () => assert.deepEqual(read(name, text), { [ALICE]: 'alice' }));
  }

  it('may name by peer id, and for one device only', () => {
    assert.deepEqual(read('n.csv', `${peerId(ALICE)},alice\n${BOB},bob,wg1\n`), {
      [peerId(ALICE)]: 'alice',
      [`wg1 ${BOB}`]: 'bob',
    });
  });

  it('may be empty', () => {
    for (const name of ['n.csv', 'n.yaml', 'n.toml']) assert.deepEqual(read(name, ''), {});
  });

  for (const [name, text, message] of [
    ['n.txt', '', /ends in one of \.csv/],
    ['n.json', '{', /it is no JSON/],
    ['n.yaml', 'a: [', /it is no YAML/],
    ['n.toml', 'a = ', /it is no TOML/],
    ['n.csv', '"a', /it is no CSV/],
    ['n.csv', `${PRIVATE.slice(1)},alice\n`, /entry 1: expected a public key/],
    ['n.csv', `${ALICE},\n`, /entry 1: expected a name/],
    ['n.json', '5', /expected a map/],
    ['n.yaml', `- [${ALICE}, {a: 1}]\n- x\n`, /entry 2: expected a public key/],
  ] as const) {
    it(`is refused: ${name} with ${JSON.stringify(text.slice(0, 20))}`, () => {
      assert.throws(
        () => read(name, text),
        (error: Error) => message.test(error.message) && !error.message.includes(PRIVATE.slice(1)),
      );
    });
  }

  it('has the forms that docs/names.md shows', () => {
    const blocks = readFileSync(repositoryPath('docs/names.md'), 'utf8').matchAll(
      /^```(csv|yaml|toml|json)\n(.*?)^```/gms,
    );
    const found = [...blocks].map(([, form, text]) => [form, read(`n.${form}`, text!)[ALICE]]);
    assert.deepEqual(
      found,
      ['csv', 'yaml', 'toml', 'json'].map((form) => [form, 'laptop']),
    );
  });
});

/** A configuration with keys in every place where a careless reader could pick them up. */
const section = (above: string, inside: string, key = ALICE): string => `[Interface]
PrivateKey = ${PRIVATE}
#PrivateKey = ${PRIVATE}

${above}
[Peer]
${inside}
PublicKey = ${key}
PresharedKey = ${PRIVATE}
AllowedIPs = 10.0.0.2/32
`;

describe('a WireGuard configuration', () => {
  const read = (text: string, name = 'wg0.conf'): Record<string, string> =>
    Object.fromEntries(readConfigurationNames(name, Buffer.from(text)));

  for (const [tool, before_, inside] of [
    ['friendly_name', '', '# friendly_name = alice'],
    ['friendly_name, before', '# friendly_name=alice', ''],
    ['friendly_json', '', '# friendly_json = {"name": "alice", "id": 7}'],
    ['friendly_json without name', '', '# friendly_json = {"id": 7, "user": "alice"}'],
    ['Name', '', '# Name = alice'],
    ['angristan', '### Client alice', ''],
    ['Nyr', '# BEGIN_PEER alice', ''],
    ['PiVPN', '### begin alice ###', ''],
    ['wg-easy', '# Client: alice (7f3a)', ''],
  ] as const) {
    it(`of ${tool} names the peer`, () => {
      assert.deepEqual(read(section(before_, inside)), { [ALICE]: 'alice' });
      assert.deepEqual(read(section(before_, inside).replaceAll('\n', '\r\n')), { [ALICE]: 'alice' });
    });
  }

  it('names each peer by what is nearest to it', () => {
    const text = `${section('### Client alice', '')}${section('', '')}${section('### Client bob', '# Name = robert', BOB)}`;
    assert.deepEqual(read(text), {
      [ALICE]: 'alice',
      [BOB]: 'robert',
    });
  });

  it('names peers by lines before their sections, with and without an empty line between', () => {
    const named = (name: string, key: string): string => `# friendly_name = ${name}\n[Peer]\nPublicKey = ${key}\n`;
    const expected = { [ALICE]: 'alice', [BOB]: 'bob' };
    assert.deepEqual(read(`${named('alice', ALICE)}\n${named('bob', BOB)}`), expected);
    assert.deepEqual(read(`${named('alice', ALICE)}${named('bob', BOB)}`), expected);
    assert.deepEqual(read(`${named('alice', ALICE)}\n\n# Bob has two telephones.\n${named('bob', BOB)}`), expected);
  });

  it('names peers by lines at the end of their sections', () => {
    const ended = (name: string, key: string): string =>
      `[Peer]\nPublicKey = ${key}\nAllowedIPs = ::/0\n# Name = ${name}\n`;
    const expected = { [ALICE]: 'alice', [BOB]: 'bob' };
    assert.deepEqual(read(`${ended('alice', ALICE)}\n${ended('bob', BOB)}`), expected);
    assert.deepEqual(read(`${ended('alice', ALICE)}${ended('bob', BOB)}`), expected);
    assert.deepEqual(
      read(`[Peer]\nPublicKey = ${ALICE}\n\n# Name = alice\nAllowedIPs = ::/0\n${ended('bob', BOB)}`),
      expected,
    );
  });

  it('does not give a peer the name of one whose section is missing', () => {
    assert.deepEqual(read(`${section('', '')}### Client ghost\n`), {});
    assert.deepEqual(read(`${section('### Client alice', '')}### Client ghost\n[Interface]\n`), { [ALICE]: 'alice' });
  });

  it('may write its words in any case, and names that have "key" in them', () => {
    const text = section('### Client monkey', '').replace('PublicKey', 'publickey').replace('[Peer]', '[PEER]');
    assert.deepEqual(read(text), { [ALICE]: 'monkey' });
    assert.deepEqual(read(section('', '# Name = the Keyboard')), { [ALICE]: 'the Keyboard' });
  });

  it('of networkd names peers', () => {
    const text = `[NetDev]\nName=wg0\n\n[WireGuard]\nPrivateKey=${PRIVATE}\n\n# Name = alice\n[WireGuardPeer]\nPublicKey=${ALICE}\n`;
    assert.deepEqual(read(text, 'wg0.netdev'), { [ALICE]: 'alice' });
  });

  it('without names gives none, and neither does one with a key in a comment', () => {
    assert.deepEqual(read(section('', '')), {});
    for (const parked of [
      `PrivateKey ${PRIVATE}`,
      'old presharedkey',
      PRIVATE,
      Buffer.from(PRIVATE, 'base64').toString('hex'),
    ])
      assert.deepEqual(read(section('', `# Name = ${parked}`)), {});
    assert.deepEqual(read(''), {});
  });

  it('of wg-easy, in JSON, names peers, and its keys never become text', () => {
    const bytes = Buffer.from(
      JSON.stringify({
        server: { privateKey: PRIVATE, publicKey: BOB },
        clients: {
          a: { name: 'alice', publicKey: ALICE, privateKey: PRIVATE, preSharedKey: PRIVATE },
          b: { name: 'bob', privateKey: null, publicKey: BOB },
        },
      }),
    );
    const parse = JSON.parse;
    const seen: string[] = [];
    JSON.parse = (text: string) => (seen.push(text), parse(text) as unknown);
    try {
      assert.deepEqual(Object.fromEntries(readConfigurationNames('wg0.json', bytes)), {
        [ALICE]: 'alice',
        [BOB]: 'bob',
      });
    } finally {
      JSON.parse = parse;
    }
    assert.ok(seen.length === 1 && !seen[0]!.includes(PRIVATE));
  });
});

describe('the names of an agent', () => {
  before(() => (folder = mkdtempSync(join(tmpdir(), 'wgotel-names-'))));
  after(() => rmSync(folder, { recursive: true }));
  const book = (config: Partial<NamesConfig>, log: string[] = []): NameBook =>
    new NameBook(
      { peers: {}, files: [], configurationFiles: [], ...config },
      new Logger({ stream: { write: (line) => log.push(line) } }),
    );

  it('come from the configuration, then from files, then from configuration files', async () => {
    writeFileSync(path('a.csv'), `${ALICE},file\n${BOB},bob,wg1\n`);
    writeFileSync(path('b.csv'), `${ALICE},later\n${peerId(BOB)},by id\n`);
    writeFileSync(path('wg0.conf'), section('### Client conf', ''));
    const files = [path('a.csv'), path('b.csv')];
    const names = book({ peers: { [ALICE]: 'given' }, files });
    assert.equal(await names.refresh(), true);
    assert.deepEqual(
      [names.nameOf(ALICE, 'wg0'), names.nameOf(BOB, 'wg1'), names.nameOf(BOB, 'wg0')],
      ['given', 'bob', 'by id'],
    );
    const others = book({ files, configurationFiles: [path('wg0.conf')] });
    await others.refresh();
    assert.equal(others.nameOf(ALICE, 'wg0'), 'file');
    const last = book({ configurationFiles: [path('wg0.conf')] });
    await last.refresh();
    assert.equal(last.nameOf(ALICE, 'wg0'), 'conf');
  });

  it('are not read from a file that is too large to be one of names', async () => {
    writeFileSync(path('large.csv'), '');
    truncateSync(path('large.csv'), 17 * 1024 * 1024);
    const names = book({ files: [path('large.csv')] });
    await names.refresh();
    assert.deepEqual([...names.problems], [[path('large.csv'), 'it is larger than 16 MiB']]);
  });

  it('are read again when a file changes, and stay when it is damaged, which is said once', async () => {
    const log: string[] = [];
    const names = book({ files: [path('c.json')] }, log);
    assert.equal(await names.refresh(), true);
    assert.equal(await names.refresh(), false);
    writeFileSync(path('c.json'), `{"${ALICE}": "one"}`);
    assert.equal(await names.refresh(), true);
    assert.equal(names.nameOf(ALICE, 'wg0'), 'one');
    for (const damaged of ['{', '{"', `{"${PRIVATE}`]) {
      writeFileSync(path('c.json'), damaged);
      await names.refresh();
    }
    assert.equal(names.nameOf(ALICE, 'wg0'), 'one');
    assert.deepEqual([...names.problems.values()], ['it is no JSON']);
    writeFileSync(path('c.json'), `{"${ALICE}": "three"}`);
    await names.refresh();
    assert.equal(names.nameOf(ALICE, 'wg0'), 'three');
    assert.deepEqual(
      log.map((line) => line.split('\t').slice(1, 3).join(' ')),
      [
        'warn names can not be read, those known before stay',
        'info names are read again',
        'warn names can not be read, those known before stay',
        'info names are read again',
      ],
    );
    assert.ok(!log.join('').includes(PRIVATE));
  });
});

describe('wgotel names extract', () => {
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'wgotel-extract-'));
    writeFileSync(
      path('wg0.conf'),
      `${section('### Client alice, "the" first', '')}${section('', '# Name = bob', BOB)}`,
    );
  });
  after(() => rmSync(folder, { recursive: true }));

  it('writes names and public keys and nothing else, in a form that is read back', async () => {
    const { output, ended } = startCli(['names', 'extract', path('wg0.conf'), '--output', path('names.csv')]);
    assert.deepEqual(await ended, [0, null]);
    assert.equal(output.out, '');
    assert.match(output.err, /wg0\.conf: 2 names\n$/);
    const written = readFileSync(path('names.csv'), 'utf8');
    assert.equal(written, `public_key,name\n${ALICE},"alice, ""the"" first"\n${BOB},bob\n`);
    assert.deepEqual(Object.fromEntries(readNames('names.csv', Buffer.from(written))), {
      [ALICE]: 'alice, "the" first',
      [BOB]: 'bob',
    });
    assert.equal(statSync(path('names.csv')).mode & 0o777, 0o644);
  });

  it('lets the agent read what root writes under a narrow umask', () => {
    const cli = repositoryPath('packages/agent/bin/wgotel.js');
    const script = `umask 077; exec "$0" "$@"`;
    const args = ['-c', script, process.execPath, cli, 'names', 'extract', path('wg0.conf'), '-o', path('umask.csv')];
    execFileSync('sh', args, { stdio: 'ignore' });
    assert.equal(statSync(path('umask.csv')).mode & 0o777, 0o644);
  });

  it('lets no name of wg-easy add a line of its own', async () => {
    const clients = {
      a: { name: `alice\n${BOB},mallory`, publicKey: ALICE },
      b: { name: 'eve', publicKey: `${BOB},mallory\n${BOB}` },
    };
    writeFileSync(path('wg0.json'), JSON.stringify({ clients }));
    const { output, ended } = startCli(['names', 'extract', path('wg0.json')]);
    assert.deepEqual(await ended, [0, null]);
    const read = readNames('names.csv', Buffer.from(output.out));
    assert.deepEqual(Object.fromEntries(read), { [ALICE]: `alice\n${BOB},mallory` });
  });

  it('takes a folder', async () => {
    const { output, ended } = startCli(['names', 'extract', folder]);
    assert.deepEqual(await ended, [0, null]);
    assert.match(output.err, /wg0\.conf: 2 names\n$/);
  });

  it('prints JSON too, and tells of files that it could not read', async () => {
    const some = startCli(['names', 'extract', path('wg0.conf'), path('none.conf'), '--format', 'json']);
    assert.deepEqual(await some.ended, [3, null]);
    assert.deepEqual(JSON.parse(some.output.out), { [ALICE]: 'alice, "the" first', [BOB]: 'bob' });
    assert.match(some.output.err, /none\.conf: it can't be read \(ENOENT\)/);
    const none = startCli(['names', 'extract', path('none.conf')]);
    assert.deepEqual(await none.ended, [1, null]);
    assert.ok(!`${some.output.out}${some.output.err}`.includes(PRIVATE));
  });
});
