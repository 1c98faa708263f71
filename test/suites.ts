import { existsSync } from 'node:fs';
import { collectorPath } from './support/collector-binary.js';
import { guestObstacles } from './support/guest-image.js';
import { fullCollectorPath } from './support/full-collector-binary.js';
import { jaegerPath } from './support/jaeger-binary.js';
import { kafkaBrokerPath } from './support/kafka-broker.js';
import { machineObstacles } from './support/machine.js';
import { mountObstacles } from './support/mount-support.js';
import { isInstalled } from './support/process.js';
import { prometheusObstacles } from './support/prometheus.js';
import { registryObstacles } from './support/registry.js';
import { mindflavorPath, telegrafPath } from './support/rival-binaries.js';
import { tunnelObstacles } from './support/tunnel-support.js';

/** A set of tests that need the same things and run in one process. */
export interface Suite {
  readonly name: string;
  /** Folders under test/. */
  readonly folders: readonly string[];
  /** How long one test may take, in milliseconds: against hangs, so long that a machine with much else to do holds it. */
  readonly timeoutMs: number;
  /** Waits far more than it works, so it runs beside the others, and is shown when it is done. */
  readonly alongside?: true;
  /** Whether it is run only when it is named; absent: it is run with all others. */
  readonly onlyByName?: boolean;
  /** Absent: the suite can always run. */
  readonly needs?: {
    /** Lists all that keeps the suite from running here, and how to install what is missing. */
    obstacles(): string[];
    /** The command that runs it once that is there. */
    readonly enable: string;
  };
}

function missingBinary(name: string, path: string | undefined): string[] {
  if (path !== undefined) return [];
  return [`no ${name} binary`, ...(isInstalled('go') ? [] : ['Go missing, which builds it: https://go.dev/dl/'])];
}

function collectorObstacles(): string[] {
  return missingBinary('Collector', collectorPath());
}

function alertmanagerObstacles(): string[] {
  const missing = ['prometheus-alertmanager', 'amtool'].some((program) => !isInstalled(program));
  return missing ? ['prometheus-alertmanager or amtool missing: apt-get install prometheus-alertmanager'] : [];
}

function journalObstacles(): string[] {
  const packages = { '/lib/systemd/systemd-journal-remote': 'systemd-journal-remote', '/usr/sbin/nft': 'nftables' };
  const missing = Object.entries(packages).filter(([path]) => !existsSync(path));
  return [
    ...(process.getuid?.() === 0 ? [] : ['needs root']),
    ...missing.map(([path, name]) => `${path} missing: apt-get install --no-install-recommends ${name}`),
  ];
}

/** Of both Collectors with real backends behind them. */
function backendObstacles(): string[] {
  return [
    ...missingBinary('full Collector', fullCollectorPath()),
    ...missingBinary('Kafka broker', kafkaBrokerPath()),
    ...collectorObstacles(),
    ...prometheusObstacles(),
  ];
}

/** All suites in the order they run in. */
export const suites: readonly Suite[] = [
  { name: 'unit', folders: ['core', 'agent', 'simulator', 'runner', 'fuzz', 'supply', 'queries'], timeoutMs: 60_000 },
  // Memory and handles are measured of a process that does nothing else.
  { name: 'soak', folders: ['soak'], timeoutMs: 600_000 },
  // So are stages of a scrape, by ratios.
  { name: 'bench', folders: ['bench'], timeoutMs: 120_000 },
  {
    name: 'packaging',
    folders: ['packaging'],
    timeoutMs: 120_000,
    needs: { obstacles: registryObstacles, enable: 'npm test -- packaging, where the npm registry can be reached' },
  },
  {
    name: 'deploy',
    folders: ['deploy'],
    timeoutMs: 60_000,
    needs: {
      obstacles: () => (isInstalled('systemd-analyze') ? [] : ['systemd-analyze missing: apt-get install systemd']),
      enable: 'npm test -- deploy',
    },
  },
  {
    name: 'systemd',
    folders: ['systemd'],
    timeoutMs: 120_000,
    needs: {
      obstacles: () => [...machineObstacles(), ...registryObstacles()],
      enable: 'sudo -E npm run debian && sudo -E npm test -- systemd, where the npm registry can be reached',
    },
  },
  {
    name: 'rules',
    folders: ['rules'],
    timeoutMs: 60_000,
    needs: { obstacles: () => [...prometheusObstacles(), ...alertmanagerObstacles()], enable: 'npm test -- rules' },
  },
  { name: 'demo', folders: ['demo'], timeoutMs: 60_000 },
  {
    name: 'collector',
    folders: ['collector'],
    timeoutMs: 60_000,
    needs: { obstacles: collectorObstacles, enable: 'npm run collector && npm test -- collector' },
  },
  {
    name: 'prometheus',
    folders: ['prometheus'],
    timeoutMs: 90_000,
    needs: { obstacles: prometheusObstacles, enable: 'npm test -- prometheus' },
  },
  {
    name: 'faults',
    folders: ['faults'],
    timeoutMs: 180_000,
    needs: {
      obstacles: () => [...mountObstacles(), ...collectorObstacles()],
      enable: 'npm run collector && sudo -E npm run test:faults',
    },
  },
  {
    name: 'pipelines',
    folders: ['pipelines'],
    timeoutMs: 60_000,
    needs: {
      obstacles: () => [...backendObstacles(), ...journalObstacles()],
      enable: 'npm run collector && npm run test:pipelines',
    },
  },
  {
    name: 'tunnel',
    folders: ['tunnel'],
    timeoutMs: 60_000,
    needs: { obstacles: tunnelObstacles, enable: 'sudo -E npm test -- tunnel' },
  },
  {
    name: 'kernel',
    folders: ['kernel'],
    timeoutMs: 60_000,
    needs: { obstacles: guestObstacles, enable: 'npm run guest && npm test -- kernel' },
  },
  {
    name: 'e2e',
    folders: ['e2e'],
    timeoutMs: 60_000,
    needs: {
      obstacles: () => [...tunnelObstacles(), ...collectorObstacles(), ...prometheusObstacles()],
      enable: 'npm run collector && sudo -E npm test -- e2e',
    },
  },
  {
    name: 'life',
    folders: ['life'],
    timeoutMs: 60_000,
    alongside: true,
    needs: {
      obstacles: () => [...tunnelObstacles(), ...collectorObstacles()],
      enable: 'npm run collector && sudo -E npm test -- life',
    },
  },
  {
    name: 'fleet',
    folders: ['fleet'],
    timeoutMs: 240_000,
    alongside: true,
    needs: {
      obstacles: () => [...backendObstacles(), ...mountObstacles()],
      enable: 'npm run collector && npm run collector-full && sudo -E npm test -- fleet',
    },
  },
  {
    name: 'rivals',
    folders: ['rivals'],
    timeoutMs: 90_000,
    onlyByName: true,
    needs: {
      obstacles: () => [
        ...(mindflavorPath() ? [] : ['no prometheus_wireguard_exporter binary']),
        ...missingBinary('Telegraf', telegrafPath()),
        ...tunnelObstacles(),
      ],
      enable: 'npm run rivals && sudo -E npm test -- rivals',
    },
  },
  {
    name: 'extended',
    folders: ['extended'],
    timeoutMs: 60_000,
    onlyByName: true,
    needs: {
      obstacles: () => [...missingBinary('Jaeger', jaegerPath()), ...collectorObstacles()],
      enable: 'npm run test:extended',
    },
  },
];
