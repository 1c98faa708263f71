/** Serves simulated devices wg0, wg1 … in one process: `node devices.js FOLDER DEVICES PEERS`. */
import { Simulator } from '@wgotel/simulator';

const [directory = '', devices, peers] = process.argv.slice(2);
const simulator = new Simulator({ directory });
for (let index = 0; index < Number(devices); index++) {
  simulator.addDevice({ name: `wg${index}`, peers: Number(peers), age: 3_600_000 });
}
await simulator.start();
process.once('SIGTERM', () => void simulator.close());
console.log('listening');
