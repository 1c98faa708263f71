import { cycles } from './cycles-part.js';
import { guard } from './guard-part.js';
import { heartbeat } from './heartbeat-part.js';
import { netlink } from './netlink-part.js';
import type { Part } from './part.js';
import { paths } from './paths-part.js';
import { rivals } from './rivals-part.js';
import { tagging } from './tagging-part.js';

/** All that can be measured, in this order. Each has a place in docs/benchmarks.md. */
export const PARTS: readonly Part[] = [cycles, paths, rivals, netlink, tagging, heartbeat, guard];
