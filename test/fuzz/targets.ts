import type { FuzzTarget } from './target.js';
import { CONFIG_TARGET } from './targets/config.js';
import { NAMES_TARGETS } from './targets/names.js';
import { QUEUE_TARGET } from './targets/queue.js';
import { READER_TARGET } from './targets/reader.js';
import { SOURCE_TARGETS } from './targets/sources.js';
import { TUNNELS_TARGET } from './targets/tunnels.js';
import { WEB_CONFIG_TARGET } from './targets/web-config.js';

/** Everything that reads what others write. */
export const TARGETS: readonly FuzzTarget[] = [
  ...SOURCE_TARGETS,
  READER_TARGET,
  CONFIG_TARGET,
  WEB_CONFIG_TARGET,
  ...NAMES_TARGETS,
  TUNNELS_TARGET,
  QUEUE_TARGET,
];
