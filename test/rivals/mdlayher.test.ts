import { after, before, describe, it } from 'mocha';
import { mdlayherPath } from '../support/rival-binaries.js';
import { assertDifference, Scene, withPlainNumber } from './scene.js';

/** What the original has beside what it says of WireGuard. */
const ONLY_THERE = ['- metrics of go', '- metrics of process', '- metrics of promhttp'];

const program = mdlayherPath();
// It is in no registry, so it may be missing where the others are there.
if (program === undefined) console.log('mdlayher’s exporter is left out: WGOTEL_MDLAYHER_EXPORTER does not name it');
else {
  describe('the profile mdlayher, beside wireguard_exporter on the same device', () => {
    let scene: Scene;

    before(async () => {
      scene = await Scene.open();
      await scene.addPeer('nowhere', []);
      const peer = (name: string, called: string): string =>
        `[[peer]]\npublic_key = "${scene.keys.get(name)}"\nname = '${called}'\n`;
      const names = scene.write('peers.toml', peer('b', 'the "other" end') + peer('v6', 'six'));
      scene.startAgent({ 9000: ['mdlayher'] }, { files: [names] });
      scene.start(program, '-metrics.addr', '127.0.0.1:8000', '-wireguard.peer-file', names);
    });
    after(() => scene?.close());

    it('has line by line what it has, but for the metrics of its own process', async () => {
      const normal = (line: string): string =>
        withPlainNumber(line.replace(/^# \w+ (go|process|promhttp)_.*/, 'metrics of $1'));
      await assertDifference(() => scene.difference([8000, 9000], normal), ONLY_THERE);
    });
  });
}
