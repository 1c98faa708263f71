import { readConfigurationNames, readNames } from '@wgotel/agent';
import { assertHarmless, SECRET, type FuzzTarget } from '../target.js';

const KEY = 'JmrLNx26yVl1r88heIbK+2k2pT/6OW5osbxEEoMB8g0=';
const CONF = Buffer.from(`[Interface]
PrivateKey = ${SECRET}
#PrivateKey = ${SECRET}
### Client alice
[Peer]
# friendly_json = {"name": "alice"}
PublicKey = ${KEY}
PresharedKey = ${SECRET}
`);
const WG_EASY = Buffer.from(
  JSON.stringify({ clients: { a: { name: 'alice', publicKey: KEY, privateKey: SECRET, preSharedKey: SECRET } } }),
);

/** Messages hold no key, whatever the file is. */
function guarded(read: () => ReadonlyMap<string, string>): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof Error) || error.constructor !== Error) throw error;
    assertHarmless(error.message);
  }
}

export const NAMES_TARGETS: readonly FuzzTarget[] = [
  ...[
    ['csv', `public_key,name\n${KEY},alice\n"${KEY}","b ""o"" b",wg0\n${SECRET},x\n`],
    ['yaml', `peers:\n  - { public_key: "${KEY}", name: alice }\n  - [ "${SECRET}", b ]\n`],
    ['toml', `[[peer]]\npublic_key = "${KEY}"\nname = "alice"\n`],
    ['json', `{"${KEY}": {"name": "alice", "device": "wg0"}, "${SECRET}": "x"}`],
  ].map(([form, text]) => ({
    name: `names.${form}`,
    corpus: [Buffer.from(text!)],
    run: (input: Buffer) => guarded(() => readNames(`n.${form}`, input)),
  })),
  {
    name: 'names of wg-quick',
    corpus: [CONF],
    run: (input) => guarded(() => readConfigurationNames('wg0.conf', input)),
  },
  {
    name: 'names of wg-easy',
    corpus: [WG_EASY],
    run: (input) => guarded(() => readConfigurationNames('wg0.json', input)),
  },
];
