import type { Attributes } from '@opentelemetry/api';
import { tunnelId } from '../../model/key.js';
import { seriesAttributes } from '../attributes.js';
import { endpointAttributes } from '../events/attributes.js';
import {
  ATTR_ERROR_TYPE,
  ATTR_EVENTS_DROPPED,
  ATTR_SESSION_END_REASON,
  ATTR_SESSION_RECEIVE_SIZE,
  ATTR_SESSION_TRANSMIT_SIZE,
  ATTR_TUNNEL_ID,
} from '../names.js';
import type { Session, SessionEnd } from './session.js';

/** What a session's span says of it. */
export function sessionAttributes(session: Session, end: SessionEnd): Attributes {
  const { first, last, devicePublicKey, failure, droppedChanges } = session;
  const tunnel = tunnelId(devicePublicKey, last.peer.publicKey);
  return {
    ...seriesAttributes(last.series),
    ...(tunnel !== undefined && { [ATTR_TUNNEL_ID]: tunnel }),
    ...endpointAttributes(last.peer.endpoint),
    [ATTR_SESSION_END_REASON]: end.reason,
    // Counters that were reset meanwhile say nothing of the difference but that it is not negative.
    [ATTR_SESSION_RECEIVE_SIZE]: Math.max(0, last.peer.receiveBytes - first.peer.receiveBytes),
    [ATTR_SESSION_TRANSMIT_SIZE]: Math.max(0, last.peer.transmitBytes - first.peer.transmitBytes),
    ...(failure !== undefined && { [ATTR_ERROR_TYPE]: failure }),
    ...(droppedChanges > 0 && { [ATTR_EVENTS_DROPPED]: droppedChanges }),
  };
}
