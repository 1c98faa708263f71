import type { Attributes } from '@opentelemetry/api';
import { seriesAttributes } from '../attributes.js';
import type { Disclosure } from '../disclosure.js';
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
export function sessionAttributes(session: Session, end: SessionEnd, told: Disclosure): Attributes {
  const { first, last, devicePublicKey, failure, droppedChanges } = session;
  return {
    ...seriesAttributes(last.series),
    ...told.tunnel(ATTR_TUNNEL_ID, devicePublicKey, last.peer.publicKey),
    ...told.endpoint(last.peer.endpoint),
    [ATTR_SESSION_END_REASON]: end.reason,
    // Counters that were reset meanwhile say nothing of the difference but that it is not negative.
    [ATTR_SESSION_RECEIVE_SIZE]: Math.max(0, last.peer.receiveBytes - first.peer.receiveBytes),
    [ATTR_SESSION_TRANSMIT_SIZE]: Math.max(0, last.peer.transmitBytes - first.peer.transmitBytes),
    ...(failure !== undefined && { [ATTR_ERROR_TYPE]: failure }),
    ...(droppedChanges > 0 && { [ATTR_EVENTS_DROPPED]: droppedChanges }),
  };
}
