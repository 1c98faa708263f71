import { RE2JS } from 're2js';
import type { PeerExpectations, ReceiverOptions } from '@wgotel/core';
import type { PeerRule, ReceiverConfig } from '../config/configuration.js';
import { interfaceFilter } from '../config/interface-filter.js';

/** What the library has to be told for a receiver to be as configured. Names are not part of it. */
export function receiverOptions(config: ReceiverConfig): ReceiverOptions {
  return {
    source: config.source,
    sourceOptions: { ...config.sourceOptions, reads: interfaceFilter(config) },
    collectionInterval: config.collectionInterval,
    initialDelay: config.initialDelay,
    timeout: config.timeout,
    peerLimit: config.peerLimit,
    metrics: config.metrics,
    events: config.events,
    identity: config.identity,
    endpoints: config.endpoints,
    expectations: expectationsOf(config.peers),
    requiredDevices: config.devices.filter(({ required }) => required),
    meterProvider: false,
  };
}

/** The first rule that fits a peer counts. */
export function expectationsOf(rules: readonly PeerRule[]): PeerExpectations | undefined {
  if (rules.length === 0) return undefined;
  const compiled = rules.map((rule) => ({ rule, pattern: rule.pattern && RE2JS.compile(rule.pattern) }));
  return ({ device, id, name }) => {
    const found = compiled.find(
      ({ rule, pattern }) =>
        (rule.device === undefined || rule.device === device) &&
        (rule.id === undefined || rule.id === id) &&
        (rule.name === undefined || rule.name === name) &&
        (!pattern || (name !== undefined && pattern.matcher(name).find())),
    );
    return found && { expect: found.rule.expect, staleAfter: found.rule.staleAfter };
  };
}
