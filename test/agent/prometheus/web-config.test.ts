import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, parseWebConfig, Passwords, WebAccess } from '@wgotel/agent';
import { hashSync } from 'bcryptjs';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { until } from '../../support/process.js';
import { repositoryPath } from '../../support/repository.js';
import { scenario } from './scenario.js';
import { ask, ServedPages } from './served.js';
import { receiverWith } from './shown.js';

const file = (name: string): string => repositoryPath(`test/agent/prometheus/certificates/${name}`);
const pem = (name: string): Buffer => readFileSync(file(name));

const HASH = hashSync('hunter2', 4);
const TLS = { cert_file: file('server.pem'), key_file: file('server.key') };

describe('a web configuration file', () => {
  it('is read as Prometheus reads it', () => {
    const text = `
tls_server_config:
  cert_file: server.crt
  key_file: server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.crt
  min_version: TLS13
http_server_config:
  http2: false
  headers: { Strict-Transport-Security: max-age=31536000 }
basic_auth_users:
  alice: ${HASH}
bearer_token_file: token
`;
    assert.deepEqual(parseWebConfig('web.yaml', text), {
      tls: {
        certFile: 'server.crt',
        keyFile: 'server.key',
        clientAuth: 'RequireAndVerifyClientCert',
        clientCaFile: 'ca.crt',
        minVersion: 'TLSv1.3',
        maxVersion: 'TLSv1.3',
      },
      headers: { 'Strict-Transport-Security': 'max-age=31536000' },
      users: { alice: HASH },
      bearerTokenFile: 'token',
    });
    assert.deepEqual(parseWebConfig('web.yaml', ''), {
      tls: undefined,
      headers: {},
      users: {},
      bearerTokenFile: undefined,
    });
  });

  for (const [text, problem] of [
    ['[]', 'w:1:1: expected a map with tls_server_config, basic_auth_users, bearer_token_file and http_server_config'],
    ['a: [', 'w:1:5: this is no YAML: the indentation does not fit'],
    ['basic_auth_user: {}', 'w:1:1 basic_auth_user: there is no such key; did you mean basic_auth_users?'],
    [
      'basic_auth_users: { alice: hunter2 }',
      'w:1:28 basic_auth_users.alice: expected a bcrypt hash of cost 4 to 15, such as `htpasswd -nBC 10 USER` prints',
    ],
    [
      `basic_auth_users: { alice: "${HASH.replace('$04$', '$31$')}" }`,
      'w:1:28 basic_auth_users.alice: expected a bcrypt hash of cost 4 to 15, such as `htpasswd -nBC 10 USER` prints',
    ],
    ['tls_server_config: { cert_file: a }', 'w:1:20 tls_server_config.key_file: is missing: TLS needs it'],
    [
      'tls_server_config: { cert_file: a, key_file: b, client_auth_type: RequireAndVerifyClientCert }',
      'w:1:20 tls_server_config.client_ca_file: client_ca_file and a client_auth_type that verifies go together',
    ],
    [
      'tls_server_config: { cert_file: a, key_file: b, client_auth_type: Sometimes }',
      'w:1:67 tls_server_config.client_auth_type: expected one of NoClientCert, RequestClientCert, RequireAnyClientCert, VerifyClientCertIfGiven, RequireAndVerifyClientCert',
    ],
    [
      'tls_server_config: { cert_file: a, key_file: b, min_version: TLS10 }',
      'w:1:62 tls_server_config.min_version: expected one of TLS12, TLS13',
    ],
    [
      'tls_server_config: { cert_file: a, key_file: b, cipher_suites: [X] }',
      'w:1:64 tls_server_config.cipher_suites: this can not be set here: Node.js has its own way to say it, --tls-cipher-list',
    ],
    [
      'tls_server_config: { cert_file: a, key_file: b, client_allowed_sans: [X] }',
      'w:1:70 tls_server_config.client_allowed_sans: this can not be set here: use a CA of its own for the clients that may ask',
    ],
    [
      'http_server_config: { headers: { content-length: "1" } }',
      'w:1:50 http_server_config.headers.content-length: this is no header that can be set: its name is reserved',
    ],
  ] as const) {
    it(`is told what is wrong with ${text.slice(0, 60)}`, () => {
      assert.throws(
        () => parseWebConfig('w', text),
        (error) => {
          assert.ok(error instanceof ConfigError);
          assert.deepEqual(error.problems, [problem]);
          return true;
        },
      );
    });
  }
});

