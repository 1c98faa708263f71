import type { GrafanaLiveConfig } from '@wgotel/agent';
import { COMMON } from '../sender-setup.js';

/** In all places that hold secrets. */
export const TOKEN = 's3cr3t-token';

/** As the agent has it of its configuration, with a server on loopback. */
export function configFor(port: number, more: Partial<GrafanaLiveConfig> = {}): GrafanaLiveConfig {
  return {
    type: 'grafana_live',
    url: `ws://127.0.0.1:${port}/api/live/push/wg?gf_live_frame_format=${TOKEN}`,
    ...COMMON,
    headers: { authorization: `Bearer ${TOKEN}` },
    connectTimeout: 20_000,
    writeTimeout: 20_000,
    readTimeout: 0,
    textFrames: false,
    ...more,
  };
}
