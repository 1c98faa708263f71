import { collectorPath } from './support/collector-binary.js';
import { tunnelSupport } from './support/tunnel-support.js';

/** A set of tests that need the same things and run in one process. */
export interface Suite {
  readonly name: string;
  /** Folders under test/. */
  readonly folders: readonly string[];
  /** How long one test may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Absent: the suite can always run. */
  readonly needs?: {
    /** Returns why the suite can't run here, and what to install if that is it; undefined when it can run. */
    missing(): string | undefined;
    /** The command that runs it once that is there. */
    readonly enable: string;
  };
}

function collectorSupport(): string | undefined {
  return collectorPath() === undefined ? 'no Collector binary' : undefined;
}

/** All suites in the order they run in. */
export const suites: readonly Suite[] = [
  { name: 'unit', folders: ['core', 'agent', 'simulator'], timeoutMs: 5_000 },
  { name: 'packaging', folders: ['packaging'], timeoutMs: 120_000 },
  { name: 'demo', folders: ['demo'], timeoutMs: 60_000 },
  {
    name: 'collector',
    folders: ['collector'],
    timeoutMs: 60_000,
    needs: { missing: collectorSupport, enable: 'npm run collector && npm test -- collector' },
  },
  {
    name: 'tunnel',
    folders: ['tunnel'],
    timeoutMs: 60_000,
    needs: { missing: tunnelSupport, enable: 'sudo -E npm test -- tunnel' },
  },
  {
    name: 'e2e',
    folders: ['e2e'],
    timeoutMs: 60_000,
    needs: {
      missing: () => tunnelSupport() ?? collectorSupport(),
      enable: 'npm run collector && sudo -E npm test -- e2e',
    },
  },
];