describe('passwords', () => {
  it('are right or wrong, wrong ones only so often, and those that were right once are known', async () => {
    let now = 0;
    const passwords = new Passwords(() => now);
    const users = new Map([['alice', HASH]]);
    try {
      assert.equal(await passwords.check('alice', 'hunter2', users), 'right');
      for (let count = 0; count < 9; count++) {
        assert.equal(await passwords.check(count % 2 === 0 ? 'alice' : 'bob', `wrong ${count}`, users), 'wrong');
      }
      assert.equal(await passwords.check('alice', 'wrong', users), 'busy');
      assert.equal(await passwords.check('alice', 'hunter2', users), 'right');
      assert.equal(await passwords.check('bob', 'hunter2', users), 'busy');
      now = 2000;
      assert.equal(await passwords.check('bob', 'hunter2', users), 'wrong');
      assert.equal(await passwords.check('alice', 'hunter2', new Map([['alice', hashSync('other', 4)]])), 'wrong');
      assert.equal(await passwords.check('alice', 'hunter2', new Map([['alice', hashSync('other', 4)]])), 'busy');
    } finally {
      await passwords.close();
    }
  });

  it('wait no more than eight at once', async () => {
    const passwords = new Passwords(() => 0);
    try {
      const verdicts = Array.from({ length: 10 }, (_, index) =>
        passwords.check('alice', `wrong ${index}`, new Map([['alice', HASH]])),
      );
      assert.equal((await Promise.all(verdicts)).filter((verdict) => verdict === 'busy').length, 2);
    } finally {
      await passwords.close();
    }
  });
});

