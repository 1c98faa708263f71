import assert from 'node:assert/strict';
import type { Deliveries } from '@wgotel/agent';

/** Throws unless what was to be sent is all accounted for. */
export function checkAccounts({ enqueued, restored, sent, queued, dropped }: Deliveries): void {
  for (const unit of ['requests', 'items'] as const) {
    const counts = [sent, queued, ...Object.values(dropped)].map((count) => count[unit]);
    assert.ok([...counts, restored[unit]].every((count) => count >= 0));
    assert.equal(
      counts.reduce((sum, count) => sum + count),
      enqueued[unit],
    );
  }
}
