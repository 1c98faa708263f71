export { isWireGuardError, WireGuardError, type WireGuardErrorCode, type WireGuardErrorFacts } from './errors.js';
export type { Device, DeviceType, Peer } from './model/device.js';
export { parseEndpoint, type Endpoint } from './model/endpoint.js';
export type { ExpectedDevice, ExpectedDevices, ExpectedEndpoint, ExpectedPeer } from './model/expected-device.js';
export { Identity, IDENTITY_MODES, type IdentityMode, type IdentitySettings } from './model/identity.js';
export { peerId, tunnelId } from './model/key.js';
export type { PeerState } from './model/peer-state.js';
export { runAtOnce, runInSlices } from './model/slices.js';
export type { SpanIds, TunnelFeed, TunnelView } from './model/tunnel.js';
export type { Reading, Snapshot, SourceFailure, SourceNote } from './model/snapshot.js';
export type { ChangeListener, ChangesOptions } from './receiver/change-feed.js';
export type { Changes } from './receiver/change-queue.js';
export { systemClock, type Clock } from './receiver/clock.js';
export { WireGuardInstrumentation } from './receiver/instrumentation.js';
export type { ReceiverOptions } from './receiver/options.js';
export type { Providers } from './receiver/outputs.js';
export type { ReceiverTunnels } from './receiver/receiver-tunnels.js';
export { WireGuardReceiver } from './receiver/receiver.js';
export {
  PLAIN,
  pointAttributes,
  seriesAttributes,
  type Attributes,
  type AttributeValue,
  type Dimension,
} from './signals/attributes.js';
export { METRICS } from './signals/definitions.js';
export { Disclosure, ENDPOINT_MODES, type EndpointMode } from './signals/disclosure.js';
export { EVENTS } from './signals/events/definitions.js';
export type {
  EventAttributes,
  EventLogger,
  EventLoggerProvider,
  EventMetadata,
  EventRecord,
  EventSettings,
  EventsSettings,
} from './signals/events/event.js';
export type { EventName } from './signals/events/metadata.js';
export { TokenBucket } from './signals/events/token-bucket.js';
export { formatDuration } from './signals/events/wording.js';
export type { AggregationStrategy, MetricSettings, MetricsSettings } from './signals/metric-settings.js';
export type { Metric, MetricAttribute, MetricDefinition, MetricKind } from './signals/metric.js';
export { SCOPE } from './signals/names.js';
export type { PointSink } from './signals/point-sink.js';
export { SessionIdGenerator } from './signals/sessions/id-generator.js';
export { sessionIds } from './signals/sessions/ids.js';
export { SESSION_MODES, type SessionMode } from './signals/sessions/mode.js';
export type { SessionContexts } from './signals/sessions/session-tracker.js';
export { followSessions, type SessionSettings } from './signals/sessions/settings.js';
export { SessionTracker } from './signals/sessions/session-tracker.js';
export { MetricView } from './signals/metric-view.js';
export { visitPoints, type Selection, type Walk } from './signals/visit-points.js';
export { READER_PROTOCOL } from './source/reader/protocol.js';
export { writeReading } from './source/reader/write.js';
export { recordingOf } from './source/recorded/record.js';
export { SOURCES, type SourceName, type SourceOptions } from './source/registry.js';
export type { ReadOptions, Source } from './source/source.js';
export type {
  Change,
  ChangeType,
  ClockStepped,
  DeviceAdded,
  DeviceChange,
  DeviceConfigChanged,
  DeviceConfigDrifted,
  DeviceDown,
  DeviceField,
  DeviceRecreated,
  DeviceRemoved,
  DeviceUp,
  PeerAdded,
  PeerChange,
  PeerConfigChanged,
  PeerConnected,
  PeerCountersReset,
  PeerDisconnected,
  PeerEndpointChanged,
  PeerEndpointFlapping,
  PeerEndpointNameMoved,
  PeerField,
  PeerHandshake,
  PeerKeyRotated,
  PeerRemoved,
  PeerStateChanged,
} from './state/change.js';
export type { Difference } from './state/drift.js';
export type { PeerNames } from './state/name.js';
export type { Restoration } from './state/saved/load.js';
export type {
  Count,
  DeviceDrift,
  DeviceView,
  EndpointChange,
  EndpointName,
  ErrorCount,
  Expectation,
  FailedAttempt,
  Frame,
  Io,
  Overflow,
  PeerExpectation,
  PeerExpectations,
  PeerIdentity,
  PeerView,
  RequiredDevice,
  StaleReason,
  Totals,
} from './state/frame.js';
export { Series } from './state/series.js';
export { Tracker, type TrackerOptions } from './state/tracker.js';