describe('a page with a web configuration', () => {
  let folder: string;
  let served: ServedPages | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wgotel-web-'));
  });
  afterEach(async () => {
    await served?.close();
    served = undefined;
    rmSync(folder, { recursive: true });
  });

  const write = (name: string, content: string): string => {
    writeFileSync(join(folder, `${name}.new`), content, { mode: 0o600 });
    renameSync(join(folder, `${name}.new`), join(folder, name));
    return join(folder, name);
  };
  const start = async (config: object): Promise<ServedPages> => {
    served = await ServedPages.start(receiverWith(scenario()), {
      web_config_file: write('web.yaml', JSON.stringify(config)),
    });
    return served;
  };
  const basic = (user: string, password: string): string =>
    `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

  it('is for those who show a password or a token', async () => {
    write('token', 't0ken\n');
    const { port, log } = await start({ basic_auth_users: { alice: HASH, bob: HASH }, bearer_token_file: 'token' });
    for (const [authorization, status] of [
      [undefined, 401],
      ['', 401],
      ['Basic', 401],
      ['Basic !', 401],
      [basic('alice', 'hunter3'), 401],
      [basic('carol', 'hunter2'), 401],
      [basic('', ''), 401],
      ['Bearer', 401],
      ['Bearer t0ke', 401],
      ['Bearer t0kenn', 401],
      ['Digest t0ken', 401],
      [basic('alice', 'hunter2'), 200],
      [basic('bob', 'hunter2').replace('Basic', 'bASIC'), 200],
      ['Bearer t0ken', 200],
    ] as const) {
      const { status: answered, headers } = await ask(
        port,
        authorization === undefined ? {} : { headers: { authorization } },
      );
      assert.equal(answered, status, String(authorization));
      assert.equal(headers['www-authenticate'], status === 401 ? 'Basic realm="wgotel"' : undefined);
    }
    assert.equal(log.filter((line) => line.includes('somebody was refused: wrong credentials')).length, 1);
    assert.doesNotMatch(log.join(''), /hunter|t0ke|alice|carol|\$2/);
  });

  it('tells who asks too often with wrong passwords to wait, and goes on with those it knows', async () => {
    const { port } = await start({ basic_auth_users: { alice: HASH } });
    const right = { headers: { authorization: basic('alice', 'hunter2') } };
    assert.equal((await ask(port, right)).status, 200);
    const wrong = { headers: { authorization: basic('alice', 'hunter3') } };
    await until('it is enough', async () => (await ask(port, wrong)).status === 429);
    assert.equal((await ask(port, right)).status, 200);
  });

  it('is asked for through TLS, by no older version than it says, with headers of its own', async () => {
    const { port, pages } = await start({
      tls_server_config: { ...TLS, min_version: 'TLS13' },
      http_server_config: { headers: { 'x-frame-options': 'deny' } },
    });
    assert.deepEqual([...pages.urls], [['prometheus', [`https://127.0.0.1:${port}/metrics`]]]);
    const { status, headers } = await ask(port, { ca: pem('ca.pem') }, true);
    assert.deepEqual([status, headers['x-frame-options']], [200, 'deny']);
    await assert.rejects(ask(port, { ca: pem('ca.pem'), maxVersion: 'TLSv1.2' }, true));
    await assert.rejects(ask(port));
  });

  it('is for those who show the certificate that it asks for', async () => {
    const client = { ca: pem('ca.pem'), cert: pem('client.pem'), key: pem('client.key') };
    const expired = { ca: pem('ca.pem'), cert: pem('expired.pem'), key: pem('expired.key') };
    const stranger = {
      ca: pem('ca.pem'),
      cert: readFileSync(repositoryPath('test/agent/exporter/certificates/client.pem')),
      key: readFileSync(repositoryPath('test/agent/exporter/certificates/client.key')),
    };
    const nobody = { ca: pem('ca.pem') };
    for (const [type, ca, admitted] of [
      ['NoClientCert', undefined, [true, true, true, true]],
      ['RequestClientCert', undefined, [true, true, true, true]],
      ['RequireAnyClientCert', undefined, [true, true, true, false]],
      ['VerifyClientCertIfGiven', file('ca.pem'), [true, false, false, true]],
      ['RequireAndVerifyClientCert', file('ca.pem'), [true, false, false, false]],
    ] as const) {
      const { port, log } = await start({ tls_server_config: { ...TLS, client_auth_type: type, client_ca_file: ca } });
      for (const [index, options] of [client, expired, stranger, nobody].entries()) {
        const status = await ask(port, options, true).then(
          (answer) => answer.status,
          () => undefined,
        );
        assert.equal(status, admitted[index] ? 200 : undefined, `${type}, ${index}`);
      }
      const lines = log.filter((line) => line.includes('somebody was refused: wrong certificate'));
      assert.equal(lines.length, (admitted as readonly boolean[]).includes(false) ? 1 : 0, type);
      if (type.includes('Verify')) assert.match(lines[0]!, /"why":"CERT_HAS_EXPIRED"/);
      await served!.close();
    }
  });

  it('takes up users and certificates that were replaced, and keeps the old ones while the new can’t be used', async () => {
    let now = 0;
    const path = write('web.yaml', JSON.stringify({ basic_auth_users: { alice: HASH } }));
    const access = await WebAccess.read(path, () => now);
    write('web.yaml', JSON.stringify({ basic_auth_users: { bobby: HASH } }));
    assert.equal(await access.refresh(), false);
    now += 5000;
    assert.equal(await access.refresh(), true);
    assert.deepEqual([...access.current.users.keys()], ['bobby']);
    write('web.yaml', 'basic_auth_users: { carol: hunter2 }');
    now += 5000;
    await assert.rejects(access.refresh(), /carol/);
    assert.equal(await access.refresh(), false);
    now += 5000;
    assert.equal(await access.refresh(), false);
    assert.deepEqual([...access.current.users.keys()], ['bobby']);
  });

  for (const [what, config, problem] of [
    [
      'a key of another certificate',
      { tls_server_config: { ...TLS, key_file: file('client.key') } },
      /is not the key of/,
    ],
    ['a certificate that is none', { tls_server_config: { ...TLS, cert_file: file('client.key') } }, /is no PEM file/],
    [
      'a file that is not there',
      { tls_server_config: { ...TLS, cert_file: 'none' } },
      /none' can't be read \(ENOENT\)/,
    ],
    ['an empty token', { bearer_token_file: '/dev/null' }, /'\/dev\/null' is empty: expected a token/],
    [
      'a wrong hash',
      { basic_auth_users: { a: 'hunter2' } },
      /web_config_file: .*web\.yaml:1:\d+ basic_auth_users\.a: expected/,
    ],
  ] as const) {
    it(`is not served with ${what}`, () =>
      assert.rejects(start(config), (error) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, problem);
        assert.doesNotMatch(error.message, /hunter2|BEGIN/);
        return true;
      }));
  }

  it('warns of a certificate that has expired', async () => {
    const { log } = await start({
      tls_server_config: { cert_file: file('server-expired.pem'), key_file: file('server-expired.key') },
    });
    assert.match(log.join(''), /server-expired\.pem' has expired/);
  });

  it('goes from plain text to TLS in the same place, and back', async () => {
    const started = await start({ tls_server_config: TLS });
    await started.configure({});
    assert.equal((await ask(started.port)).status, 200);
    await started.configure({ web_config_file: join(folder, 'web.yaml') });
    assert.equal((await ask(started.port, { ca: pem('ca.pem') }, true)).status, 200);
  });
});
